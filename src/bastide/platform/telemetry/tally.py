"""Counts on the hot path: plain integers of one event loop, read when Prometheus asks.

A histogram of the client library takes a lock and a list of floats per observation; ten per request would be
a tenth of what a request costs here.
"""

from bisect import bisect_left
from collections.abc import Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

_MICRO = 1_000_000


class Tally:
    """How often, how much in all, and how it is spread. In microseconds.

    Args:
        bounds: upper ends of the buckets, rising.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[int]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0

    def add(self, microseconds: int) -> None:
        self.counts[bisect_left(self.bounds, microseconds)] += 1
        self.total += microseconds

    def write(self, family: HistogramMetricFamily, labels: Sequence[str]) -> None:
        """As one series, in seconds."""
        reached, buckets = 0, list[tuple[str, float]]()
        for bound, count in zip(self.bounds, self.counts, strict=False):
            reached += count
            buckets.append((f"{bound / _MICRO:g}", reached))
        buckets.append(("+Inf", reached + self.counts[-1]))
        family.add_metric(list(labels), buckets, self.total / _MICRO)


def new_registry() -> CollectorRegistry:
    """One per running installation, so that two in one process do not share figures."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry
