"""Sheds load: refuses a request at once when it would only wait behind too many others.

A process has one processor. Requests beyond what it can do pile up between the socket and the first line of
code that sees them, and all become late. The gate counts those that were read but not begun: a burst may be
long, but while the loop runs late only a few are let in per turn, so that those are served in time and the
rest are told to come back.
"""

import asyncio
import time
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_BURST = 512
_BATCH = 32
_LATE_S = 0.05
_PROBE_S = 0.01
_CALM_PROBES = 100  # a second in a row


class Gate:
    """Ask `full` before letting a request in, then `arrived`, `begun` and `ended`.

    Args:
        most_running: requests at a time; each takes memory, so there is an end.
    """

    def __init__(self, most_running: int = 5000) -> None:
        self._most_running = most_running
        self._room = _BURST
        self._calm = 0
        self._refused_before = 0
        self.waiting = 0
        self.running = 0
        self.refused = 0
        self.lag_s = 0.0

    @property
    def full(self) -> bool:
        return self.waiting >= self._room or self.waiting + self.running >= self._most_running

    def arrived(self) -> None:
        """Let in; its task will begin when its turn comes."""
        self.waiting += 1

    def begun(self) -> None:
        self.waiting -= 1
        self.running += 1

    def ended(self) -> None:
        self.running -= 1

    async def watch(self) -> None:
        """Until cancelled: how late does the loop run, and is it overloaded?"""
        while True:
            due = time.perf_counter() + _PROBE_S
            await asyncio.sleep(_PROBE_S)
            self.note(max(0.0, time.perf_counter() - due))

    def note(self, lag_s: float) -> None:
        """A probe came late by that much. Overload ends after a second without lateness or refusals."""
        self.lag_s += (lag_s - self.lag_s) / 2
        if self.lag_s > _LATE_S:
            self._room, self._calm = _BATCH, 0
            return
        refused, self._refused_before = self.refused > self._refused_before, self.refused
        self._calm = 0 if refused else self._calm + 1
        if self._calm >= _CALM_PROBES:
            self._room = _BURST


class GateFigures(Collector):
    """What the gate knows, for Prometheus."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def collect(self) -> Iterator[Metric]:
        running = GaugeMetricFamily("bastide_inference_running", "Inference requests that run.")
        running.add_metric([], self._gate.running)
        waiting = GaugeMetricFamily("bastide_inference_waiting", "Inference requests read but not begun.")
        waiting.add_metric([], self._gate.waiting)
        shed = CounterMetricFamily(
            "bastide_inference_shed", "Inference requests refused by an overloaded process."
        )
        shed.add_metric([], self._gate.refused)
        lag = GaugeMetricFamily("bastide_event_loop_lag_seconds", "How late the event loop runs.")
        lag.add_metric([], self._gate.lag_s)
        yield from (running, waiting, shed, lag)
