"""Which of the formats a compound file is."""

from pathlib import Path

from bastide.knowledge.adapters.parsing.cfb import CompoundFile
from bastide.knowledge.domain.errors import DocumentEncryptedError

DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
MSG = "application/vnd.ms-outlook"
OTHER = "application/x-ole-storage"
_STREAMS = (
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book", XLS),
    ("PowerPoint Document", PPT),
    ("__properties_version1.0", MSG),
)


def media_type(path: Path) -> str:
    """Raises DocumentEncryptedError when it is an encrypted Office file, whose format nobody can tell."""
    file = CompoundFile(path.read_bytes())
    if "EncryptedPackage" in file or "EncryptedSummary" in file:
        raise DocumentEncryptedError("The file is protected by a password.")
    return next((kind for stream, kind in _STREAMS if stream in file), OTHER)
