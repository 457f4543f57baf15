"""Which passwords are good enough, by NIST SP 800-63B: length and guessability, no rules of composition."""

import secrets

from bastide.identity.domain.errors import PasswordWeakError

MINIMUM_LENGTH = 8
MAXIMUM_LENGTH = 256
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop")
_WORDS = (
    "password",
    "motdepasse",
    "bastide",
    "welcome",
    "bienvenue",
    "admin",
    "letmein",
    "soleil",
    "bonjour",
)


def one_time_password() -> str:
    """Four groups of five letters, 99 bits: easy to type from a terminal, hopeless to guess."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def check_password(password: str, email: str) -> None:
    """Raises PasswordWeakError; its `reason` is `short`, `long`, `common`, `repeated` or `personal`."""
    if len(password) < MINIMUM_LENGTH:
        raise PasswordWeakError(f"Use at least {MINIMUM_LENGTH} characters.", reason="short")
    if len(password) > MAXIMUM_LENGTH:
        raise PasswordWeakError(f"Use at most {MAXIMUM_LENGTH} characters.", reason="long")
    plain = password.casefold()
    if len(set(plain)) < 4:
        raise PasswordWeakError("Use more than three different characters.", reason="repeated")
    if len(_without(plain, (*_WORDS, *_runs_in(plain)))) < MINIMUM_LENGTH // 2:
        raise PasswordWeakError("This password is among the first that are guessed.", reason="common")
    if len(_without(plain, (email, *email.split("@")))) < MINIMUM_LENGTH // 2:
        raise PasswordWeakError("Do not use your e-mail address as a password.", reason="personal")


def _without(text: str, parts: tuple[str, ...]) -> str:
    for part in parts:
        text = text.replace(part, "") if len(part) > 2 else text
    return text


def _runs_in(text: str) -> tuple[str, ...]:
    """Pieces of keyboard rows and of the alphabet, in either direction, that stand in the text."""
    rows = [row for forward in _RUNS for row in (forward, forward[::-1])]
    found: list[str] = []
    start = 0
    while start < len(text):
        end = max(_run_end(text, start, row) for row in rows)
        if end - start > 2:
            found.append(text[start:end])
        start = max(end, start + 1)
    return tuple(sorted(found, key=len, reverse=True))


def _run_end(text: str, start: int, row: str) -> int:
    end = start
    while end < len(text) and text[start : end + 1] in row:
        end += 1
    return end
