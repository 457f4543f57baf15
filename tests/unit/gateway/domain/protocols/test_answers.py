"""Answers survive each dialect, whole and streamed, in whatever pieces they come."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bastide.gateway.domain.errors import UpstreamBrokenError
from bastide.gateway.domain.protocols.conversation import Refusal, Text, Thinking
from bastide.gateway.domain.protocols.dialects import LANGUAGES, Dialect
from bastide.gateway.domain.protocols.events import (
    Answer,
    Begin,
    Block,
    End,
    Event,
    RefusalDelta,
    Signature,
    TextDelta,
    ThinkingDelta,
    ToolDelta,
    ToolStart,
    gathered,
)
from bastide.gateway.domain.protocols.stamp import Stamp
from bastide.gateway.domain.sse import DONE, EventSplitter, data_of, name_of
from tests.unit.gateway.domain.protocols.strategies import CHAT, MESSAGES, RESPONSES, blocks, ends

STAMP = Stamp("abc", 7, {"tools": [], "instructions": "Be kind."})


def pieces(data: st.DataObject, block: Block) -> Iterator[Event]:
    """A block in pieces of any length."""
    if isinstance(block, Text | Refusal | Thinking):
        kind = {Text: TextDelta, Refusal: RefusalDelta, Thinking: ThinkingDelta}[type(block)]
        yield from (kind(piece) for piece in cut(data, block.text))
        if isinstance(block, Thinking) and block.signature is not None:
            yield Signature(block.signature, block.redacted)
        return
    yield ToolStart(block.id, block.name)
    yield from (ToolDelta(piece) for piece in cut(data, block.arguments))


def cut(data: st.DataObject, text: str) -> list[str]:
    at = data.draw(st.integers(0, len(text)))
    return [piece for piece in (text[:at], text[at:]) if piece]


def drawn(data: st.DataObject, dialect: Dialect) -> tuple[Answer, list[Event]]:
    found = data.draw(blocks(dialect))
    end = data.draw(ends(dialect, found))
    return Answer("m", found, end), [
        Begin("m"),
        *(each for block in found for each in pieces(data, block)),
        end,
    ]


def streamed(dialect: Dialect, events: list[Event]) -> bytes:
    writer = LANGUAGES[dialect].writer(STAMP)
    return b"".join(writer.write(event) for event in events)


@pytest.mark.parametrize("dialect", Dialect)
@settings(max_examples=40)
@given(data=st.data())
def test_an_answer_survives_being_written_and_read(dialect: Dialect, data: st.DataObject) -> None:
    answer, events = drawn(data, dialect)
    language = LANGUAGES[dialect]
    assert gathered(events) == answer
    whole = json.dumps(language.write_whole(events, STAMP)).encode()
    assert gathered(language.read_whole(whole)) == answer


@pytest.mark.parametrize("dialect", Dialect)
@settings(max_examples=40)
@given(data=st.data())
def test_a_stream_survives_any_cut(dialect: Dialect, data: st.DataObject) -> None:
    answer, events = drawn(data, dialect)
    stream = streamed(dialect, events)
    at = data.draw(st.integers(0, len(stream)))
    splitter, reader = EventSplitter(), LANGUAGES[dialect].reader()
    read: list[Event] = []
    for chunk in (stream[:at], stream[at:]):
        for event in splitter.feed(chunk):
            assert not reader.done
            read += reader.read(data_of(event) or b"")
    assert reader.done
    assert gathered(read) == answer


@settings(max_examples=40)
@given(data=st.data())
def test_blocks_of_messages_open_and_close_in_order(data: st.DataObject) -> None:
    """message_start, then each block started, continued and stopped, message_delta, message_stop."""
    dialect = data.draw(st.sampled_from(Dialect))
    _, events = drawn(data, dialect)
    opened, state = -1, "start"
    for event in EventSplitter().feed(streamed(MESSAGES, events)):
        said = json.loads(data_of(event) or b"")
        assert (name_of(event) or b"").decode() == said["type"]
        match said["type"]:
            case "message_start":
                assert state == "start"
                state = "between"
            case "content_block_start":
                opened += 1
                assert (state, said["index"]) == ("between", opened)
                state = said["content_block"]["type"]
            case "content_block_delta":
                fits = {"text": ["text_delta"], "tool_use": ["input_json_delta"]}
                assert said["delta"]["type"] in fits.get(state, ["thinking_delta", "signature_delta"])
                assert said["index"] == opened
            case "content_block_stop":
                assert said["index"] == opened
                state = "between"
            case "message_delta":
                assert state == "between"
                state = "ended"
            case _:
                assert (said["type"], state) == ("message_stop", "ended")
                state = "over"
    assert state == "over"


@settings(max_examples=40)
@given(data=st.data())
def test_items_of_responses_open_and_close_in_order(data: st.DataObject) -> None:
    """Numbers run without a gap; what was added is done; the last response holds what was done."""
    dialect = data.draw(st.sampled_from(Dialect))
    _, events = drawn(data, dialect)
    said = [json.loads(data_of(event) or b"") for event in EventSplitter().feed(streamed(RESPONSES, events))]
    assert [each["sequence_number"] for each in said] == list(range(len(said)))
    assert [each["type"] for each in said[:2]] == ["response.created", "response.in_progress"]
    open_item: dict[str, Any] | None = None
    done: list[Any] = []
    for each in said[2:-1]:
        if each["type"] == "response.output_item.added":
            assert open_item is None
            open_item = each["item"]
            assert each["output_index"] == len(done)
            continue
        assert open_item is not None
        assert each["output_index"] == len(done)
        if each["type"] == "response.output_item.done":
            assert each["item"]["id"] == open_item["id"]
            done.append(each["item"])
            open_item = None
        else:
            assert each["item_id"] == open_item["id"]
    assert said[-1]["response"]["output"] == done
    assert said[-1]["response"]["instructions"] == "Be kind."


def test_calls_come_one_after_the_other() -> None:
    reader = LANGUAGES[CHAT].reader()
    call = {"index": 0, "id": "1", "function": {"name": "f", "arguments": "{"}}
    reader.read(_chunk({"tool_calls": [call, {**call, "index": 1, "id": "2"}]}))
    with pytest.raises(UpstreamBrokenError):
        reader.read(_chunk({"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]}))


def _chunk(delta: Any) -> bytes:
    return json.dumps({"model": "m", "choices": [{"index": 0, "delta": delta}]}).encode()


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b'"x"'])
def test_what_is_no_answer_is_told(dialect: Dialect, data: bytes) -> None:
    with pytest.raises(UpstreamBrokenError):
        LANGUAGES[dialect].read_whole(data)
    with pytest.raises(UpstreamBrokenError):
        LANGUAGES[dialect].reader().read(data)


def test_an_end_without_an_answer_is_told() -> None:
    with pytest.raises(UpstreamBrokenError):
        LANGUAGES[CHAT].reader().read(DONE)


@pytest.mark.parametrize(
    ("dialect", "event"),
    [
        (CHAT, {"error": {"message": "Overloaded"}}),
        (MESSAGES, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
        (RESPONSES, {"type": "error", "message": "Overloaded"}),
        (RESPONSES, {"type": "response.failed", "response": {"error": {"message": "Overloaded"}}}),
    ],
)
def test_an_error_within_a_stream_is_told(dialect: Dialect, event: dict[str, object]) -> None:
    with pytest.raises(UpstreamBrokenError, match="Overloaded"):
        LANGUAGES[dialect].reader().read(json.dumps(event).encode())


def test_reasons_for_the_end() -> None:
    for said, meant in {"end_turn": "stop", "refusal": "content_filter", "pause_turn": "pause"}.items():
        body = {"type": "message", "model": "m", "content": [], "stop_reason": said, "usage": {}}
        assert LANGUAGES[MESSAGES].read_whole(json.dumps(body).encode())[-1] == End(meant)
