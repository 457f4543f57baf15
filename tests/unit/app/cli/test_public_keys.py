"""Public keys from the command line."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.app.cli.public_keys import PublicKeyError, public_keys


def test_no_key_is_none_not_an_empty_trust() -> None:
    assert public_keys(None) is None
    assert public_keys([]) is None


@given(st.dictionaries(st.from_regex(r"[a-z0-9_]{1,12}", fullmatch=True), st.binary(min_size=1), min_size=1))
def test_keys_come_back_as_they_were_given(keys: dict[str, bytes]) -> None:
    assert public_keys([f"{name}={b64encode(key).decode()}" for name, key in keys.items()]) == keys


@pytest.mark.parametrize("text", ["no-equals-sign", "id=not base64!", "id=abc"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(PublicKeyError):
        public_keys([text])
