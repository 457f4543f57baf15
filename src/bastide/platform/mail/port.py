"""The mail port: letters out. An installation without a mail server works; it only cannot send."""

from dataclasses import dataclass
from typing import Protocol

from bastide.kit.errors import UnavailableError


class MailUnavailableError(UnavailableError):
    """The mail server does not answer, refuses the login or the letter; or there is none."""

    code = "mail.unavailable"


@dataclass(frozen=True, slots=True)
class Letter:
    """Plain text to one address."""

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Hands letters to a mail server."""

    @property
    def available(self) -> bool:
        """Whether there is a mail server at all."""
        ...

    async def send(self, letter: Letter) -> None:
        """Returns when the server has taken the letter over.

        Raises:
            MailUnavailableError.
        """
        ...
