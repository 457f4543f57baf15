from collections.abc import Mapping

import pytest
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.util.types import AttributeValue

from bastide.gateway.adapters.otel import CallTraces
from bastide.gateway.domain.call import Call, Operation, read_call
from bastide.gateway.domain.ledger import Entry, Outcome
from bastide.gateway.domain.trace import begin_trace
from bastide.gateway.ports.observer import Timing
from bastide.identity.contract import CredentialKind, Principal, Role

ALICE = Principal("usr_alice", "org_one", Role.MEMBER, CredentialKind.KEY, key_id="key_1")
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
BODY = b'{"model": "tiny", "messages": [{"role": "user", "content": "a secret question"}]}'


class Spans(SpanProcessor):
    def __init__(self) -> None:
        self.ended: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.ended.append(span)


def call(parent: str | None) -> Call:
    return read_call(ALICE, Operation.CHAT, BODY, "req_1", trace=begin_trace(parent))


def entry(outcome: Outcome) -> Entry:
    return Entry(
        id="use_1",
        at_us=1_795_000_000_000_000,
        organisation_id="org_one",
        subject_id="usr_alice",
        key_id="key_1",
        groups=(),
        model="tiny",
        deployment="gpu/tiny",
        operation="chat/completions",
        outcome=outcome,
        status=200 if outcome is Outcome.OK else 502,
        streamed=True,
        prompt=9,
        completion=4,
        first_us=1500,
        total_us=20_000,
        request_id="req_1",
    )


def attributes_of(span: ReadableSpan) -> Mapping[str, AttributeValue]:
    assert span.attributes is not None
    return span.attributes


def test_a_call_becomes_a_span_of_the_conventions() -> None:
    spans = Spans()
    made = call(PARENT)
    CallTraces(spans, "1.0").ended(made, entry(Outcome.OK), Timing(300, 0))
    (span,) = spans.ended
    assert made.trace is not None
    assert span.name == "chat tiny"
    assert span.context is not None
    assert (span.context.trace_id, span.context.span_id) == (made.trace.trace_id, made.trace.span_id)
    assert span.parent is not None
    assert span.parent.span_id == 0x00F067AA0BA902B7
    found = attributes_of(span)
    assert found["gen_ai.provider.name"] == "gpu"
    assert (found["gen_ai.usage.input_tokens"], found["gen_ai.usage.output_tokens"]) == (9, 4)
    assert found["gen_ai.response.time_to_first_chunk"] == pytest.approx(0.0015)
    assert "error.type" not in found
    assert span.end_time is not None
    assert span.start_time is not None
    assert span.end_time - span.start_time == 20_000_000


def test_nothing_that_was_said_is_recorded() -> None:
    spans = Spans()
    CallTraces(spans, "1.0").ended(call(None), entry(Outcome.FAILED), Timing(300, 0))
    (span,) = spans.ended
    assert "secret" not in span.to_json()
    assert attributes_of(span)["error.type"] == "502"


def test_what_the_client_does_not_sample_has_no_span() -> None:
    spans = Spans()
    CallTraces(spans, "1.0").ended(call(PARENT[:-1] + "0"), entry(Outcome.OK), Timing(300, 0))
    assert not spans.ended
