"""What a person can prove themselves with besides the password."""

from dataclasses import dataclass

from bastide.kit.json import JsonObject


@dataclass(frozen=True, slots=True)
class Totp:
    """A one-time password generator.

    Attributes:
        sealed_seed: under the key port, bound to the person.
        confirmed: only then it counts; before, it is being set up.
        last_step: of the last code that was accepted.
    """

    user_id: str
    sealed_seed: bytes
    confirmed: bool
    last_step: int


@dataclass(frozen=True, slots=True)
class Factors:
    """What somebody has set up."""

    totp: bool
    recovery_codes: int
    passkeys: int = 0

    @property
    def any(self) -> bool:
        """Whether a login needs more than the password. Recovery codes stand in for the others."""
        return self.totp or self.passkeys > 0

    @property
    def methods(self) -> tuple[str, ...]:
        """What can be answered with, the best first."""
        there = {"passkey": self.passkeys > 0, "totp": self.totp, "recovery": self.recovery_codes > 0}
        return tuple(name for name, has in there.items() if has)


@dataclass(frozen=True, slots=True)
class Challenge:
    """The password was right; now the second factor.

    Attributes:
        token: good for a few minutes and one login.
        passkey_options: for the browser's `navigator.credentials.get`, where there are passkeys.
    """

    token: str
    methods: tuple[str, ...]
    passkey_options: JsonObject | None = None
