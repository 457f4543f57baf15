"""The form is read as it arrives, wherever the network cuts it."""

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.knowledge.domain.errors import UploadError
from bastide.knowledge.http.multipart import Form

TYPE = "multipart/form-data; boundary=xyz"


def form(parts: list[tuple[str, str | None, bytes]]) -> bytes:
    body = b""
    for name, filename, data in parts:
        named = f'; filename="{filename}"' if filename is not None else ""
        head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
        body += head.encode() + data + b"\r\n"
    return body + b"--xyz--\r\n"


async def cut(body: bytes, places: list[int]) -> AsyncIterator[bytes]:
    edges = sorted({0, *(place % (len(body) + 1) for place in places), len(body)})
    for start, end in pairwise(edges):
        yield body[start:end]


async def read(body: bytes, places: list[int]) -> list[tuple[str, str | None, bytes]]:
    reader = Form(TYPE, cut(body, places))
    found: list[tuple[str, str | None, bytes]] = []
    async for part in reader.parts():
        data = b"".join([piece async for piece in reader.data()])
        found.append((part.name, part.filename, data))
    return found


@given(
    st.lists(
        st.tuples(st.sampled_from(["file", "collection"]), st.sampled_from([None, "Été.pdf"]), st.binary())
    ),
    st.lists(st.integers(0, 5000)),
)
async def test_parts_come_back_wherever_they_are_cut(
    parts: list[tuple[str, str | None, bytes]], places: list[int]
) -> None:
    parts = [(name, filename, data.replace(b"--xyz", b"")) for name, filename, data in parts]
    assert await read(form(parts), places) == parts


@given(st.integers(1, 60), st.binary(max_size=100))
async def test_a_form_that_breaks_off_is_refused(missing: int, data: bytes) -> None:
    body = form([("file", "a", data.replace(b"--xyz", b""))])
    with pytest.raises(UploadError):
        await read(body[: len(body) - 4 - missing], [7])


@given(st.binary(max_size=300))
async def test_what_is_no_form_is_refused_and_never_crashes(body: bytes) -> None:
    with pytest.raises(UploadError):
        await read(body, [10])


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", ""])
def test_another_kind_of_body_is_refused(kind: str) -> None:
    with pytest.raises(UploadError):
        Form(kind, cut(b"", []))


async def first_field(body: bytes) -> str:
    reader = Form(TYPE, cut(body, []))
    await anext(reader.parts())
    return await reader.text(100)


async def test_long_fields_and_headers_are_refused() -> None:
    assert await first_field(form([("metadata", None, b"x" * 100)])) == "x" * 100
    with pytest.raises(UploadError):
        await first_field(form([("metadata", None, b"x" * 101)]))
    long = b"--xyz\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\nabc\r\n--xyz--\r\n"
    with pytest.raises(UploadError):
        await read(long, [])


async def test_a_field_must_be_utf8() -> None:
    with pytest.raises(UploadError):
        await first_field(form([("collection", None, b"\xff")]))
