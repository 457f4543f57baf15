import re

from hypothesis import given
from hypothesis import strategies as st

from bastide.identity.domain.api_keys import KEY_PATTERN, format_key, new_key_id, new_key_secret, parse_key


def test_a_new_key_can_be_read_again_and_found_by_a_scanner() -> None:
    for _ in range(200):
        key_id, secret = new_key_id(), new_key_secret()
        key = format_key(key_id, secret)
        assert parse_key(key) == (key_id, secret)
        assert re.search(KEY_PATTERN, f"OPENAI_API_KEY={key};")


@given(st.text(max_size=90))
def test_anything_else_is_no_key(text: str) -> None:
    assert parse_key(text) is None


def test_a_key_with_something_around_it_is_no_key() -> None:
    key = format_key(new_key_id(), new_key_secret())
    for changed in (f" {key}", f"{key}\n", key[:-1], f"{key}a", key.upper()):
        assert parse_key(changed) is None
