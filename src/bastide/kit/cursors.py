"""Opaque cursors: the sort key of the last row of a page, so that the next one starts after it."""

import base64
import binascii
import json
from typing import cast

from bastide.kit.errors import InvalidError


class CursorError(InvalidError):
    """Not a cursor that this listing gave out."""

    code = "cursor.invalid"


def encode_cursor(*key: str | int) -> str:
    """URL-safe text that holds the key; no secret."""
    text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str, *kinds: type[str] | type[int]) -> tuple[str | int, ...]:
    """The key, whose parts have the given types.

    Raises:
        CursorError: anything else.
    """
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        key: object = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeError, ValueError, RecursionError) as error:
        raise CursorError("This cursor is not one of this listing.") from error
    if not isinstance(key, list):
        raise CursorError("This cursor is not one of this listing.")
    parts = cast("list[object]", key)
    if [type(part) for part in parts] != list(kinds):
        raise CursorError("This cursor is not one of this listing.")
    return cast("tuple[str | int, ...]", tuple(parts))
