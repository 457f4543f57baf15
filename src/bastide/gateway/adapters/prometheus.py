"""The gateway's metrics, kept as plain integers and written for Prometheus when it asks."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from bastide.gateway.domain.breaker import BreakerState
from bastide.gateway.domain.call import Call
from bastide.gateway.domain.catalogue import Catalogue
from bastide.gateway.domain.ledger import Entry, Outcome
from bastide.gateway.domain.prices import PICO
from bastide.gateway.ports.observer import Timing
from bastide.gateway.usecases.routing.stations import Stations
from bastide.platform.telemetry.tally import Tally

_MOST_SERIES = 2000
_OTHER = ("other", "other", "other")
_FAST_US = (100, 200, 300, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
_TOKEN_US = (1_000, 2_500, 5_000, 10_000, 20_000, 40_000, 80_000, 150_000, 300_000, 1_000_000)
_SLOW_US = (
    *(10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000),
    *(10_000_000, 30_000_000, 120_000_000),
)
_PLACE = ("model", "deployment", "operation")


class _Series:
    """What is counted of one model at one deployment for one operation."""

    __slots__ = (
        "cached",
        "completion",
        "cost",
        "duration",
        "first",
        "outcomes",
        "overhead",
        "prompt",
        "queue",
        "reasoning",
        "retries",
        "token",
    )

    def __init__(self) -> None:
        self.outcomes: dict[Outcome, int] = {}
        self.prompt = self.completion = self.cached = self.reasoning = self.cost = self.retries = 0
        self.first, self.duration = Tally(_SLOW_US), Tally(_SLOW_US)
        self.token = Tally(_TOKEN_US)
        self.queue, self.overhead = Tally(_FAST_US), Tally(_FAST_US)

    def add(self, entry: Entry, timing: Timing) -> None:
        self.outcomes[entry.outcome] = self.outcomes.get(entry.outcome, 0) + 1
        self.prompt += entry.prompt
        self.completion += entry.completion
        self.cached += entry.cached
        self.reasoning += entry.reasoning
        self.cost += entry.cost
        self.retries += max(entry.attempts - 1, 0)
        self.duration.add(entry.total_us)
        self.queue.add(timing.waited_us)
        self.overhead.add(timing.overhead_us)
        if entry.streamed and entry.first_us:
            self.first.add(entry.first_us)
            if entry.completion > 1:
                self.token.add((entry.total_us - entry.first_us) // (entry.completion - 1))


class GatewayMetrics(Collector):
    """Satisfies `Observer`. Labels are names of the catalogue and of enumerations, and bounded in number."""

    def __init__(self, catalogue: Callable[[], Catalogue], stations: Stations) -> None:
        self._catalogue = catalogue
        self._stations = stations
        self._series: dict[tuple[str, str, str], _Series] = {}
        self._refusals: dict[str, int] = {}

    def ended(self, call: Call, entry: Entry, timing: Timing) -> None:  # noqa: ARG002  # the port's
        key = (entry.model, entry.deployment, entry.operation)
        series = self._series.get(key)
        if series is None:
            if len(self._series) >= _MOST_SERIES:
                key = _OTHER
            series = self._series.setdefault(key, _Series())
        series.add(entry, timing)

    def refused(self, reason: str) -> None:
        self._refusals[reason] = self._refusals.get(reason, 0) + 1

    def collect(self) -> Iterator[Metric]:
        yield from self._counters()
        yield from self._histograms()
        yield from self._deployments()

    def _counters(self) -> Iterator[Metric]:
        calls = _counter("calls", "Calls that ended, by outcome.", (*_PLACE, "outcome"))
        tokens = _counter(
            "tokens", "Tokens; cached is a part of prompt, reasoning of completion.", (*_PLACE, "kind")
        )
        cost = _counter("cost", "Money, in the installation's currency.", _PLACE)
        retries = _counter("retries", "Attempts beyond the first of a call.", _PLACE)
        for place, series in self._series.items():
            for outcome, count in series.outcomes.items():
                calls.add_metric([*place, outcome.value], count)
            for kind in ("prompt", "completion", "cached", "reasoning"):
                tokens.add_metric([*place, kind], getattr(series, kind))
            cost.add_metric(list(place), series.cost / PICO)
            retries.add_metric(list(place), series.retries)
        refusals = _counter("refusals", "Requests answered with an error, by its code.", ["reason"])
        for reason, count in self._refusals.items():
            refusals.add_metric([reason], count)
        yield from (calls, tokens, cost, retries, refusals)

    def _histograms(self) -> Iterator[Metric]:
        for name, words in (
            ("first", "time_to_first_token_seconds: To the first bytes of a streamed answer."),
            ("token", "time_per_output_token_seconds: Between two tokens of a streamed answer, on average."),
            ("duration", "call_duration_seconds: A whole call."),
            ("queue", "queue_seconds: Waiting for a place at the deployment."),
            ("overhead", "overhead_seconds: What the gateway itself took, from the request's first byte on."),
        ):
            metric, _, text = words.partition(": ")
            family = HistogramMetricFamily(f"bastide_gateway_{metric}", text, labels=list(_PLACE))
            for place, series in self._series.items():
                getattr(series, name).write(family, place)
            yield family

    def _deployments(self) -> Iterator[Metric]:
        labels = ["model", "deployment"]
        breaker = _gauge("breaker", "1 for the state that the breaker is in.", [*labels, "state"])
        running = _gauge("running", "Calls that run at the deployment.", labels)
        waiting = _gauge("waiting", "Calls that wait for a place there.", labels)
        now = self._stations.now()
        for model in self._catalogue().models.values():
            for place in () if model.built_in else model.deployments:
                health = self._stations.of(place).health(now)
                for state in BreakerState:
                    breaker.add_metric([model.name, place.id, state.value], float(state is health.breaker))
                running.add_metric([model.name, place.id], health.running)
                waiting.add_metric([model.name, place.id], health.waiting)
        yield from (breaker, running, waiting)


def _counter(name: str, words: str, labels: Sequence[str]) -> CounterMetricFamily:
    return CounterMetricFamily(f"bastide_gateway_{name}", words, labels=list(labels))


def _gauge(name: str, words: str, labels: Sequence[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"bastide_gateway_deployment_{name}", words, labels=list(labels))
