import pytest

from bastide.identity.domain.errors import EmailInvalidError
from bastide.identity.domain.people import normalise_email


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("  Ada@Example.ORG ", "ada@example.org"),
        ("admin@localhost", "admin@localhost"),
        ("a+b@c.d", "a+b@c.d"),
    ],
)
def test_addresses_are_kept_in_one_form(text: str, email: str) -> None:
    assert normalise_email(text) == email


@pytest.mark.parametrize(
    "text", ["", "ada", "@x.org", "a@", "a@b..c", "a b@c.d", "a@b@c", f"{'a' * 65}@b.c", f"a@{'b' * 260}"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(EmailInvalidError):
        normalise_email(text)
