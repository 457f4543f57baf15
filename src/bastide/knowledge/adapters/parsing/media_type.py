"""What a file is, told from its content; its name decides only between kinds of text."""

import re
from pathlib import Path, PurePath

from bastide.knowledge.adapters.parsing import archive, cfb, ole
from bastide.knowledge.adapters.parsing.encoding import decode
from bastide.knowledge.domain.errors import DocumentEncryptedError

UNKNOWN = "application/octet-stream"
PLAIN = "text/plain"
_OPENXML = "application/vnd.openxmlformats-officedocument."
DOCX = f"{_OPENXML}wordprocessingml.document"
PPTX = f"{_OPENXML}presentationml.presentation"
XLSX = f"{_OPENXML}spreadsheetml.sheet"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
EPUB = "application/epub+zip"

_HEAD_BYTES = 65536
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_MANIFEST = "META-INF/manifest.xml"
_TYPES = "[Content_Types].xml"
# The main part where it usually is, and what the list of types says of it wherever it is.
_ZIP_PARTS = (
    ("word/document.xml", b"wordprocessingml.document.main+xml", DOCX),
    ("ppt/presentation.xml", b"presentationml.presentation.main+xml", PPTX),
    ("xl/workbook.bin", b"sheet.binary.macroEnabled.main", XLSB),
    ("xl/workbook.xml", b"spreadsheetml.sheet.main+xml", XLSX),
)
_BY_SUFFIX = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".tab": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".eml": "message/rfc822",
    ".xml": "application/xml",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".rst": "text/x-rst",
    ".org": "text/x-org",
}
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(r"\s*<\?xml\b")
_MAIL_HEADER = re.compile(
    r"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:from|received|return-path|message-id|mime-version):",
    re.IGNORECASE,
)


def detect(path: Path, filename: str) -> str:
    """The media type; `application/octet-stream` when it is none that is known.

    Raises:
        DocumentCorruptError: it begins as an archive or a compound file and is none.
        DocumentEncryptedError, DocumentTooLargeError: as `archive.opened` and `ole.media_type` find; also for
            OpenDocument files with a password.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    if found:
        return found
    if head.startswith(b"PK\x03\x04"):
        return _archive(path)
    if head.startswith(cfb.MAGIC):
        return ole.media_type(path)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if b"%PDF-" in head[:1024]:  # readers look for it there; some programs write a line before it
        return "application/pdf"
    return _text(head, PurePath(filename).suffix.lower())


def _archive(path: Path) -> str:
    with archive.opened(path) as package:
        names = set(package.namelist())
        if _MANIFEST in names and b"encryption-data" in archive.read(package, _MANIFEST):
            raise DocumentEncryptedError(
                "OpenDocument files with a password cannot be opened. Save it without.", reason="sealed"
            )
        if "mimetype" in names:
            return archive.read(package, "mimetype")[:100].decode("ascii", errors="replace").strip()
        types = archive.read(package, _TYPES) if _TYPES in names else b""
    found = (kind for part, mark, kind in _ZIP_PARTS if part in names or mark in types)
    return next(found, "application/zip")


def _text(head: bytes, suffix: str) -> str:
    if len(head) == _HEAD_BYTES:  # do not end inside a character
        head = head[: head.rfind(b"\n") & ~3] or head
    text = decode(head)
    if text is None:
        return UNKNOWN
    if _HTML.match(text):
        return "text/html"
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    if _XML.match(text):
        return "application/xml"
    return "message/rfc822" if _MAIL_HEADER.match(text) else PLAIN
