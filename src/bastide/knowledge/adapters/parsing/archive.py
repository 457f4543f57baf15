"""ZIP archives and XML from strangers: both can be small files that become enormous."""

import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from bastide.knowledge.domain.errors import (
    DocumentCorruptError,
    DocumentEncryptedError,
    DocumentTooLargeError,
)

_MIB = 1 << 20
_MAX_EXPANDED = 1024 * _MIB
_MAX_ENTRIES = 50_000
# Office files hardly shrink to less than a hundredth; a part that does, and is large, is made to do harm.
_MAX_RATIO = 250
_RATIO_MATTERS_FROM = 32 * _MIB
_MAX_PART = 256 * _MIB
_MAX_DEPTH = 500
_ENCRYPTED_FLAG = 0x1


@contextmanager
def opened(path: Path) -> Generator[zipfile.ZipFile]:
    """A ZIP archive that expands to a reasonable size.

    Raises:
        DocumentTooLargeError: it would expand to more.
        DocumentEncryptedError: its parts are encrypted.
        DocumentCorruptError: it, or a part read inside the block, is broken.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check(archive)
            yield archive
    except (zipfile.BadZipFile, ParseError, KeyError, EOFError, OSError, NotImplementedError) as error:
        raise DocumentCorruptError("The file is damaged.", reason=str(error)[:500]) from error


def check(archive: zipfile.ZipFile) -> None:
    """Raises DocumentTooLargeError for a bomb, DocumentEncryptedError for encrypted parts."""
    entries = archive.infolist()
    if len(entries) > _MAX_ENTRIES or sum(entry.file_size for entry in entries) > _MAX_EXPANDED:
        raise DocumentTooLargeError("The file expands to more than Bastide reads.")
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED_FLAG:
            raise DocumentEncryptedError("A part of the file is encrypted: save it without.", reason="sealed")
        if entry.file_size > _RATIO_MATTERS_FROM and entry.file_size > _MAX_RATIO * entry.compress_size:
            raise DocumentTooLargeError("A part of the file expands to more than Bastide reads.")


def read(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part, whatever size the archive claims for it."""
    with archive.open(name) as part:
        data = part.read(_MAX_PART + 1)
    if len(data) > _MAX_PART:
        raise DocumentTooLargeError("A part of the file expands to more than Bastide reads.", part=name)
    return data


def xml(archive: zipfile.ZipFile, name: str) -> Element:
    return parse(read(archive, name))


def parse(data: bytes) -> Element:
    """The root of an XML document.

    Raises:
        DocumentTooLargeError: entities that expand without end, or elements nested too deeply.
        ParseError: not well formed.
    """
    parser = XMLParser(target=_BoundedBuilder())  # noqa: S314 expat limits expansion, we limit depth
    try:
        parser.feed(data)
        root: Element = parser.close()
    except ParseError as error:
        if "amplification" in str(error):  # expat counts what entities expand to
            raise DocumentTooLargeError("The XML expands to more than Bastide reads.") from error
        raise
    return root


class _BoundedBuilder(TreeBuilder):
    """Refuses elements that are nested deeper than any document's."""

    _depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise DocumentTooLargeError("The XML is nested too deeply.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]
