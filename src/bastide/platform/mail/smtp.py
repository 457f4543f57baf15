"""Mail by SMTP, with the standard library, in a thread."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

from bastide.kit.errors import InvalidError
from bastide.platform.mail.port import Letter, MailUnavailableError

_TIMEOUT_S = 20.0


class MailUrlError(InvalidError):
    """The URL of the mail server cannot be understood."""

    code = "mail.url"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where and how. `security` is `tls` from the first byte, `starttls`, or `none`."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = ""


def parse_smtp_url(url: str) -> SmtpServer:
    """`smtp://user:password@host:587?from=bastide@example.org` (STARTTLS), `smtps://…` (TLS at once).

    `&security=none` on `smtp:` sends in the clear: for a server on the same machine.

    Raises:
        MailUrlError: no host, no sender, or an unknown scheme or security.
    """
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    security = "tls" if parts.scheme == "smtps" else options.pop("security", "starttls")
    sender = options.pop("from", "")
    known = parts.scheme in {"smtp", "smtps"} and security in {"tls", "starttls", "none"}
    if not known or options or not parts.hostname or "@" not in sender:
        raise MailUrlError("Write it as smtp://user:password@host:587?from=bastide@example.org.")
    return SmtpServer(
        parts.hostname,
        parts.port or (465 if security == "tls" else 587),
        security,
        sender,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


class SmtpMailer:
    """One connection per letter: they are few."""

    available = True

    def __init__(self, server: SmtpServer, trust: ssl.SSLContext | None = None) -> None:
        """`trust`: which certificates are believed; the machine's authorities by default."""
        self._server = server
        self._trust = trust or ssl.create_default_context()

    async def send(self, letter: Letter) -> None:
        try:
            await asyncio.to_thread(self._send, letter)
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailableError("The mail server did not take the letter.", to=letter.to) from error

    def _send(self, letter: Letter) -> None:
        message = EmailMessage()
        message["From"], message["To"] = self._server.sender, letter.to
        message["Subject"] = letter.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._server.sender.rpartition("@")[2])
        message.set_content(letter.text)
        with self._connect() as client:
            if self._server.security == "starttls":
                client.starttls(context=self._trust)
            if self._server.user:
                client.login(self._server.user, self._server.password)
            client.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=_TIMEOUT_S, context=self._trust)
        return smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_S)
