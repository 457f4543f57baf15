"""The letters that identity sends, in the reader's language; in both where it is not known."""

import structlog

from bastide.identity.domain.people import User
from bastide.platform.mail.port import Letter, Mailer, MailUnavailableError

_INVITATION = {
    "fr": "Bonjour,\n\nVous êtes invité à rejoindre « {name} » sur Bastide. "
    "Ouvrez ce lien dans les sept jours :\n",
    "en": "Hello,\n\nYou are invited to join “{name}” on Bastide. Open this link within seven days:\n",
}
_RESET_SUBJECT = {"fr": "Votre nouveau mot de passe Bastide", "en": "Your new Bastide password"}
_RESET = {
    "fr": "Bonjour {name},\n\nCe lien, valable un jour et une seule fois, vous laisse choisir un nouveau "
    "mot de passe :\n\n{link}\n\nSi vous n'avez rien demandé, ignorez ce message : rien ne change.\n",
    "en": "Hello {name},\n\nThis link is good for one day and one use; it lets you choose a new password:\n\n"
    "{link}\n\nIf you did not ask for it, ignore this message: nothing changes.\n",
}
_log = structlog.get_logger()


class Letters:
    """Needs both a mail server and the address under which people reach this installation."""

    def __init__(self, mailer: Mailer, public_url: str | None) -> None:
        self._mailer = mailer
        self._public_url = (public_url or "").rstrip("/")

    @property
    def can_send(self) -> bool:
        return self._mailer.available and bool(self._public_url)

    async def invitation(self, email: str, organisation: str, path: str) -> bool:
        """Whether the mail server has it."""
        words = "\n---\n\n".join(_INVITATION[locale].format(name=organisation) for locale in ("fr", "en"))
        text = f"{words}\n{self._public_url}{path}\n"
        return await self._send(Letter(email, f"{organisation} – Bastide", text))

    async def reset(self, user: User, path: str) -> bool:
        """Whether the mail server has it."""
        locale = user.locale if user.locale in _RESET else "en"
        text = _RESET[locale].format(name=user.name, link=f"{self._public_url}{path}")
        return await self._send(Letter(user.email, _RESET_SUBJECT[locale], text))

    async def _send(self, letter: Letter) -> bool:
        if not self.can_send:
            return False
        try:
            await self._mailer.send(letter)
        except MailUnavailableError as error:
            _log.warning("identity.letter_not_sent", error=str(error.__cause__ or error))
            return False
        return True
