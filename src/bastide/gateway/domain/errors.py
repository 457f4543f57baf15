"""What can go wrong between a client and a model, beyond what the contract names."""

from bastide.kit.errors import (
    DeadlineExceededError,
    InvalidError,
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
