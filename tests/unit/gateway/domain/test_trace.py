import pytest

from bastide.gateway.domain.trace import begin_trace

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_span_goes_below_the_clients() -> None:
    trace = begin_trace(PARENT)
    assert (trace.trace_id, trace.parent_id) == (0x4BF92F3577B34DA6A3CE929D0E0E4736, 0x00F067AA0BA902B7)
    assert trace.header.startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-")
    assert trace.header != PARENT


def test_what_the_client_does_not_sample_is_not_sampled() -> None:
    trace = begin_trace(PARENT[:-2] + "00")
    assert not trace.sampled
    assert trace.header.endswith("-00")


@pytest.mark.parametrize("sent", [None, "", "00-x", f"00-{'0' * 32}-00f067aa0ba902b7-01", PARENT.upper()])
def test_what_cannot_be_read_begins_a_new_trace(sent: str | None) -> None:
    trace = begin_trace(sent)
    assert trace.parent_id == 0
    assert trace.trace_id
    assert trace.sampled
