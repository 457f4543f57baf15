"""The metrics in the documentation are those that the program has."""

import re
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from bastide.gateway.adapters.prometheus import GatewayMetrics
from bastide.gateway.domain.call import Operation, read_call
from bastide.gateway.domain.ledger import Entry, Outcome
from bastide.gateway.ports.observer import Timing
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.routing.stations import Stations
from bastide.identity.contract import CredentialKind, Principal, Role
from bastide.knowledge.adapters.prometheus import IngestionMetrics
from bastide.platform.http.gate import Gate, GateFigures
from bastide.platform.telemetry.requests import RequestTelemetry

PAGE = Path(__file__).parents[3] / "docs/operations/observability.md"
ALICE = Principal("usr_alice", "org_one", Role.MEMBER, CredentialKind.KEY, key_id="key_1")
CALL = read_call(ALICE, Operation.CHAT, b'{"model": "tiny"}', "req_1")


async def nothing(*_: object) -> None: ...


def gateway_metrics() -> GatewayMetrics:
    catalogue = LiveCatalogue()
    return GatewayMetrics(lambda: catalogue.current, Stations())


def entry(**more: object) -> Entry:
    fields = {
        "id": "use_1",
        "at_us": 0,
        "organisation_id": "org_one",
        "subject_id": "usr_alice",
        "key_id": "key_1",
        "groups": (),
        "model": "tiny",
        "deployment": "gpu/tiny",
        "operation": "chat/completions",
        "outcome": Outcome.OK,
    }
    return Entry(**{**fields, **more})  # type: ignore[arg-type]


async def test_the_documentation_names_every_metric_with_its_kind_and_labels() -> None:
    registry = CollectorRegistry()
    RequestTelemetry(nothing, registry)
    registry.register(GateFigures(Gate()))
    registry.register(gateway_metrics())
    registry.register(IngestionMetrics())
    families = {
        f"{family.name}_total" if family.type == "counter" else family.name: family
        for family in registry.collect()
    }
    rows = re.findall(r"^\| `(bastide_\w+)` \| (\w+) \|([^|]*)\|", PAGE.read_text(), re.MULTILINE)
    assert {name: kind for name, kind, _ in rows} == {name: family.type for name, family in families.items()}
    labels = {name: tuple(re.findall(r"`(\w+)`", cell)) for name, _, cell in rows}
    assert labels == {name: tuple(getattr(family, "_labelnames", ())) for name, family in families.items()}


async def test_a_call_is_counted_by_what_it_was() -> None:
    registry, metrics = CollectorRegistry(), gateway_metrics()
    registry.register(metrics)
    streamed = entry(
        streamed=True, prompt=9, completion=5, cost=1_500_000_000_000, first_us=10_000, total_us=50_000
    )
    metrics.ended(CALL, streamed, Timing(250, 0))
    metrics.ended(CALL, entry(outcome=Outcome.FAILED, attempts=3), Timing(400, 1500))
    metrics.refused("limit.requests")
    place = {"model": "tiny", "deployment": "gpu/tiny", "operation": "chat/completions"}

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"bastide_gateway_{name}", {**place, **labels})

    assert value("calls_total", outcome="ok") == 1
    assert value("calls_total", outcome="failed") == 1
    assert value("tokens_total", kind="prompt") == 9
    assert value("cost_total") == 1.5
    assert value("retries_total") == 2
    assert value("time_to_first_token_seconds_sum") == 0.01
    assert value("time_per_output_token_seconds_sum") == 0.01
    assert value("overhead_seconds_bucket", le="0.0003") == 1
    assert value("overhead_seconds_count") == 2
    assert value("queue_seconds_sum") == 0.0015
    reason = {"reason": "limit.requests"}
    assert registry.get_sample_value("bastide_gateway_refusals_total", reason) == 1


async def test_names_without_end_end_in_other() -> None:
    registry, metrics = CollectorRegistry(), gateway_metrics()
    registry.register(metrics)
    for number in range(2100):
        metrics.ended(CALL, entry(model=f"m{number}"), Timing(1, 0))
    other = {"model": "other", "deployment": "other", "operation": "other", "outcome": "ok"}
    assert registry.get_sample_value("bastide_gateway_calls_total", other) == 100
    assert len(generate_latest(registry).splitlines()) < 200_000
