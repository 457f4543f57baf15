from datetime import UTC, datetime

import pytest

from bastide.identity.domain.totp import (
    code_at,
    enrolment_uri,
    matching_step,
    new_recovery_code,
    plain_code,
    seed_text,
    step_of,
)

SEED = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_vectors_of_rfc_6238(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert code_at(SEED, step_of(at)) == code
    assert matching_step(SEED, code, at, 0) == step_of(at)


def test_a_code_is_good_half_a_minute_early_or_late_and_once() -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    step = step_of(at)
    for offset, good in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        code = code_at(SEED, step + offset)
        assert (matching_step(SEED, code, at, 0) == step + offset) == good
        assert matching_step(SEED, code, at, step + offset) is None


def test_what_an_application_is_told() -> None:
    assert enrolment_uri(SEED, "ada@example.org", "Bastide") == (
        "otpauth://totp/Bastide:ada%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bastide"
    )
    assert seed_text(SEED) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def test_recovery_codes_are_random_and_typed_as_one_likes() -> None:
    many = {new_recovery_code() for _ in range(1000)}
    assert len(many) == 1000
    assert all(len(code.replace("-", "")) == 25 and not code.isdigit() for code in many)
    assert plain_code(" ABCDE-fghjk ") == "abcde-fghjk"
    assert plain_code("123 456") == "123456"
