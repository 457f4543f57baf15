from bastide.platform.mail.port import Letter, MailUnavailableError


class NoMailer:
    """There is no mail server."""

    available = False

    async def send(self, letter: Letter) -> None:
        raise MailUnavailableError("No mail server is set up.", to=letter.to)
