"""The one score."""

from hypothesis import given
from hypothesis import strategies as st

from bastide.knowledge.domain.ranking import dense_share, relevance

unit = st.floats(0, 1)
cosine = st.floats(-1, 1)


@given(st.none() | cosine, st.none() | unit, unit)
def test_it_lies_between_0_and_1(dense: float | None, lexical: float | None, trust: float) -> None:
    assert 0 < relevance(dense, lexical, trust) < 1


@given(cosine, cosine, unit, unit)
def test_it_rises_with_likeness(one: float, other: float, lexical: float, trust: float) -> None:
    low, high = sorted((one, other))
    assert relevance(low, lexical, trust) <= relevance(high, lexical, trust)


@given(unit, unit, cosine, unit)
def test_it_rises_with_words(one: float, other: float, dense: float, trust: float) -> None:
    low, high = sorted((one, other))
    assert relevance(dense, low, trust) <= relevance(dense, high, trust)


@given(cosine, cosine, unit)
def test_what_is_not_trusted_does_not_count(one: float, other: float, lexical: float) -> None:
    assert relevance(one, lexical, 0) == relevance(other, lexical, 0) == relevance(None, lexical, 0)


@given(unit)
def test_words_always_decide_at_least_half(trust: float) -> None:
    assert 0 <= dense_share(trust) <= 0.5


def test_nothing_in_common_is_far_below_everything_in_common() -> None:
    assert relevance(0.05, None, 1) < 0.1
    assert relevance(0.9, 1.0, 1) > 0.9
