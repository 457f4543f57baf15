"""Opens the counters that a URL names."""

from importlib import import_module
from urllib.parse import urlsplit

from bastide.gateway.adapters.fallback_counters import FallbackCounters
from bastide.gateway.adapters.memory_counters import MemoryCounters
from bastide.gateway.ports.counters import Counters


def open_counters(cache_url: str) -> Counters:
    """`memory:` for one process; the URL of the cache where several share their limits."""
    if urlsplit(cache_url).scheme == "memory":
        return MemoryCounters()
    redis = import_module("bastide.gateway.adapters.redis_counters")  # loaded only where it is used
    return FallbackCounters(redis.RedisCounters(cache_url), MemoryCounters())
