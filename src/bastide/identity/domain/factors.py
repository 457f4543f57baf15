"""What a person can prove themselves with besides the password."""

from dataclasses import dataclass


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

    @property
    def any(self) -> bool:
        return self.totp


@dataclass(frozen=True, slots=True)
class Challenge:
    """The password was right; now the second factor. `token` is good for a few minutes and one login."""

    token: str
    methods: tuple[str, ...]
