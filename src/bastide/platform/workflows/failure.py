"""An error as it is remembered: plain JSON that becomes the same error again after a crash."""

import json
from dataclasses import dataclass
from typing import cast

from bastide.kit import errors
from bastide.kit.errors import BastideError
from bastide.kit.json import Json, JsonObject

_KINDS = (
    errors.InvalidError,
    errors.UnauthenticatedError,
    errors.DeniedError,
    errors.NotFoundError,
    errors.ConflictError,
    errors.TooLargeError,
    errors.RateLimitedError,
    errors.QuotaExceededError,
    errors.UnavailableError,
    errors.DeadlineExceededError,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """What is kept of an error: its code and kind (the class of `kit.errors` that it derives from)."""

    code: str
    kind: str
    message: str
    details: JsonObject

    @classmethod
    def of(cls, error: Exception) -> "Failure":
        if not isinstance(error, BastideError):
            return cls(BastideError.code, BastideError.__name__, f"{type(error).__name__}: {error}", {})
        kind = next((kind for kind in _KINDS if isinstance(error, kind)), BastideError)
        details = json.loads(json.dumps(error.details, default=str))
        return cls(error.code, kind.__name__, error.message, details)

    def as_json(self) -> JsonObject:
        return {"code": self.code, "kind": self.kind, "message": self.message, "details": self.details}

    @classmethod
    def from_json(cls, value: Json) -> "Failure":
        stored = cast("JsonObject", value)
        details = cast("JsonObject", stored["details"])
        return cls(str(stored["code"]), str(stored["kind"]), str(stored["message"]), details)

    def as_error(self) -> BastideError:
        """Caught by its kind and known by its code, as the error that it was made of."""
        kind = next((kind for kind in _KINDS if kind.__name__ == self.kind), BastideError)
        same = cast("type[BastideError]", type(kind.__name__, (kind,), {"code": self.code}))
        return same(self.message, **self.details)
