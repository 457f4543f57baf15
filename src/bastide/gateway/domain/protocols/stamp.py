"""What an answer that we write carries besides the model's words."""

from dataclasses import dataclass, field

import msgspec

from bastide.kit.json import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Stamp:
    """`token` makes its ids, `created` is in seconds since the epoch, `asked` the client's request."""

    token: str
    created: int
    asked: JsonObject = field(default_factory=dict[str, Json])


def data_event(value: JsonObject) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def named_event(value: JsonObject) -> bytes:
    """An event that carries its name twice, as Anthropic and the responses protocol have it."""
    return f"event: {value['type']}\n".encode() + data_event(value)
