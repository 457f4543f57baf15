"""The words that OpenAI's two protocols share; they nest them differently."""

from collections.abc import Callable, Iterable, Iterator

from bastide.gateway.domain.protocols.conversation import Choice, Conversation, Format, Turn
from bastide.gateway.domain.protocols.fields import Fields
from bastide.gateway.domain.protocols.json import present
from bastide.kit.json import JsonObject

_MODES = frozenset({"auto", "none", "required"})


def read_choice(fields: Fields, nested: str | None = None) -> Choice | None:
    """`tool_choice`; a function is named in it, or in its member `nested`."""
    value = fields.take("tool_choice")
    if value is None:
        return None
    if isinstance(value, str):
        if value not in _MODES:
            raise fields.refuse("tool_choice")
        return Choice(value)
    choice = Fields(value, "tool_choice", fields.left_out)
    function = choice.fields(nested) if nested else choice
    if choice.text("type") != "function" or function is None:
        raise choice.refuse("type")
    return Choice("function", function.required_text("name"))


def write_choice(choice: Choice, nested: str | None = None) -> str | JsonObject:
    if choice.mode != "function":
        return choice.mode
    return {"type": "function", **_placed({"name": choice.name}, nested)}


def read_format(fields: Fields | None, nested: str | None = None) -> Format | None:
    """The format of an answer; its schema stands in it, or in its member `nested`."""
    kind = "text" if fields is None else fields.text("type")
    if fields is None or kind == "text":
        return None
    if kind == "json_object":
        return Format(None)
    schema = fields.fields(nested) if nested else fields
    if kind != "json_schema" or schema is None:
        raise fields.refuse("type")
    return Format(
        schema.object("schema") or {}, schema.text("name"), schema.text("description"), schema.flag("strict")
    )


def write_format(wanted: Format, nested: str | None = None) -> JsonObject:
    if wanted.schema is None:
        return {"type": "json_object"}
    schema: JsonObject = {
        "name": wanted.name or "answer",
        "schema": wanted.schema,
        "description": wanted.description,
        "strict": wanted.strict,
    }
    return {"type": "json_schema", **_placed(present(schema), nested)}


def effort_of(conversation: Conversation) -> str | None:
    """How much to think, in OpenAI's words; a budget becomes the nearest effort."""
    if conversation.budget is not None:
        return next(
            (word for most, word in ((2048, "low"), (8192, "medium")) if conversation.budget <= most), "high"
        )
    return "xhigh" if conversation.effort == "max" else conversation.effort


def merged(turns: Iterable[Turn], continues: Callable[[Turn, Turn], bool]) -> Iterator[Turn]:
    """Turns that are one, and that these protocols write as several."""
    before: Turn | None = None
    for turn in turns:
        if before and continues(before, turn):
            before = Turn(before.role, (*before.parts, *turn.parts), before.path)
            continue
        if before:
            yield before
        before = turn
    if before:
        yield before


def _placed(members: JsonObject, nested: str | None) -> JsonObject:
    return {nested: members} if nested else members
