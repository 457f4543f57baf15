"""What the parent and a worker say to each other: a length, then that many bytes of MessagePack."""

import struct
from typing import BinaryIO, TypeAlias

import msgspec

from bastide.knowledge.domain.extraction import ExtractedText
from bastide.knowledge.ports.geometry import PageGeometry
from bastide.knowledge.ports.parser import ParseLimits

HEADER = struct.Struct(">I")


class Parse(msgspec.Struct, frozen=True, tag="parse"):
    """`folder` belongs to this request: temporary files and attachments go there and nowhere else."""

    path: str
    filename: str
    folder: str
    limits: ParseLimits
    password: str | None = None


class Locate(msgspec.Struct, frozen=True, tag="locate"):
    """See `Geometry.locate`."""

    path: str
    quote: str
    pages: tuple[int, ...]
    limits: ParseLimits
    password: str | None = None
    before: str = ""


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    done: int
    total: int


class Parsed(msgspec.Struct, frozen=True, tag="parsed"):
    extracted: ExtractedText


class Located(msgspec.Struct, frozen=True, tag="located"):
    found: tuple[PageGeometry, ...]


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    """`code` is that of one of the errors of `knowledge.domain.errors`."""

    code: str
    message: str
    details: dict[str, str | int] = {}


Request: TypeAlias = Parse | Locate
Result: TypeAlias = Parsed | Located
Reply: TypeAlias = Progress | Result | Failure


def frame(message: Request | Reply) -> bytes:
    """The message as it goes over the pipe."""
    body = msgspec.msgpack.encode(message)
    return HEADER.pack(len(body)) + body


def decode_reply(body: bytes) -> Reply:
    return msgspec.msgpack.decode(body, type=Reply)


def read_request(stream: BinaryIO) -> Request | None:
    """Blocks; None when the parent has closed the pipe."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    body = stream.read(HEADER.unpack(header)[0])
    return msgspec.msgpack.decode(body, type=Request)
