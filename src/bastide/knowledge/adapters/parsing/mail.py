"""E-mail (EML, MSG): subject as heading, the people, the body; attachments become documents of their own."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, message_from_string
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path
from typing import cast

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.encoding import decode
from bastide.knowledge.adapters.parsing.html import add_html
from bastide.knowledge.adapters.parsing.plain import add_plain
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.domain.errors import DocumentEncryptedError
from bastide.knowledge.domain.extraction import Attachment

ATTACHMENTS = "attachments"
_MAX_ATTACHMENTS = 500
_UNSAFE = re.compile(r"[\x00-\x1f/\\:*?\"<>|]+")
_HEADERS = ("From", "To", "Cc", "Date")
_ENCRYPTED = ("application/pkcs7-mime", "application/x-pkcs7-mime")


@dataclass(slots=True)
class Mail:
    """A message, taken apart."""

    subject: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    plain: str = ""
    html: str = ""
    attachments: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])


def read_eml(source: Source, out: TextBuilder) -> None:
    data = source.path.read_bytes()
    wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in data[:64]
    message = message_from_string(decode(data) or "") if wide else message_from_bytes(data)
    add_mail(_take_apart(message), source, out)


def add_mail(mail: Mail, source: Source, out: TextBuilder) -> None:
    """Add the text, and write the attachments to files for the parent to take over."""
    out.heading(mail.subject, 1)
    out.title = mail.subject
    for name, value in mail.headers.items():
        out.metadata[name.lower()] = value
    out.paragraph("\n".join(f"{name}: {value}" for name, value in mail.headers.items()))
    if mail.plain.strip():
        add_plain(mail.plain, out)
    else:
        title = out.title
        add_html(mail.html, out)
        out.title = title
    for number, (filename, data) in enumerate(mail.attachments[:_MAX_ATTACHMENTS]):
        path = source.folder / ATTACHMENTS / str(number)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        out.attachments.append(Attachment(_safe(filename) or f"attachment-{number + 1}", str(path)))


def _take_apart(message: Message) -> Mail:
    mail = Mail(subject=_header(message, "Subject"))
    mail.headers = {name: value for name in _HEADERS if (value := _header(message, name))}
    kind = message.get_content_type()
    if kind == "multipart/encrypted" or (
        kind in _ENCRYPTED and message.get_param("smime-type") != "signed-data"
    ):
        raise DocumentEncryptedError("The message is encrypted: save it decrypted.", reason="sealed")
    _part(message, mail)
    return mail


def _part(part: Message, mail: Mail) -> None:
    kind = part.get_content_type()
    filename = part.get_filename()
    inside = cast("list[Message[str, str]]", part.get_payload()) if part.is_multipart() else []
    if kind == "message/rfc822" and inside and (filename or part.get_content_disposition() == "attachment"):
        name = filename or f"{_header(inside[0], 'Subject') or 'message'}.eml"
        mail.attachments.append((_decoded(name), inside[0].as_bytes()))
    elif inside:
        for inner in inside:
            _part(inner, mail)
    elif filename or part.get_content_disposition() == "attachment":
        if not (kind.startswith("image/") and part.get("Content-ID")):  # pictures of the signature
            mail.attachments.append((_decoded(filename or ""), _bytes(part)))
    elif kind == "text/html":
        mail.html += _text(part)
    elif kind.startswith("text/"):
        mail.plain += _text(part) + "\n\n"


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _text(part: Message) -> str:
    return decode(_bytes(part), part.get_content_charset()) or ""


def _header(message: Message, name: str) -> str:
    return _decoded(str(message.get(name, "")))


def _decoded(value: str) -> str:
    """RFC 2047 words; what is wrongly encoded stays as it is."""
    try:
        return " ".join(str(make_header(decode_header(value))).split())
    except (LookupError, ValueError, UnicodeError):
        return " ".join(value.split())


def _safe(filename: str) -> str:
    return _UNSAFE.sub("_", Path(filename.replace("\\", "/")).name).strip(" .")[:200]
