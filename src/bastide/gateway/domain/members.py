"""Edits single members of a JSON object without touching its other bytes.

A prompt of 400 kB is neither decoded nor encoded again: msgspec finds the raw value of each top-level
member, and their lengths lead to their places in the original bytes.
"""

import re
from collections.abc import Collection, Mapping

import msgspec

from bastide.gateway.domain.errors import BodyError

Members = Mapping[str, msgspec.Raw]

_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_KEY = re.compile(rb'\s*"(?:[^"\\]|\\.)*"\s*:\s*', re.DOTALL)
_COMMA = re.compile(rb"\s*,")


def members(body: bytes) -> dict[str, msgspec.Raw]:
    """The raw value of each top-level member, in order.

    Raises:
        BodyError: not a JSON object.
    """
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BodyError(f"The request body must be a JSON object: {error}.") from error


def edit(body: bytes, found: Members, changes: Mapping[str, bytes]) -> bytes:
    """The body with some members replaced or added; all other bytes stay as they are.

    Raises:
        BodyError: a member appears twice, so that two readers could read two requests.
    """
    spans = _spans(body, found)
    cuts = [(*spans[name][1:], value) for name, value in changes.items() if name in spans]
    if added := [_member(name, value) for name, value in changes.items() if name not in spans]:
        opening = body.index(b"{") + 1
        cuts.append((opening, opening, b",".join(added) + (b"," if found else b"")))
    return _apply(body, cuts)


def without(body: bytes, found: Members, names: Collection[str]) -> bytes:
    """The object without some members; the others keep their bytes, the space between them may go."""
    spans = _spans(body, found)
    kept = [body[start:end] for name, (start, _, end) in spans.items() if name not in names]
    return b"{" + b",".join(kept) + b"}"


def _member(name: str, value: bytes) -> bytes:
    return msgspec.json.encode(name) + b":" + value


def _spans(body: bytes, found: Members) -> dict[str, tuple[int, int, int]]:
    """Where each member stands: start of its key, start and end of its value."""
    position = body.index(b"{") + 1
    spans: dict[str, tuple[int, int, int]] = {}
    for index, (name, raw) in enumerate(found.items()):
        if index:
            comma = _COMMA.match(body, position)
            position = comma.end() if comma else position
        key = _KEY.match(body, position)
        if key is None or msgspec.json.decode(key.group().strip()[:-1]) != name:
            raise BodyError("The request body names a member twice.")
        end = key.end() + len(raw)
        spans[name] = (position, key.end(), end)
        position = end
    if body[position:].strip() != b"}":
        raise BodyError("The request body names a member twice.")
    return spans


def _apply(body: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    pieces: list[bytes] = []
    position = 0
    for start, end, value in sorted(cuts):
        pieces += (body[position:start], value)
        position = end
    pieces.append(body[position:])
    return b"".join(pieces)
