"""How one of several deployments is chosen."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bastide.gateway.domain.catalogue import Strategy
from bastide.gateway.domain.choosing import Candidate, choose, ranked
from bastide.gateway.domain.retries import RetryBudget, pause_s

CANDIDATES = st.lists(
    st.builds(
        Candidate,
        st.text(min_size=1, max_size=4),
        st.integers(0, 10),
        st.integers(0, 50),
        st.floats(0, 3),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda each: each.id,
)


@given(st.sampled_from(Strategy), CANDIDATES, st.binary(max_size=20), st.integers())
def test_one_of_them_is_chosen(
    strategy: Strategy, candidates: list[Candidate], key: bytes, seed: int
) -> None:
    chosen = choose(strategy, candidates, key, random.Random(seed))
    assert chosen in candidates
    assert chosen.weight > 0 or not any(each.weight for each in candidates)


def test_weights_are_shares() -> None:
    candidates = [Candidate("a", 3, 0), Candidate("b", 1, 9), Candidate("c", 0, 0)]
    generator = random.Random(1)
    counts = Counter(choose(Strategy.WEIGHTED, candidates, b"", generator).id for _ in range(4000))
    assert set(counts) == {"a", "b"}
    assert 2.6 < counts["a"] / counts["b"] < 3.4


def test_the_least_busy_for_its_weight_is_taken() -> None:
    candidates = [Candidate("a", 1, 2), Candidate("b", 4, 5), Candidate("c", 1, 3)]
    assert choose(Strategy.LEAST_BUSY, candidates, b"", random.Random(1)).id == "b"


def test_the_slower_of_two_is_avoided() -> None:
    candidates = [Candidate("fast", 1, 2, 0.1), Candidate("slow", 1, 2, 0.9)]
    generator = random.Random(1)
    assert {choose(Strategy.LATENCY, candidates, b"", generator).id for _ in range(50)} == {"fast"}


def test_a_key_keeps_its_place_and_losing_one_moves_only_its_keys() -> None:
    candidates = [Candidate(name, 1, 0) for name in "abcd"]
    keys = [b"key %d" % number for number in range(2000)]
    before = {key: ranked(candidates, key)[0].id for key in keys}
    after = {key: ranked([each for each in candidates if each.id != "b"], key)[0].id for key in keys}
    assert all(after[key] == before[key] for key in keys if before[key] != "b")
    counts = Counter(before.values())
    assert max(counts.values()) < 1.25 * min(counts.values())
    heavy = Counter(ranked([Candidate("a", 3, 0), Candidate("b", 1, 0)], key)[0].id for key in keys)
    assert 2.5 < heavy["a"] / heavy["b"] < 3.6


def test_a_popular_prefix_does_not_overload_its_place() -> None:
    loads = dict.fromkeys("abcd", 0)
    for _ in range(400):
        candidates = [Candidate(name, 1, load) for name, load in loads.items()]
        loads[choose(Strategy.PREFIX, candidates, b"the one prompt", random.Random(1)).id] += 1
    assert max(loads.values()) <= 1.3 * 100


def test_retries_are_a_share_of_the_requests() -> None:
    budget = RetryBudget(share=0.2, reserve=5)
    assert sum(budget.take() for _ in range(100)) == 5
    taken = 0
    for _ in range(1000):
        budget.request()
        taken += budget.take()
    assert 195 <= taken <= 200


def test_a_pause_is_bounded() -> None:
    assert all(0 <= pause_s(attempt) <= 1 for attempt in range(20) for _ in range(20))
    assert max(pause_s(0) for _ in range(100)) <= 0.05
