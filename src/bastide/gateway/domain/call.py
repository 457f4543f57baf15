"""One inference call, as far as the gateway reads it; the rest of the body stays bytes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import msgspec

from bastide.gateway.domain.errors import BodyError
from bastide.gateway.domain.members import Members, members
from bastide.identity.contract import Principal

T = TypeVar("T")


class Operation(StrEnum):
    """What is asked of a model. The value is the path below `/v1/`, here and at the provider."""

    CHAT = "chat/completions"
    COMPLETIONS = "completions"
    EMBEDDINGS = "embeddings"


@dataclass(frozen=True, slots=True)
class Call:
    """A request on its way to a model.

    Attributes:
        model: the public name.
        members: the body's top-level members, raw.
        wants_usage: the client asked for the usage at the end of the stream.
        sensitive: never leaves the internal zone.
    """

    principal: Principal
    operation: Operation
    model: str
    body: bytes
    members: Members
    request_id: str
    stream: bool = False
    wants_usage: bool = False
    sensitive: bool = False


class _StreamOptions(msgspec.Struct):
    include_usage: bool | None = False


def read_call(principal: Principal, operation: Operation, body: bytes, request_id: str) -> Call:
    """Raises BodyError: not an object, or `model` or `stream` is not what it should be."""
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
    )


def required(found: Members, name: str, kind: type[T]) -> T:
    """A member's value. Raises BodyError when it is missing, null or of another type."""
    value = optional(found, name, kind)
    if value is None:
        raise BodyError(f"{name!r} is missing.", param=name)
    return value


def optional(found: Members, name: str, kind: type[T]) -> T | None:
    """A member's value, None when it is missing or null. Raises BodyError when it is of another type."""
    if (raw := found.get(name)) is None:
        return None
    try:
        return msgspec.json.decode(raw, type=kind | None)
    except msgspec.ValidationError as error:
        raise BodyError(f"{name!r}: {error}.", param=name) from error
