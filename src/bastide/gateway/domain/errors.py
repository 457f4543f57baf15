"""What can go wrong between a client and a model, beyond what the contract names."""

from bastide.kit.errors import (
    ConflictError,
    DeadlineExceededError,
    DeniedError,
    InvalidError,
    NotFoundError,
    RateLimitedError,
    TooLargeError,
    UnavailableError,
)


class BodyError(InvalidError):
    """The request's body is not the JSON object that the route takes; `details["param"]` names the field."""

    code = "request.body"


class UnsupportedError(InvalidError):
    """The model or its provider cannot express what was asked for."""

    code = "request.unsupported"


class UntranslatableError(InvalidError):
    """The provider speaks another protocol, which has no word for `details["param"]`."""

    code = "request.untranslatable"


class RequestTooLargeError(TooLargeError):
    """The request's body passes the limit."""

    code = "request.too_large"


class UpstreamUnreachableError(UnavailableError):
    """No connection to the provider: refused, no route, no name, TLS, or the connect time is over."""

    code = "upstream.unreachable"


class UpstreamBrokenError(UnavailableError):
    """The provider's answer ended early or was not what its protocol says."""

    code = "upstream.broken"


class UpstreamFailedError(UnavailableError):
    """The provider answered with an error that is its own, or with one about our credentials."""

    code = "upstream.failed"


class UpstreamTimeoutError(DeadlineExceededError):
    """The provider took too long; `details["phase"]` is `first_token`, `idle` or `total`."""

    code = "upstream.timeout"


class UpstreamBusyError(RateLimitedError):
    """The provider refuses because of its own limits."""

    code = "upstream.busy"


class UpstreamRefusedError(InvalidError):
    """The provider finds fault with the request itself; `details["status"]` is its HTTP status (4xx)."""

    code = "upstream.refused"


class QueueFullError(UnavailableError):
    """Too many requests wait for this model; `details["retry_after_s"]` says when to come back."""

    code = "model.busy"


class ModelUnavailableError(UnavailableError):
    """No server that may answer for this model can be used at the moment."""

    code = "model.unavailable"


class SensitiveError(DeniedError):
    """Only providers outside could answer, and sensitive data does not go there."""

    code = "model.sensitive"


class ExistsError(ConflictError):
    """Something of this name is there already."""

    code = "gateway.exists"


class ReadOnlyError(ConflictError):
    """It comes from the settings file or was found on the machine: it cannot be changed by API."""

    code = "gateway.read_only"


class InUseError(ConflictError):
    """Something else still refers to it; `details` names what."""

    code = "gateway.in_use"


class EntryError(InvalidError):
    """A field of a catalogue entry or a limit is wrong; `details["field"]` names it."""

    code = "gateway.invalid"


class SubjectUnknownError(InvalidError):
    """A limit names a key, user, group or model that is not there; `details["field"]` says where."""

    code = "gateway.subject_unknown"


class ModelUnknownError(InvalidError):
    """A fallback or a guardrail names a model that is not there; `details["field"]` says where."""

    code = "gateway.model_unknown"


class EntryNotFoundError(NotFoundError):
    """No such provider, model, deployment or limit."""

    code = "gateway.not_found"


class PatternError(InvalidError):
    """A guardrail's pattern cannot be used."""

    code = "guardrail.pattern"


class GuardrailError(InvalidError):
    """A guardrail of the organisation forbids what was sent, or what the model answered.

    `details` name the guardrail, what kind of thing it found, and the stage; never the text.
    """

    code = "guardrail.blocked"


class ImportFileError(InvalidError):
    """The file cannot be read as a configuration to import."""

    code = "gateway.import"
