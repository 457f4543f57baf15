"""A span per call, sent to an OpenTelemetry collector. Loaded only where one is named in the settings.

Names are those of the semantic conventions for generative AI at version 1.41.0, which are still changing:
they are written here and nowhere else. What was asked and answered is never recorded.
https://github.com/open-telemetry/semantic-conventions/tree/v1.41.0/docs/gen-ai
"""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode
from opentelemetry.util.types import AttributeValue

from bastide.gateway.domain.call import Call
from bastide.gateway.domain.ledger import Entry, Outcome
from bastide.gateway.domain.trace import Trace
from bastide.gateway.ports.observer import Timing

_CONVENTIONS = "https://opentelemetry.io/schemas/1.41.0"
_WELL = (Outcome.OK, Outcome.CACHED, Outcome.DEGRADED, Outcome.CUT)
_OPERATIONS = {"chat/completions": "chat", "completions": "text_completion", "embeddings": "embeddings"}


class CallTraces:
    """Satisfies `Observer`. Spans leave in batches from a thread; no request waits for the collector."""

    def __init__(self, processor: SpanProcessor, version: str) -> None:
        self._processor = processor
        self._scope = InstrumentationScope("bastide.gateway", version, _CONVENTIONS)
        self._resource = Resource.create({"service.name": "bastide", "service.version": version})

    def ended(self, call: Call, entry: Entry, timing: Timing) -> None:
        if call.trace is None or not call.trace.sampled:
            return
        failed = entry.outcome not in _WELL
        self._processor.on_end(
            ReadableSpan(
                f"{_OPERATIONS.get(entry.operation, entry.operation)} {entry.model}",
                context=_context(call.trace, call.trace.span_id, remote=False),
                parent=_context(call.trace, call.trace.parent_id, remote=True),
                resource=self._resource,
                attributes=_attributes(entry, timing, failed=failed),
                kind=SpanKind.CLIENT,
                status=Status(StatusCode.ERROR if failed else StatusCode.UNSET),
                start_time=entry.at_us * 1000,
                end_time=(entry.at_us + entry.total_us) * 1000,
                instrumentation_scope=self._scope,
            )
        )

    def refused(self, reason: str) -> None:
        """What was refused before it became a call has no span; the metrics count it."""

    def close(self) -> None:
        """Send what is left."""
        self._processor.shutdown()


def open_traces(url: str, version: str) -> CallTraces:
    """`url` of a collector that speaks OTLP over HTTP: `http://collector:4318`."""
    return CallTraces(BatchSpanProcessor(OTLPSpanExporter(f"{url.rstrip('/')}/v1/traces")), version)


def _context(trace: Trace, span_id: int, *, remote: bool) -> SpanContext | None:
    if not span_id:
        return None
    return SpanContext(trace.trace_id, span_id, is_remote=remote, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _attributes(entry: Entry, timing: Timing, *, failed: bool) -> dict[str, AttributeValue]:
    found: dict[str, AttributeValue] = {
        "gen_ai.operation.name": _OPERATIONS.get(entry.operation, entry.operation),
        "gen_ai.provider.name": entry.deployment.partition("/")[0] or "bastide",
        "gen_ai.request.model": entry.model,
        "gen_ai.usage.input_tokens": entry.prompt,
        "gen_ai.usage.output_tokens": entry.completion,
        "gen_ai.usage.cache_read.input_tokens": entry.cached,
        "gen_ai.usage.reasoning.output_tokens": entry.reasoning,
        "http.response.status_code": entry.status,
        "bastide.call.id": entry.id,
        "bastide.request.id": entry.request_id,
        "bastide.deployment": entry.deployment,
        "bastide.outcome": entry.outcome.value,
        "bastide.attempts": entry.attempts,
        "bastide.overhead_us": timing.overhead_us,
        "bastide.queue_us": timing.waited_us,
    }
    if entry.streamed:
        found["gen_ai.request.stream"] = True
        found["gen_ai.response.time_to_first_chunk"] = entry.first_us / 1_000_000
    if failed:
        found["error.type"] = str(entry.status) if entry.status else entry.outcome.value
    return found
