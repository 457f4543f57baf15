"""The errors of the operations slice."""

from bastide.kit.errors import InvalidError, NotFoundError, UnavailableError


class AuditUnavailableError(UnavailableError):
    """The audit log cannot be written, and the organisation wants nothing to happen unlogged."""

    code = "audit.unavailable"


class AuditEntryNotFoundError(NotFoundError):
    """There is no such entry, or retention has removed it."""

    code = "audit.not_found"


class AuditRangeError(InvalidError):
    """Sizes or times that do not make a range of this log."""

    code = "audit.range"
