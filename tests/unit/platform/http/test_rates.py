import pytest

from bastide.kit.errors import RateLimitedError
from bastide.platform.http.rates import Rates


def still() -> float:
    return 0.0


def test_a_credential_is_counted_wherever_it_comes_from() -> None:
    rates = Rates(2, frozenset({"/v1/models"}), still)
    for _ in range(10):
        rates.caller("key", "/api/v1/me")
    with pytest.raises(RateLimitedError) as refused:
        rates.caller("key", "/api/v1/me")
    assert refused.value.details == {"retry_after_s": 1}
    rates.caller("key", "/v1/models")
    rates.caller("another", "/api/v1/me")


def test_nothing_is_counted_of_callers_when_so_decided() -> None:
    rates = Rates(0, now=still)
    for _ in range(1000):
        rates.caller("key", "/api/v1/me")


def test_places_are_counted_by_what_they_want() -> None:
    rates = Rates(0, now=still)
    for _ in range(300):
        rates.public("192.0.2.1", "/api/v1/auth/login")
    with pytest.raises(RateLimitedError):
        rates.public("192.0.2.1", "/api/v1/auth/login")
    rates.public("192.0.2.1", "/assets/index.js")
    rates.public("192.0.2.2", "/api/v1/auth/login")
    for _ in range(600):
        rates.refused("192.0.2.1")
    with pytest.raises(RateLimitedError):
        rates.refused("192.0.2.1")
