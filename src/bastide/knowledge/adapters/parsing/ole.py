"""Which of the formats a compound file is."""

from pathlib import Path

from bastide.knowledge.adapters.parsing.cfb import CompoundFile
from bastide.knowledge.domain.errors import DocumentEncryptedError

DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
MSG = "application/vnd.ms-outlook"
OTHER = "application/x-ole-storage"
_CURRENT_USER = "Current User"  # [MS-PPT] 2.3.2: the token tells whether the presentation is encrypted
_TOKEN = slice(12, 16)
_ENCRYPTED = (0xF3D1C4DF).to_bytes(4, "little")
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
    if "EncryptedPackage" in file or file.read(_CURRENT_USER)[_TOKEN] == _ENCRYPTED:
        raise DocumentEncryptedError.locked(given=False)
    return next((kind for stream, kind in _STREAMS if stream in file), OTHER)
