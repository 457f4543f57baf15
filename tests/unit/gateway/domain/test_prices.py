"""Money is whole picounits; nothing is ever rounded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.gateway.domain.prices import Price, per_million, read, written
from bastide.gateway.domain.usage import Counts

AMOUNTS = st.integers(0, 10**18)
TOKENS = st.integers(0, 10**7)


@given(AMOUNTS)
def test_an_amount_is_written_and_read_exactly(picounits: int) -> None:
    assert read(Decimal(written(picounits))) == picounits


@pytest.mark.parametrize(
    ("picounits", "text"), [(0, "0"), (1, "0.000000000001"), (1_500_000_000_000, "1.5"), (10**15, "1000")]
)
def test_how_an_amount_is_written(picounits: int, text: str) -> None:
    assert written(picounits) == text


@given(TOKENS, TOKENS, TOKENS, st.decimals(0, 1000, places=6), st.decimals(0, 1000, places=6))
def test_a_cost_is_the_exact_product(
    fresh: int, cached: int, completion: int, prompt_price: Decimal, completion_price: Decimal
) -> None:
    price = Price(
        per_million(prompt_price), per_million(completion_price), cached=per_million(prompt_price) // 2
    )
    counts = Counts(fresh + cached, completion, cached)
    exact = Decimal(fresh) * prompt_price + Decimal(completion) * completion_price
    assert price.of(counts) - cached * (price.cached or 0) == exact * 10**6


def test_without_a_price_for_them_cached_tokens_cost_as_others() -> None:
    assert Price(prompt=2, completion=3, request=7).of(Counts(10, 1, 4)) == 7 + 20 + 3
    assert Price(prompt=2, cached=0).of(Counts(10, 1, 4)) == 12


@pytest.mark.parametrize("amount", ["0.0000001", "-1"])
def test_what_a_token_cannot_cost(amount: str) -> None:
    with pytest.raises(ValueError, match="decimals"):
        per_million(Decimal(amount))
