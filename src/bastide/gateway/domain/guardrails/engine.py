"""Regular expressions that run in time linear in the text, whatever an administrator has written.

RE2 has neither backtracking nor backreferences, so that no pattern can stop the gateway.
"""

from typing import Protocol, cast

import re2

from bastide.gateway.domain.errors import PatternError


class _Match(Protocol):
    def start(self) -> int: ...

    def end(self) -> int: ...


class _Compiled(Protocol):
    def search(self, text: str, pos: int = 0) -> _Match | None: ...


class _Options(Protocol):
    log_errors: bool


class _Library(Protocol):
    """What is used of RE2's bindings, which come without types."""

    error: type[Exception]

    def Options(self) -> _Options: ...  # noqa: N802  # its name

    def compile(self, pattern: str, options: _Options) -> _Compiled: ...


_library = cast("_Library", re2)


class Expression:
    """A compiled pattern.

    Raises:
        PatternError: RE2 does not take it.
    """

    def __init__(self, pattern: str) -> None:
        options = _library.Options()
        options.log_errors = False
        try:
            self._compiled = _library.compile(pattern, options)
        except _library.error as error:
            words = _words(error)
            raise PatternError(f"{pattern!r} is no pattern that RE2 takes: {words}.") from error

    def search(self, text: str, position: int) -> tuple[int, int] | None:
        """Start and end of the leftmost match from there on; a word boundary sees what stands before it."""
        found = self._compiled.search(text, position)
        return None if found is None else (found.start(), found.end())


def _words(error: Exception) -> str:
    words = cast("object", error.args[0]) if error.args else ""
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
