import pytest

from bastide.identity.domain.errors import PasswordWeakError
from bastide.identity.domain.passwords import check_password, one_time_password

EMAIL = "ada.lovelace@example.org"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "short"),
        ("k7-Qz!w", "short"),
        ("x" * 257, "long"),
        ("aaaaaaaaaaaa", "repeated"),
        ("abababababab", "repeated"),
        ("password1", "common"),
        ("MotDePasse!", "common"),
        ("qwertyuiop", "common"),
        ("azerty12345", "common"),
        ("9876543210", "common"),
        ("ada.lovelace", "personal"),
        ("Ada.Lovelace!", "personal"),
    ],
)
def test_what_is_guessed_first_is_refused(password: str, reason: str) -> None:
    with pytest.raises(PasswordWeakError) as refusal:
        check_password(password, EMAIL)
    assert refusal.value.details["reason"] == reason


@pytest.mark.parametrize(
    "password", ["correct horse battery", "k7-Qz!wE", "la pluie tombe sur Brest", "x1y2" * 64]
)
def test_length_is_what_counts(password: str) -> None:
    check_password(password, EMAIL)


def test_one_time_passwords_are_long_random_and_accepted() -> None:
    many = {one_time_password() for _ in range(1000)}
    assert len(many) == 1000
    for password in many:
        check_password(password, EMAIL)
