"""Reads `multipart/form-data` as it arrives: nothing is held but the piece at hand."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import TypeAlias

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header

from bastide.knowledge.domain.errors import UploadError

_MAX_HEADER_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class PartHead:
    """The beginning of a part; `filename` is None for a plain field."""

    name: str
    filename: str | None


@dataclass(frozen=True, slots=True)
class PartEnd:
    pass


_Event: TypeAlias = PartHead | bytes | PartEnd


class Form:
    """Parts in the order in which they come. Read `data()` of a part to its end before the next one.

    Raises:
        UploadError: not a form, or broken off.
    """

    def __init__(self, content_type: str, body: AsyncIterator[bytes]) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise UploadError("Send the file as multipart/form-data.", content_type=content_type)
        self._body = body
        self._events: deque[_Event] = deque()
        self._headers: dict[bytes, bytes] = {}
        self._header_name = b""
        self._header_value = b""
        self._ended = False
        self._parser = MultipartParser(boundary, self._callbacks())  # pyright: ignore[reportArgumentType]  # its type wants every callback

    async def parts(self) -> AsyncGenerator[PartHead]:
        while (event := await self._next()) is not None:
            if isinstance(event, PartHead):
                yield event

    async def data(self) -> AsyncGenerator[bytes]:
        """The data of the part at hand."""
        while isinstance(event := await self._next(), bytes):
            yield event
        if event is None:
            raise UploadError("The upload broke off.")

    async def text(self, max_bytes: int) -> str:
        """The data of a plain field."""
        value = bytearray()
        async for piece in self.data():
            value += piece
            if len(value) > max_bytes:
                raise UploadError("A field of the form is too long.", max_bytes=max_bytes)
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise UploadError("A field of the form is not UTF-8.") from error

    async def _next(self) -> _Event | None:
        while not self._events:
            piece = await anext(self._body, None)
            if piece is None:
                if not self._ended:
                    raise UploadError("The upload broke off.")
                return None
            try:
                self._parser.write(piece)
            except MultipartParseError as error:
                raise UploadError("The form is broken.") from error
        return self._events.popleft()

    def _callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }

    def _begin(self) -> None:
        self._headers = {}

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name = self._grown(self._header_name, data[start:end])

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value = self._grown(self._header_value, data[start:end])

    def _on_header_end(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name, self._header_value = b"", b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        name, filename = options.get(b"name", b""), options.get(b"filename")
        self._events.append(
            PartHead(
                name.decode("utf-8", "replace"),
                None if filename is None else filename.decode("utf-8", "replace"),
            )
        )

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(data[start:end])

    def _on_part_end(self) -> None:
        self._events.append(PartEnd())

    def _on_end(self) -> None:
        self._ended = True

    def _grown(self, known: bytes, more: bytes) -> bytes:
        if len(known) + len(more) > _MAX_HEADER_BYTES:
            raise UploadError("A header of the form is too long.")
        return known + more
