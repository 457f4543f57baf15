"""A PowerPoint 97–2003 file with a password, as [MS-PPT] 2.3.7 and [MS-OFFCRYPTO] 2.3.5 have it.

One text atom in the document's container: enough to see that the right password opens it.
"""

import hashlib
import struct

from tests.documents import compound, rc4

_SALT = b"0123456789abcdef"
_KEY_BITS = 128
_ENCRYPTED_TOKEN = 0xF3D1C4DF
_DOCUMENT, _TEXT, _SESSION = 0x03E8, 0x0FA0, 0x2F14
_EDIT, _DIRECTORY, _USER = 0x0FF5, 0x1772, 0x0FF6
_CONTAINER = 0xF
_NAME = b"x" * 1696  # of the user: it fills the stream's sectors, whose length may not change


def locked_ppt(text: str, password: str) -> bytes:
    plain = _record(_DOCUMENT, _record(_TEXT, text.encode("utf-16-le")), version=_CONTAINER)
    hidden = rc4(_key(password, 1), plain)
    session = _record(_SESSION, _encryption(password), version=_CONTAINER)
    directory_at = len(hidden) + len(session)
    directory = _record(_DIRECTORY, struct.pack("<III", 1 | 2 << 20, 0, len(hidden)))
    edit = _record(_EDIT, struct.pack("<IHBBIIIIHHI", 256, 0, 0, 3, 0, directory_at, 1, 3, 1, 0, 2))
    facts = (20, _ENCRYPTED_TOKEN, directory_at + len(directory), len(_NAME), 0x3F4, 3, 0, 0)
    user = _record(
        _USER,
        struct.pack("<IIIHHBBH", *facts) + _NAME + struct.pack("<I", 8) + _NAME.decode().encode("utf-16-le"),
    )
    return compound(
        {
            "Current User": user,
            "EncryptedSummary": b"x",
            "PowerPoint Document": hidden + session + directory + edit,
        }
    )


def _record(kind: int, content: bytes, *, version: int = 0) -> bytes:
    return struct.pack("<HHI", version, kind, len(content)) + content


def _key(password: str, block: int) -> bytes:
    first = hashlib.sha1(_SALT + password.encode("utf-16-le")).digest()  # noqa: S324 the format says so
    return hashlib.sha1(first + struct.pack("<I", block)).digest()[: _KEY_BITS // 8]  # noqa: S324


def _encryption(password: str) -> bytes:
    header = struct.pack("<IIIIIIII", 4, 0, 0x6801, 0x8004, _KEY_BITS, 1, 0, 0) + "RC4\0".encode("utf-16-le")
    verifier = bytes(range(16))
    hidden = rc4(_key(password, 0), verifier + hashlib.sha1(verifier).digest())  # noqa: S324
    return (
        struct.pack("<HHII", 2, 2, 4, len(header))
        + header
        + struct.pack("<I", len(_SALT))
        + _SALT
        + hidden[:16]
        + struct.pack("<I", 20)
        + hidden[16:]
    )
