"""Outlook messages (MSG): properties of [MS-OXMSG] in a compound file."""

import re

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.cfb import CompoundFile
from bastide.knowledge.adapters.parsing.encoding import decode
from bastide.knowledge.adapters.parsing.mail import Mail, add_mail
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.domain.errors import DocumentEncryptedError

_PROPERTY = "__substg1.0_"
_SUBJECT, _BODY, _HTML, _CLASS = "0037", "1000", "1013", "001A"
_FROM, _FROM_ADDRESS, _TO, _CC = "0C1A", "5D01", "0E04", "0E03"
_TRANSPORT_HEADERS = "007D"
_DATA, _LONG_NAME, _NAME, _MIME = "3701", "3707", "3704", "370E"
_DATE = re.compile(r"^Date:[ \t]*(.+)$", re.MULTILINE | re.IGNORECASE)
_ATTACHMENT = re.compile(r"(__attach_version1\.0_#[0-9A-F]{8})/__substg1\.0_3701")


def read_msg(source: Source, out: TextBuilder) -> None:
    file = CompoundFile(source.path.read_bytes())
    if (
        "smime" in _text(file, "", _CLASS).lower()
        and "multipartsigned" not in _text(file, "", _CLASS).lower()
    ):
        raise DocumentEncryptedError("The message is encrypted: save it decrypted.", reason="sealed")
    sender, address = _text(file, "", _FROM), _text(file, "", _FROM_ADDRESS)
    date = _DATE.search(_text(file, "", _TRANSPORT_HEADERS))
    headers = {
        "From": f"{sender} <{address}>"
        if sender and "@" in address and sender != address
        else sender or address,
        "To": _text(file, "", _TO),
        "Cc": _text(file, "", _CC),
        "Date": date.group(1).strip() if date else "",
    }
    mail = Mail(
        subject=_text(file, "", _SUBJECT),
        headers={name: value for name, value in headers.items() if value},
        plain=_text(file, "", _BODY),
        html=_text(file, "", _HTML),
    )
    folders = sorted({match.group(1) for path in file.paths if (match := _ATTACHMENT.match(path))})
    for folder in folders:
        if _text(file, f"{folder}/", _MIME) == "application/pgp-encrypted":
            raise DocumentEncryptedError("The message is encrypted: save it decrypted.", reason="sealed")
        name = _text(file, f"{folder}/", _LONG_NAME) or _text(file, f"{folder}/", _NAME)
        if data := file.read(f"{folder}/{_PROPERTY}{_DATA}0102"):
            mail.attachments.append((name, data))
    add_mail(mail, source, out)


def _text(file: CompoundFile, folder: str, tag: str) -> str:
    """A property as Unicode (001F), in the sender's code page (001E) or as bytes (0102)."""
    if wide := file.read(f"{folder}{_PROPERTY}{tag}001F"):
        return wide.decode("utf-16-le", errors="replace").rstrip("\0")
    narrow = file.read(f"{folder}{_PROPERTY}{tag}001E") or file.read(f"{folder}{_PROPERTY}{tag}0102")
    return (decode(narrow) or "").rstrip("\0")
