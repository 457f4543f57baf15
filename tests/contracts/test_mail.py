"""The mail port: by SMTP to a server on loopback, and without a server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy

import pytest

from bastide.platform.mail.none import NoMailer
from bastide.platform.mail.port import Letter, MailUnavailableError
from bastide.platform.mail.smtp import MailUrlError, SmtpMailer, SmtpServer, parse_smtp_url

LETTER = Letter("zoé@example.org", "Élan – réunion", "Bonjour,\n\nà bientôt.\n.\nÉlodie\n")


@dataclass
class Postmaster:
    """As much of RFC 5321 as a client that sends one letter needs."""

    refuses: bool = False
    envelopes: list[tuple[str, bytes]] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = ""
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.upper()
            if verb.startswith("EHLO"):
                writer.write(b"250-here\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
            elif verb.startswith("RCPT"):
                recipient = line
                writer.write(b"550 no such person\r\n" if self.refuses else b"250 ok\r\n")
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                self.envelopes.append((recipient, await reader.readuntil(b"\r\n.\r\n")))
                writer.write(b"250 taken\r\n")
            else:
                writer.write(b"221 bye\r\n" if verb == "QUIT" else b"250 ok\r\n")
            await writer.drain()
            if verb == "QUIT":
                break
        writer.close()
        await writer.wait_closed()


@pytest.fixture
def postmaster() -> Postmaster:
    return Postmaster()


@pytest.fixture
async def mailer(postmaster: Postmaster, socket_enabled: None) -> AsyncIterator[SmtpMailer]:
    server = await asyncio.start_server(postmaster, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield SmtpMailer(SmtpServer("127.0.0.1", port, "none", "bastide@example.org"))
    server.close()
    await server.wait_closed()


async def test_a_letter_arrives_as_it_was_written(mailer: SmtpMailer, postmaster: Postmaster) -> None:
    assert mailer.available
    await mailer.send(LETTER)
    recipient, raw = postmaster.envelopes[0]
    assert "zoé@example.org" in recipient
    message = message_from_bytes(raw, policy=policy.default)
    assert message["subject"] == LETTER.subject
    assert message["from"] == "bastide@example.org"
    assert message.get_content().startswith("Bonjour,\r\n\r\nà bientôt.\r\n")


async def test_a_refusal_is_said(mailer: SmtpMailer, postmaster: Postmaster) -> None:
    postmaster.refuses = True
    with pytest.raises(MailUnavailableError):
        await mailer.send(LETTER)


async def test_a_server_that_is_away_or_knows_no_tls_is_said(
    mailer: SmtpMailer, postmaster: Postmaster
) -> None:
    port = mailer._server.port
    for server in (
        SmtpServer("127.0.0.1", 1, "none", "a@b"),
        SmtpServer("127.0.0.1", port, "starttls", "a@b"),
    ):
        with pytest.raises(MailUnavailableError):
            await SmtpMailer(server).send(LETTER)
    assert not postmaster.envelopes  # nothing went out in the clear


async def test_without_a_server_nothing_is_sent() -> None:
    assert not NoMailer().available
    with pytest.raises(MailUnavailableError):
        await NoMailer().send(LETTER)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://h?from=a@b", SmtpServer("h", 587, "starttls", "a@b")),
        ("smtps://u%40x:p%3A@h?from=a@b", SmtpServer("h", 465, "tls", "a@b", "u@x", "p:")),
        ("smtp://h:25?from=a@b&security=none", SmtpServer("h", 25, "none", "a@b")),
    ],
)
def test_a_url_names_server_sender_and_security(url: str, server: SmtpServer) -> None:
    assert parse_smtp_url(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "h:25",
        "http://h?from=a@b",
        "smtp://?from=a@b",
        "smtp://h",
        "smtp://h?from=a@b&security=maybe",
        "smtp://h?from=a@b&x=1",
    ],
)
def test_a_url_that_says_too_little_is_refused(url: str) -> None:
    with pytest.raises(MailUrlError):
        parse_smtp_url(url)
