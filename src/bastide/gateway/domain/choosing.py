"""Which of several deployments gets a request. Pure; chance comes from the given generator."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from bastide.gateway.domain.catalogue import Strategy

_BOUND = 1.25  # of the mean load; from "Consistent Hashing with Bounded Loads", Mirrokni et al. 2016


@dataclass(frozen=True, slots=True)
class Candidate:
    """A deployment as the choice sees it.

    Attributes:
        load: requests running or waiting there.
        latency_s: recent time to the first token; 0 when none is known.
    """

    id: str
    weight: int
    load: int
    latency_s: float = 0.0


def choose(strategy: Strategy, candidates: Sequence[Candidate], key: bytes, random: Random) -> Candidate:
    """One of them. `key` is what affinity holds on to; without one, affinity is to the least busy."""
    weighed = [each for each in candidates if each.weight > 0] or list(candidates)
    if len(weighed) == 1:
        return weighed[0]
    if strategy in {Strategy.PREFIX, Strategy.SESSION} and not key:
        strategy = Strategy.LEAST_BUSY
    return _CHOICES[strategy](weighed, key, random)


def _weighted(candidates: Sequence[Candidate], _: bytes, random: Random) -> Candidate:
    weights = [each.weight for each in candidates]
    return random.choices(candidates, weights if any(weights) else None)[0]


def _least_busy(candidates: Sequence[Candidate], _: bytes, random: Random) -> Candidate:
    loads = [(each.load + 1) / max(each.weight, 1) for each in candidates]
    least = min(loads)
    return random.choice([each for each, load in zip(candidates, loads, strict=True) if load == least])


def _latency(candidates: Sequence[Candidate], _: bytes, random: Random) -> Candidate:
    """The better of two: latency × load, as in peak-EWMA balancers. An unknown latency is tried first."""
    one, two = random.sample(candidates, 2)
    return min(one, two, key=lambda each: each.latency_s * (each.load + 1) / max(each.weight, 1))


def _prefix(candidates: Sequence[Candidate], key: bytes, _: Random) -> Candidate:
    """The same prefix to the same place, unless that is far busier than the mean."""
    total = sum(each.load for each in candidates) + 1
    weights = sum(max(each.weight, 1) for each in candidates)
    for each in ranked(candidates, key):
        if each.load < math.ceil(_BOUND * total * max(each.weight, 1) / weights):
            return each
    return candidates[0]


def _session(candidates: Sequence[Candidate], key: bytes, _: Random) -> Candidate:
    return ranked(candidates, key)[0]


def ranked(candidates: Sequence[Candidate], key: bytes) -> list[Candidate]:
    """Weighted rendezvous hashing: every process has the same order, and losing one moves only its keys."""

    def score(each: Candidate) -> float:
        digest = hashlib.blake2b(each.id.encode() + b"\0" + key, digest_size=8).digest()
        return -max(each.weight, 1) / math.log((int.from_bytes(digest) + 1) / (2**64 + 2))

    return sorted(candidates, key=score, reverse=True)


_CHOICES: Mapping[Strategy, Callable[[Sequence[Candidate], bytes, Random], Candidate]] = MappingProxyType(
    {
        Strategy.WEIGHTED: _weighted,
        Strategy.LEAST_BUSY: _least_busy,
        Strategy.LATENCY: _latency,
        Strategy.PREFIX: _prefix,
        Strategy.SESSION: _session,
    }
)
