"""Events are cut out of a stream wherever its bytes are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.gateway.domain.errors import UpstreamBrokenError
from bastide.gateway.domain.sse import EventSplitter, data_of, name_of
from bastide.kit.sse import SseDecoder

LINES = st.sampled_from(
    ["data: a", "data:b", "data: ", "event: x", ": note", "id: 3", "data: é\u2028ü", "foo"]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """A stream that uses one kind of line end."""
    end = draw(ENDS)
    events = draw(st.lists(st.lists(LINES, min_size=1, max_size=4), max_size=6))
    return "".join(end.join(lines) + end + end for lines in events).encode()


@given(streams(), st.data())
def test_no_byte_is_lost_wherever_the_stream_is_cut(stream: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    splitter = EventSplitter()
    events: list[bytes] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        events += splitter.feed(stream[start:end])
    assert b"".join(events) + splitter.pending == stream
    whole = list(EventSplitter().feed(stream))
    if b"\r" not in stream:  # after a CR, an LF may follow: the cut decides which event has it
        assert events == whole
    decoded = [event.data for event in SseDecoder().feed(stream)]
    found = [found.decode() for event in events if (found := data_of(event)) is not None]
    assert found[: len(decoded)] == decoded


@pytest.mark.parametrize(
    ("event", "data"),
    [
        (b"data: {}\n\n", b"{}"),
        (b"data: {}\r\n\r\n", b"{}"),
        (b"event: x\ndata:1\ndata: 2\n\n", b"1\n2"),
        (b": keep-alive\n\n", None),
        (b"event: ping\n\n", None),
    ],
)
def test_the_data_of_an_event(event: bytes, data: bytes | None) -> None:
    assert data_of(event) == data


def test_the_name_of_an_event() -> None:
    assert name_of(b"event: message_start\ndata: {}\n\n") == b"message_start"
    assert name_of(b"data: {}\n\n") is None


def test_an_event_without_end_is_refused() -> None:
    with pytest.raises(UpstreamBrokenError):
        list(EventSplitter(max_event_bytes=10).feed(b"data: 0123456789"))
