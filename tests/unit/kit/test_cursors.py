import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.kit.cursors import CursorError, decode_cursor, encode_cursor


@given(st.text(), st.integers())
def test_a_cursor_gives_its_key_back(text: str, number: int) -> None:
    assert decode_cursor(encode_cursor(text, number), str, int) == (text, number)


@pytest.mark.parametrize(
    "cursor", ["", "!", "é", "bm90IGpzb24", encode_cursor("a"), encode_cursor(1, 2), "e30", "W" * 9]
)
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(CursorError):
        decode_cursor(cursor, str, int)
