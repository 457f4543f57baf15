"""Conversations and answers that a dialect can say in full."""

from typing import cast

import msgspec
from hypothesis import strategies as st

from bastide.gateway.domain.protocols.conversation import (
    Choice,
    Conversation,
    Format,
    Image,
    Part,
    Refusal,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
)
from bastide.gateway.domain.protocols.dialects import Dialect
from bastide.gateway.domain.protocols.events import Block, End, Usage
from bastide.kit.json import JsonObject

WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
NAMES = st.from_regex(r"[a-z_]{1,9}", fullmatch=True)
JSONS = st.dictionaries(NAMES, st.one_of(st.integers(-9, 9), WORDS, st.booleans(), st.none()), max_size=3)
SCHEMAS = JSONS.map(lambda found: cast("JsonObject", {"type": "object", "properties": found}))
ARGUMENTS = JSONS.map(lambda found: msgspec.json.encode(found).decode())
URLS = st.sampled_from(["https://example.org/a.png", "data:image/png;base64,iVBORw0KGgo="])

CHAT, MESSAGES, RESPONSES = Dialect.CHAT, Dialect.MESSAGES, Dialect.RESPONSES


def texts() -> st.SearchStrategy[Text]:
    return st.builds(Text, WORDS)


def calls() -> st.SearchStrategy[ToolCall]:
    return st.builds(ToolCall, NAMES, NAMES, ARGUMENTS)


def thoughts(dialect: Dialect) -> st.SearchStrategy[list[Thinking]]:
    """Past ones, signed; chat completions have no place for them."""
    if dialect is CHAT:
        return st.just([])
    hidden = st.builds(Thinking, st.just(""), WORDS, st.just(value=True))
    return st.lists(st.builds(Thinking, WORDS, WORDS) | hidden, max_size=2)


@st.composite
def answers_before(draw: st.DrawFn, dialect: Dialect) -> tuple[Part, ...]:
    said = draw(st.lists(texts(), max_size=2))
    refused = draw(st.lists(st.builds(Refusal, WORDS), max_size=0 if dialect is MESSAGES or said else 1))
    called = draw(st.lists(calls(), min_size=0 if said or refused else 1, max_size=2))
    return (*draw(thoughts(dialect)), *said, *refused, *called)


def questions(dialect: Dialect) -> st.SearchStrategy[tuple[Part, ...]]:
    images = st.builds(Image, URLS, st.none() if dialect is MESSAGES else st.sampled_from([None, "low"]))
    seen = texts() if dialect is CHAT else texts() | st.builds(Image, URLS)
    failed = st.booleans() if dialect is MESSAGES else st.just(value=False)
    results = st.builds(ToolResult, NAMES, st.lists(seen, max_size=2).map(tuple), failed)
    asked = st.lists(texts() | images, min_size=1, max_size=3)
    return (asked | st.lists(results, min_size=1, max_size=2)).map(tuple)


@st.composite
def turns(draw: st.DrawFn, dialect: Dialect) -> tuple[Turn, ...]:
    system = draw(st.lists(st.lists(texts(), min_size=1, max_size=2), max_size=1))
    found = [Turn("system", tuple(parts)) for parts in system]
    for _ in range(draw(st.integers(0, 2))):
        found.append(Turn("user", draw(questions(dialect))))
        found.append(Turn("assistant", draw(answers_before(dialect))))
    return (*found, Turn("user", draw(questions(dialect))))


@st.composite
def conversations(draw: st.DrawFn, dialect: Dialect) -> Conversation:
    strict = st.booleans() if dialect is RESPONSES else st.none() | st.booleans()
    tool = st.builds(Tool, NAMES, st.none() | WORDS, SCHEMAS, strict)
    tools = tuple(draw(st.lists(tool, max_size=2)))
    choices = st.builds(Choice, st.sampled_from(["auto", "required"])) | st.builds(
        Choice, st.just("function"), NAMES
    )
    choice = draw(choices) if tools else None
    form = (
        st.builds(Format, SCHEMAS)
        if dialect is MESSAGES
        else st.builds(Format, SCHEMAS, NAMES, st.none() | WORDS, st.none() | st.booleans())
        | st.just(Format(None))
    )
    is_messages = dialect is MESSAGES
    return Conversation(
        turns=draw(turns(dialect)),
        tools=tools,
        choice=choice,
        parallel=draw(st.none() | st.booleans()) if tools else None,
        max_tokens=draw(st.integers(1, 9) if is_messages else st.none() | st.integers(1, 9)),
        temperature=draw(st.none() | st.floats(0, 1 if is_messages else 2)),
        top_p=draw(st.none() | st.floats(0, 1)),
        top_k=draw(st.none() if dialect is RESPONSES else st.none() | st.integers(1, 9)),
        stop=() if dialect is RESPONSES else tuple(draw(st.lists(WORDS, max_size=2))),
        effort=draw(st.sampled_from([None, "low", "medium", "high", "xhigh"])),
        format=draw(st.none() | form),
        verbosity=None if is_messages else draw(st.sampled_from([None, "low", "high"])),
        user=draw(st.none() | WORDS),
        stream=draw(st.booleans()),
    )


USAGES = st.builds(
    lambda fresh, cached, written, completion, thought, estimated: Usage(
        fresh + cached + written, completion + thought, cached, written, thought, estimated
    ),
    *[st.integers(0, 1000)] * 5,
    st.booleans(),
)


@st.composite
def blocks(draw: st.DrawFn, dialect: Dialect) -> tuple[Block, ...]:
    """Of an answer; neighbours of one kind are one block."""
    if dialect is CHAT:
        thought = draw(st.lists(st.builds(Thinking, WORDS), max_size=1))
        said: list[Block] = list(draw(st.lists(texts() | st.builds(Refusal, WORDS), max_size=1)))
        return (*thought, *said, *draw(st.lists(unique_calls(), max_size=3)))
    kinds: st.SearchStrategy[Block] = texts() | st.builds(Thinking, WORDS, WORDS) | unique_calls()
    kinds |= st.builds(Thinking, st.just(""), WORDS, st.just(value=True))
    if dialect is RESPONSES:
        kinds |= st.builds(Refusal, WORDS)
    found: list[Block] = []
    for block in draw(st.lists(kinds, max_size=6)):
        if not (found and type(found[-1]) is type(block) and isinstance(block, Text | Refusal)):
            found.append(block)
    return tuple(found)


def unique_calls() -> st.SearchStrategy[ToolCall]:
    return st.builds(ToolCall, st.uuids().map(str), NAMES, ARGUMENTS)


@st.composite
def ends(draw: st.DrawFn, dialect: Dialect, found: tuple[Block, ...]) -> End:
    called = any(isinstance(block, ToolCall) for block in found)
    refused = any(isinstance(block, Refusal) for block in found)
    natural = "tool_calls" if called else "content_filter" if refused else "stop"
    reason = draw(st.sampled_from([natural, "length", "content_filter"]))
    stop = draw(st.none() | WORDS) if reason == "stop" and dialect is not RESPONSES else None
    return End(reason, draw(USAGES), stop)
