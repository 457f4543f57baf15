"""Finds fields in a multipart body without copying it (RFC 7578): audio is sent to models as a form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bastide.gateway.domain.errors import BodyError

_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
_NAME = re.compile(rb'^content-disposition:[^\r\n]*?[;\s]name="([^"\r\n]*)"', re.IGNORECASE | re.MULTILINE)
_FILE = re.compile(rb"^content-disposition:[^\r\n]*?[;\s]filename\*?=", re.IGNORECASE | re.MULTILINE)
_MAX_HEAD = 8 * 1024
_MAX_PARTS = 100


@dataclass(frozen=True, slots=True)
class Form:
    """Where each plain field's value stands in the body; files are left out."""

    body: bytes
    spans: dict[str, tuple[int, int]]

    def text(self, name: str) -> str | None:
        """A field's value. Raises BodyError when it is not UTF-8."""
        if (span := self.spans.get(name)) is None:
            return None
        try:
            return self.body[slice(*span)].decode()
        except UnicodeDecodeError as error:
            raise BodyError(f"{name!r} is not UTF-8 text.", param=name) from error

    def with_text(self, name: str, value: str) -> bytes:
        """The body with one field's value replaced."""
        start, end = self.spans[name]
        return self.body[:start] + value.encode() + self.body[end:]


def read_form(body: bytes, content_type: str) -> Form:
    """Raises BodyError: not a form, a broken one, or a field that appears twice."""
    found = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/form-data") or found is None:
        raise BodyError("The request body must be a form: multipart/form-data.")
    spans: dict[str, tuple[int, int]] = {}
    for head, start, end in _parts(body, b"--" + (found[1] or found[2]).encode("latin-1")):
        name = _NAME.search(head)
        if name is None:
            raise BodyError("A part of the form has no name.")
        if _FILE.search(head):
            continue
        if (text := name[1].decode("utf-8", "replace")) in spans:
            raise BodyError(f"The form names {text!r} twice.", param=text)
        spans[text] = (start, end)
    return Form(body, spans)


def _parts(body: bytes, delimiter: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Head, and where the value starts and ends, of each part."""
    position = 0 if body.startswith(delimiter) else body.find(b"\r\n" + delimiter) + 2
    for _ in range(_MAX_PARTS):
        after = position + len(delimiter)
        if not body.startswith(delimiter, position):
            break
        if body.startswith(b"--", after):
            return
        head_end = body.find(b"\r\n\r\n", after, after + _MAX_HEAD)
        end = body.find(b"\r\n" + delimiter, head_end + 2)
        if head_end < 0 or end < 0:
            break
        yield body[after + 2 : head_end], min(head_end + 4, end), end
        position = end + 2
    raise BodyError("The form is cut short, or not one.")
