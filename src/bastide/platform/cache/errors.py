"""Errors of the cache."""

from bastide.kit.errors import ConflictError, UnavailableError


class CacheUnavailableError(UnavailableError):
    """The cache server does not answer."""

    code = "cache.unavailable"


class NotACounterError(ConflictError):
    """`increment` met a value that is not a whole number."""

    code = "cache.not_a_counter"
