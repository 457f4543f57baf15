"""The media type of an upload: by its first bytes where they tell, else by its name; not as clients say."""

import mimetypes
from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType

HEAD_BYTES = 16
UNKNOWN = "application/octet-stream"

# Those that a browser may show within the page; everything else is downloaded.
INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp", "text/plain"})

_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
)
_BY_SUFFIX: Mapping[str, str] = MappingProxyType(
    {
        ".md": "text/markdown",
        ".markdown": "text/markdown",
        ".txt": "text/plain",
        ".text": "text/plain",
        ".log": "text/plain",
        ".csv": "text/csv",
        ".tsv": "text/tab-separated-values",
        ".html": "text/html",
        ".htm": "text/html",
        ".xml": "application/xml",
        ".json": "application/json",
        ".eml": "message/rfc822",
        ".msg": "application/vnd.ms-outlook",
        ".epub": "application/epub+zip",
        ".rtf": "application/rtf",
        ".doc": "application/msword",
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".ppt": "application/vnd.ms-powerpoint",
        ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ".xls": "application/vnd.ms-excel",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".odt": "application/vnd.oasis.opendocument.text",
        ".odp": "application/vnd.oasis.opendocument.presentation",
        ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    }
)


def media_type(filename: str, head: bytes) -> str:
    """`head`: the first `HEAD_BYTES` bytes or more."""
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    named = _BY_SUFFIX.get(PurePosixPath(filename).suffix.lower()) or mimetypes.guess_type(filename)[0]
    if named is None or named in INLINE - {"text/plain"}:
        return UNKNOWN  # it claims to be what its bytes are not
    return named
