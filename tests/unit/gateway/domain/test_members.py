"""Editing single members of a JSON object leaves every other byte alone."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.gateway.domain.errors import BodyError
from bastide.gateway.domain.members import edit, members, without

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=6)
SPACES = st.sampled_from(["", " ", "\n  ", "\t", "\r\n"])


@st.composite
def bodies(draw: st.DrawFn) -> tuple[dict[str, object], bytes]:
    """An object and one of the ways to write it."""
    value = draw(OBJECTS)
    ascii_only = draw(st.booleans())

    def space() -> str:
        return draw(SPACES)

    def written(item: object) -> str:
        return json.dumps(item, ensure_ascii=ascii_only, indent=draw(st.sampled_from([None, 1])))

    parts = [
        f"{space()}{written(name)}{space()}:{space()}{written(item)}{space()}" for name, item in value.items()
    ]
    text = f"{space()}{{{','.join(parts) or space()}}}{space()}"
    try:
        return value, text.encode()
    except UnicodeEncodeError:  # a lone surrogate cannot be written in UTF-8
        return {}, b"{}"


@given(bodies(), st.dictionaries(st.text(alphabet='abcé"\\', max_size=3), VALUES, max_size=3))
def test_an_edit_changes_what_it_names_and_nothing_else(
    body: tuple[dict[str, object], bytes], changes: dict[str, object]
) -> None:
    value, raw = body
    try:
        found = members(raw)
    except BodyError:  # msgspec takes no lone surrogates and no huge numbers: such a body is refused
        return
    written = {name: json.dumps(item).encode() for name, item in changes.items()}
    edited = edit(raw, found, written)
    assert json.loads(edited) == {**value, **changes}
    for name, item in found.items():
        if name not in changes:
            assert bytes(item) in edited


@given(bodies())
def test_taking_members_away_keeps_the_others(body: tuple[dict[str, object], bytes]) -> None:
    value, raw = body
    try:
        found = members(raw)
    except BodyError:
        return
    names = sorted(value)[::2]
    assert json.loads(without(raw, found, names)) == {k: v for k, v in value.items() if k not in names}


def test_a_change_keeps_spaces_order_and_numbers() -> None:
    body = b'{ "a" : 1.10,\n "model":"x" , "b":[1e400,\t2] }'
    assert edit(body, members(body), {"model": b'"y"', "c": b"3"}) == (
        b'{"c":3, "a" : 1.10,\n "model":"y" , "b":[1e400,\t2] }'
    )


@pytest.mark.parametrize("body", [b'{"a":1,"a":2}', b'{"a":1,"b":1,"a":1}', b'{"a":{},"\\u0061":{}}'])
def test_a_member_that_appears_twice_is_refused(body: bytes) -> None:
    with pytest.raises(BodyError):
        edit(body, members(body), {"a": b"3"})


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b'"x"', b"{", b'{"a"}', b"\xff", b'{"a": 1} x'])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(BodyError):
        members(body)
