"""The part of ONNX's protobuf encoding that a graph of ours needs: writing, never reading.

Field numbers are those of the published schema `onnx.proto3`. A message is its fields one after the other; a
field is a tag (number and wire type) and a varint, 4 bytes, or a length and bytes.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

_VARINT, _BYTES, _FLOAT32 = 0, 2, 5
_IR_VERSION = 10

Attribute: TypeAlias = int | float | str | Sequence[int]


class ElementType(IntEnum):
    """`TensorProto.DataType`."""

    FLOAT = 1
    UINT8 = 2
    INT8 = 3
    INT32 = 6
    INT64 = 7


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor whose bytes lie in a file beside the model, `location`, from `offset` on."""

    kind: ElementType
    shape: tuple[int, ...]
    location: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Inline:
    """A small tensor inside the model; `data` is little-endian."""

    kind: ElementType
    shape: tuple[int, ...]
    data: bytes


def varint(number: int) -> bytes:
    """Base 128, least significant group first; a negative number as 64-bit two's complement."""
    number &= (1 << 64) - 1
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def integer(field: int, value: int) -> bytes:
    return varint(field << 3 | _VARINT) + varint(value)


def real(field: int, value: float) -> bytes:
    return varint(field << 3 | _FLOAT32) + struct.pack("<f", value)


def data(field: int, value: bytes | str) -> bytes:
    """A string, bytes or an inner message."""
    content = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | _BYTES) + varint(len(content)) + content


def node(
    operator: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    domain: str,
    attributes: Mapping[str, Attribute],
) -> bytes:
    """A `NodeProto`; an input of "" is an optional one that is left out."""
    return b"".join(
        [
            *(data(1, name) for name in inputs),
            *(data(2, name) for name in outputs),
            data(3, outputs[0]),
            data(4, operator),
            *(data(5, _attribute(name, value)) for name, value in attributes.items()),
            data(7, domain),
        ]
    )


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        return data(1, name) + real(2, value) + integer(20, 1)
    if isinstance(value, int):
        return data(1, name) + integer(3, value) + integer(20, 2)
    if isinstance(value, str):
        return data(1, name) + data(4, value) + integer(20, 3)
    return data(1, name) + b"".join(integer(8, item) for item in value) + integer(20, 7)


def tensor(name: str, content: Stored | Inline) -> bytes:
    """A `TensorProto`."""
    head = b"".join(integer(1, size) for size in content.shape) + integer(2, content.kind) + data(8, name)
    if isinstance(content, Inline):
        return head + data(9, content.data)
    place = {"location": content.location, "offset": str(content.offset), "length": str(content.length)}
    entries = b"".join(data(13, data(1, key) + data(2, value)) for key, value in place.items())
    return head + entries + integer(14, 1)


def value(name: str, kind: ElementType, shape: Sequence[int | str]) -> bytes:
    """A `ValueInfoProto`; a size that is a string may vary."""
    sizes = (integer(1, size) if isinstance(size, int) else data(2, size) for size in shape)
    dimensions = b"".join(data(1, size) for size in sizes)
    return data(1, name) + data(2, data(1, integer(1, kind) + data(2, dimensions)))


def model(graph: bytes, operator_sets: Mapping[str, int]) -> bytes:
    """A `ModelProto`."""
    sets = (data(8, data(1, domain) + integer(2, version)) for domain, version in operator_sets.items())
    return integer(1, _IR_VERSION) + data(2, "bastide") + data(7, graph) + b"".join(sets)
