"""Fields of a multipart body are found in place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.gateway.domain.errors import BodyError
from bastide.gateway.domain.forms import read_form

KIND = 'multipart/form-data; charset=utf-8; boundary="b-1"'


def written(*parts: tuple[str, bytes]) -> bytes:
    pieces = [f"--b-1\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + v for head, v in parts]
    return b"\r\n".join([*pieces, b"--b-1--\r\n"])


FIELD_NAMES = st.text(st.characters(codec="utf-8", exclude_characters='"\r\n\x00'), min_size=1, max_size=8)


@given(
    st.dictionaries(FIELD_NAMES, st.text(max_size=20).filter(lambda text: "--b-1" not in text), max_size=5),
    st.binary(max_size=200).filter(lambda data: b"--b-1" not in data),
    st.text(max_size=9),
)
def test_fields_are_found_and_one_is_replaced(fields: dict[str, str], file: bytes, other: str) -> None:
    parts = [(f'name="{name}"', value.encode()) for name, value in fields.items()]
    body = written(*parts, ('name="file"; filename="a.wav"', file), ('name="model "', b"old"))
    form = read_form(body, KIND)
    assert {name: form.text(name) for name in form.spans} == {**fields, "model ": "old"}
    changed = read_form(form.with_text("model ", other), KIND)
    assert {name: changed.text(name) for name in changed.spans} == {**fields, "model ": other}
    assert file in changed.body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b-1",
        written(('name="a"', b"1"))[:-8],
        written(('name="a"', b"1"), ('name="a"', b"2")),
        written(("x", b"1")),
        b"--b-1\r\n" + b"x" * 9000 + b"\r\n\r\n1\r\n--b-1--",
        written(*[(f'name="{n}"', b"") for n in range(101)]),
    ],
)
def test_a_broken_form_is_refused(body: bytes) -> None:
    with pytest.raises(BodyError):
        read_form(body, KIND)


def test_another_kind_of_body_is_refused() -> None:
    with pytest.raises(BodyError):
        read_form(b"{}", "application/json")
