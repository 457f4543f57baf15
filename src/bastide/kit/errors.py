"""The errors that Bastide raises, by kind.

A slice subclasses a kind and sets `code`, a stable dotted word (`document.encrypted`) that clients and
translations rely on. Only the HTTP edge turns a kind into a status number.
"""

from typing import Any, ClassVar


class BastideError(Exception):
    """Base of every error that a user may see.

    Args:
        message: One English sentence that says what happened and what to do.
        details: JSON-serialisable facts (ids, limits, field names) for clients and translations.
    """

    code: ClassVar[str] = "internal"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class InvalidError(BastideError):
    """The request is understood and wrong: a field, a value, a combination."""

    code = "invalid"


class UnauthenticatedError(BastideError):
    """No valid credentials came with the request."""

    code = "unauthenticated"


class DeniedError(BastideError):
    """The caller is known and may not do this."""

    code = "denied"


class NotFoundError(BastideError):
    """No such thing, or none that the caller may know of."""

    code = "not_found"


class ConflictError(BastideError):
    """The thing's present state does not allow it."""

    code = "conflict"


class TooLargeError(BastideError):
    """More bytes, items or tokens than allowed."""

    code = "too_large"


class RateLimitedError(BastideError):
    """Too many requests; `details["retry_after_s"]` says when to come back."""

    code = "rate_limited"


class QuotaExceededError(BastideError):
    """A budget or quota is used up."""

    code = "quota_exceeded"


class UnavailableError(BastideError):
    """A component that is needed does not answer."""

    code = "unavailable"


class DeadlineExceededError(BastideError):
    """It took longer than allowed."""

    code = "timeout"
