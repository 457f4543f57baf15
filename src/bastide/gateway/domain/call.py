"""One inference call, as far as the gateway reads it; the rest of the body stays bytes."""

from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from bastide.gateway.domain.errors import BodyError
from bastide.gateway.domain.forms import Form, read_form
from bastide.gateway.domain.members import Members, edit, members
from bastide.gateway.domain.trace import Trace
from bastide.identity.contract import Principal

T = TypeVar("T")


class Operation(StrEnum):
    """What is asked of a model. The value is the path below `/v1/`, here and at the provider."""

    CHAT = "chat/completions"
    MESSAGES = "messages"
    COUNT_TOKENS = "messages/count_tokens"
    RESPONSES = "responses"
    COMPLETIONS = "completions"
    EMBEDDINGS = "embeddings"
    RERANK = "rerank"
    TRANSCRIPTIONS = "audio/transcriptions"
    TRANSLATIONS = "audio/translations"
    SPEECH = "audio/speech"
    IMAGES = "images/generations"


CONVERSATIONS = frozenset({Operation.CHAT, Operation.MESSAGES, Operation.RESPONSES})
"""Operations that say the same in three protocols; a provider that speaks one of them answers all."""
FORMS = frozenset({Operation.TRANSCRIPTIONS, Operation.TRANSLATIONS})
"""Operations whose request is a form with a file; all others take JSON."""


class Call(msgspec.Struct, frozen=True):
    """A request on its way to a model.

    Attributes:
        model: the public name.
        content_type: of the body, as the client sent it.
        members: the body's top-level members, raw; none of a form.
        wants_usage: the client asked for the usage at the end of the stream.
        sensitive: never leaves the internal zone.
        findings: what guardrails have found in it; `screened` once they have looked.
        session: what the client calls its session, for affinity.
        passed: headers of the client that belong to its protocol and go to a provider that speaks it.
        trace: its span, where calls are traced.
        began_at: when its first byte came, of `time.perf_counter`; 0: it came from within.
    """

    principal: Principal
    operation: Operation
    model: str
    body: bytes
    members: Members
    request_id: str
    content_type: str = "application/json"
    form: Form | None = None
    stream: bool = False
    wants_usage: bool = False
    sensitive: bool = False
    session: bytes = b""
    passed: tuple[tuple[str, str], ...] = ()
    findings: tuple[str, ...] = ()
    screened: bool = False
    began_at: float = 0.0
    trace: Trace | None = None

    @property
    def prompt_bytes(self) -> int:
        """For estimates of the prompt's tokens; the bytes of a file are no text, and counting is free."""
        return 0 if self.form or self.operation is Operation.COUNT_TOKENS else len(self.body)

    def written(self, model: str, changes: dict[str, bytes]) -> bytes:
        """The body as an upstream takes it that knows the model under another name.

        Args:
            model: the name there.
            changes: members to replace or add, as JSON.
        """
        if self.form is not None:
            return self.body if model == self.model else self.form.with_text("model", model)
        if model != self.model:
            changes = {**changes, "model": msgspec.json.encode(model)}
        return edit(self.body, self.members, changes) if changes else self.body


class _StreamOptions(msgspec.Struct):
    include_usage: bool | None = False


def read_call(
    principal: Principal,
    operation: Operation,
    body: bytes,
    request_id: str,
    content_type: str = "",
    *,
    began_at: float = 0.0,
    trace: Trace | None = None,
) -> Call:
    """Raises BodyError: not what the route takes, or `model` or `stream` is not what it should be."""
    if operation in FORMS:
        call = _read_form_call(principal, operation, body, request_id, content_type)
        return replace(call, began_at=began_at, trace=trace)
    found = members(body)
    options = optional(found, "stream_options", _StreamOptions)
    return Call(
        principal,
        operation,
        required(found, "model", str),
        body,
        found,
        request_id,
        stream=bool(optional(found, "stream", bool)),
        wants_usage=bool(options and options.include_usage),
        began_at=began_at,
        trace=trace,
    )


def _read_form_call(
    principal: Principal, operation: Operation, body: bytes, request_id: str, content_type: str
) -> Call:
    form = read_form(body, content_type)
    if not (model := form.text("model")):
        raise BodyError("'model' is missing.", param="model")
    stream = (form.text("stream") or "").lower() in {"true", "1"}
    return Call(principal, operation, model, body, {}, request_id, content_type, form, stream)


def required(found: Members, name: str, kind: type[T]) -> T:
    """A member's value. Raises BodyError when it is missing, null or of another type."""
    value = optional(found, name, kind)
    if value is None:
        raise BodyError(f"{name!r} is missing.", param=name)
    return value


@lru_cache(maxsize=64)
def _decoder(kind: type[T]) -> msgspec.json.Decoder[T | None]:
    return msgspec.json.Decoder(kind | None)


def optional(found: Members, name: str, kind: type[T]) -> T | None:
    """A member's value, None when it is missing or null. Raises BodyError when it is of another type."""
    if (raw := found.get(name)) is None:
        return None
    try:
        return _decoder(kind).decode(raw)
    except msgspec.ValidationError as error:
        raise BodyError(f"{name!r}: {error}.", param=name) from error
