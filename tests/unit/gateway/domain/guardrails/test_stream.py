"""Guardrails over streamed answers: events in, events out."""

import json
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bastide.gateway.domain.guardrails.rules import Action, Guardrail, Stage, screens_of
from bastide.gateway.domain.guardrails.stream import StreamGuard
from bastide.gateway.domain.sse import EventSplitter, data_of

MASK = screens_of(Guardrail("grd_1", "org_1", "n", Action.MASK, (Stage.AFTER,), ("email", "iban")))
BLOCK = screens_of(Guardrail("grd_2", "org_1", "n", Action.BLOCK, (Stage.AFTER,), (), ("secret",)))


def event(value: object, name: str | None = None) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value)}\n\n".encode()


def chunk(
    delta: dict[str, object], reason: str | None = None, index: int = 0, **more: object
) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "finish_reason": reason, **more}
    return {"id": "c1", "object": "chat.completion.chunk", "choices": [choice]}


def run(guard: StreamGuard, events: list[bytes]) -> list[dict[str, Any]]:
    out = b"".join([guard.feed(each) for each in events]) + guard.finish()
    found = [data_of(each) for each in EventSplitter().feed(out)]
    return [json.loads(each) for each in found if each not in {None, b"[DONE]"}]  # type: ignore[arg-type]


def text_of(events: list[dict[str, Any]], key: str = "content", index: int = 0) -> str:
    found = [choice for each in events for choice in each["choices"] if choice["index"] == index]
    return "".join(choice["delta"].get(key) or "" for choice in found)


ANSWER = "Écrivez à jean@exemple.fr ou FR7630006000011234567890189 vite"
MASKED = "Écrivez à [EMAIL] ou [IBAN] vite"


@given(cuts=st.lists(st.integers(1, len(ANSWER) - 1), max_size=10), last_with_reason=st.booleans())
def test_a_match_over_events_is_found(cuts: list[int], *, last_with_reason: bool) -> None:
    places = sorted({0, len(ANSWER), *cuts})
    pieces = [ANSWER[start:end] for start, end in pairwise(places)]
    events = [chunk({"role": "assistant", "content": ""}), *(chunk({"content": piece}) for piece in pieces)]
    if last_with_reason:
        events[-1]["choices"][0]["finish_reason"] = "stop"
    else:
        events.append(chunk({}, "stop"))
    out = run(StreamGuard(MASK), [*map(event, events), b"data: [DONE]\n\n"])
    assert text_of(out) == MASKED
    assert out[-1]["choices"][0]["finish_reason"] == "stop"


def test_what_is_clean_keeps_its_bytes() -> None:
    guard = StreamGuard(MASK)
    whole = b'data:  {"choices":[{"index":0,"delta":{"content":"Bonjour "}}],  "x":1}\n\n'
    assert guard.feed(whole) == whole
    assert guard.feed(b": ping\n\n") == b": ping\n\n"
    assert guard.feed(b"data: [DONE]\n\n") == b"data: [DONE]\n\n"


def test_choices_and_reasoning_are_texts_of_their_own() -> None:
    events = [
        chunk({"content": "jean@"}),
        chunk({"content": "paul@"}, index=1),
        chunk({"reasoning_content": "ana@"}),
        chunk({"content": "a.fr"}),
        chunk({"reasoning_content": "c.fr"}),
        chunk({"content": "b.fr"}, index=1),
        chunk({}, "stop"),
        chunk({}, "stop", index=1),
    ]
    out = run(StreamGuard(MASK), [*map(event, events)])
    assert text_of(out) == text_of(out, index=1) == text_of(out, "reasoning_content") == "[EMAIL]"


def test_arguments_of_tools() -> None:
    def call(arguments: str) -> dict[str, object]:
        return {"tool_calls": [{"index": 1, "id": "t", "function": {"name": "send", "arguments": arguments}}]}

    events = [chunk(call('{"to":"jean@')), chunk(call('exemple.fr"}')), chunk({}, "tool_calls")]
    out = run(StreamGuard(MASK), [*map(event, events)])
    calls = [one for each in out for one in each["choices"][0]["delta"].get("tool_calls", [])]
    assert "".join(one["function"]["arguments"] for one in calls) == '{"to":"[EMAIL]"}'
    assert {one["index"] for one in calls} == {1}


def test_messages_protocol() -> None:
    def delta(text: str) -> bytes:
        value = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
        return event(value, "content_block_delta")

    guard = StreamGuard(MASK)
    stop = event({"type": "content_block_stop", "index": 0}, "content_block_stop")
    out = b"".join(
        guard.feed(each) for each in (delta("à jean@"), event({"type": "ping"}), delta("exemple.fr"), stop)
    )
    values = [json.loads(data_of(each) or b"") for each in EventSplitter().feed(out)]
    texts = [each["delta"]["text"] for each in values if each["type"] == "content_block_delta"]
    assert "".join(texts) == "à [EMAIL]"
    assert all(each["delta"]["type"] == "text_delta" for each in values if "delta" in each)
    assert values[-1]["type"] == "content_block_stop"
    assert out.count(b"event: content_block_delta") == len(texts)


def test_responses_protocol_repeats_its_text_masked() -> None:
    def delta(text: str) -> bytes:
        return event({"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "delta": text})

    done = event({"type": "response.output_text.done", "item_id": "m", "text": "à jean@exemple.fr"})
    values = run(StreamGuard(MASK), [delta("à jean@"), delta("exemple.fr"), done])
    assert "".join(each["delta"] for each in values if "delta" in each) == "à [EMAIL]"
    assert values[-1]["text"] == "à [EMAIL]"


def test_responses_protocol_is_numbered_without_gap_or_repetition() -> None:
    def numbered(number: int, kind: str, **more: object) -> bytes:
        return event({"type": f"response.{kind}", "sequence_number": number, "item_id": "m", **more}, kind)

    def part(first: int, text: str) -> list[bytes]:
        return [
            numbered(first, "output_text.delta", output_index=first, delta=text),
            numbered(first + 1, "output_text.done", output_index=first, text=text),
        ]

    events = [*part(1, "à jean@exemple.fr"), *part(3, "ou"), *part(5, "à ana@exemple.fr")]
    values = run(StreamGuard(MASK), [numbered(0, "created"), *events, numbered(7, "completed")])
    assert [each["sequence_number"] for each in values] == list(range(len(values)))
    assert len(values) == 8 + 3
    assert [each["text"] for each in values if "text" in each] == ["à [EMAIL]", "ou", "à [EMAIL]"]


def test_a_block_is_seen_at_once() -> None:
    guard = StreamGuard(BLOCK)
    guard.feed(event(chunk({"content": "it is a sec"})))
    assert guard.blocked is None
    guard.feed(event(chunk({"content": "ret"})))
    guard.feed(event(chunk({"content": "!"})))
    assert guard.blocked is not None
    assert guard.blocked.guardrail_id == "grd_2"


def test_probabilities_do_not_tell_what_is_masked() -> None:
    tokens = {"content": [{"token": "jean@exemple.fr", "logprob": -1}]}
    out = run(StreamGuard(MASK), [event(chunk({"content": "jean@exemple.fr "}, logprobs=tokens))])
    assert "exemple" not in json.dumps(out)
