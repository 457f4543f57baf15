"""Whether a password may be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from bastide.identity.domain.errors import PasswordWeakError
from bastide.identity.domain.passwords import check_password
from bastide.identity.ports import KnownPasswords


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """`lists`: what nobody may choose, whatever else is to be said for it."""

    lists: Sequence[KnownPasswords]

    async def check(self, password: str, email: str) -> None:
        """Raises PasswordWeakError with the `reason` of `check_password` or of the list; UnavailableError."""
        check_password(password, email)
        for one in self.lists:
            if await one.holds(password):
                raise PasswordWeakError("This password is in lists that are tried first.", reason=one.reason)
