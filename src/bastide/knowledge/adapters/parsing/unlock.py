"""Opens encrypted Office files with the password that came along."""

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import msoffcrypto
from msoffcrypto import exceptions

from bastide.knowledge.adapters.parsing import cfb
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.domain.errors import DocumentCorruptError, DocumentEncryptedError

_OFFICE: Any = msoffcrypto
# What Excel encrypts with when a workbook may be read by all and written by few.
_PUBLIC_PASSWORD = "VelvetSweatshop"  # known to everyone
_UNREADABLE = (
    exceptions.FileFormatError,
    exceptions.ParseError,
    struct.error,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,  # the library's way to say that a field is not as it expects
)


def unlocked(source: Source) -> Source:
    """The source, or one whose file was decrypted into the source's folder.

    Raises:
        DocumentEncryptedError: no password came, or a wrong one.
        DocumentCorruptError: it is encrypted in a way that nobody knows.
    """
    with source.path.open("rb") as file:
        if file.read(len(cfb.MAGIC)) != cfb.MAGIC:
            return source
        file.seek(0)
        office = _encrypted(file)
        if office is None:
            return source
        target = source.folder / "decrypted"
        for password in filter(None, (source.password, _PUBLIC_PASSWORD)):
            if _decrypted(office, password, target):
                return replace(source, path=target)
    raise DocumentEncryptedError.locked(given=source.password is not None)


def _encrypted(file: Any) -> Any:
    """The library's view of the file; None when it is not encrypted, or no Office file."""
    try:
        office = _OFFICE.OfficeFile(file)
        return office if office.is_encrypted() else None
    except (*_UNREADABLE, exceptions.DecryptionError):
        return None


def _decrypted(office: Any, password: str, target: Path) -> bool:
    # Only this format's keys are not verified unless asked for.
    more = {"verify_password": True} if office.format == "ooxml" else {}
    try:
        office.load_key(password=password, **more)
        with target.open("wb") as out:
            office.decrypt(out)
    except (exceptions.InvalidKeyError, exceptions.DecryptionError):
        return False
    except _UNREADABLE as error:
        raise DocumentCorruptError("The encrypted file is damaged.", reason=str(error)) from error
    return True
