"""The errors of the operations slice."""

from bastide.kit.errors import ConflictError, InvalidError, NotFoundError, UnavailableError


class AuditUnavailableError(UnavailableError):
    """The audit log cannot be written, and the organisation wants nothing to happen unlogged."""

    code = "audit.unavailable"


class AuditEntryNotFoundError(NotFoundError):
    """There is no such entry, or retention has removed it."""

    code = "audit.not_found"


class JobNotFoundError(NotFoundError):
    """There is no such export or erasure, or it is none of the caller's business."""

    code = "personal_data.not_found"


class ArchiveGoneError(ConflictError):
    """The archive is not there yet, was downloaded, or waited for too long."""

    code = "personal_data.archive"


class JobNotFailedError(ConflictError):
    """Only an export or an erasure that has failed is begun again."""

    code = "personal_data.not_failed"


class SubjectGoneError(NotFoundError):
    """Who was to be exported is not here any more."""

    code = "personal_data.subject_gone"


class AuditRangeError(InvalidError):
    """Sizes or times that do not make a range of this log."""

    code = "audit.range"


class ReceiverError(UnavailableError):
    """The receiver of the audit log cannot be reached, or did not take what it was sent."""

    code = "audit.receiver"
