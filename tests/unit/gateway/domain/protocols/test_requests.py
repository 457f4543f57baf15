"""What a dialect can say comes back as it was said."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bastide.gateway.domain.errors import BodyError, UntranslatableError
from bastide.gateway.domain.protocols.dialects import LANGUAGES, Dialect, translated
from tests.unit.gateway.domain.protocols.strategies import CHAT, MESSAGES, RESPONSES, conversations

USER = {"role": "user", "content": "Hi"}


@pytest.mark.parametrize("dialect", Dialect)
@settings(max_examples=40)
@given(data=st.data())
def test_a_conversation_survives_being_written_and_read(dialect: Dialect, data: st.DataObject) -> None:
    conversation = data.draw(conversations(dialect))
    language = LANGUAGES[dialect]
    body = json.loads(json.dumps(language.write(conversation, "m", 5)))
    assert language.read(body) == conversation
    assert not conversation.left_out


@pytest.mark.parametrize("first", Dialect)
@pytest.mark.parametrize("second", Dialect)
@settings(max_examples=40)
@given(data=st.data())
def test_a_translation_is_whole_or_refused_by_name(
    first: Dialect, second: Dialect, data: st.DataObject
) -> None:
    """Read in the second dialect it says the same, but for what was named as left out."""
    conversation = data.draw(conversations(first))
    body = LANGUAGES[first].write(conversation, "m", 5)
    try:
        other, left_out = translated(body, first, second, "m", conversation.max_tokens or 5)
    except UntranslatableError:
        return  # by name: see below
    back = LANGUAGES[second].read(other)
    if not left_out:
        assert _words(back.turns) == _words(conversation.turns)
    assert [tool.name for tool in back.tools] == [tool.name for tool in conversation.tools]
    for name in ("choice", "temperature", "top_p", "top_k", "stop", "user", "stream", "effort"):
        assert getattr(back, name) == getattr(conversation, name), name
    assert (back.format is None) == (conversation.format is None)


def _words(turns: Any) -> list[Any]:
    """All parts in order, whatever messages they are grouped in; a refusal is a text where there is none."""
    return [str(part).replace("Refusal(", "Text(") for turn in turns for part in turn.parts]


@pytest.mark.parametrize(
    ("spoken", "understood", "asked", "param"),
    [
        (CHAT, MESSAGES, {"messages": [USER], "seed": 1}, "seed"),
        (CHAT, MESSAGES, {"messages": [USER], "n": 2}, "n"),
        (CHAT, MESSAGES, {"messages": [USER], "temperature": 1.5}, "temperature"),
        (CHAT, MESSAGES, {"messages": [USER], "response_format": {"type": "json_object"}}, "response_format"),
        (CHAT, MESSAGES, {"messages": [{**USER, "name": "Ann"}]}, "messages[0].name"),
        (CHAT, RESPONSES, {"messages": [USER], "stop": "x"}, "stop"),
        (CHAT, RESPONSES, {"messages": [USER], "logprobs": True}, "logprobs"),
        (CHAT, MESSAGES, {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]},
         "messages[0].content[0].type"),
        (MESSAGES, CHAT, {"messages": [USER], "container": "c"}, "container"),
        (MESSAGES, RESPONSES, {"messages": [USER], "stop_sequences": ["x"]}, "stop_sequences"),
        (MESSAGES, RESPONSES, {"messages": [USER], "top_k": 4}, "top_k"),
        (MESSAGES, CHAT, {"messages": [USER], "tools": [{"type": "web_search_20250305", "name": "w"}]},
         "tools[0].type"),
        (MESSAGES, CHAT, {"messages": [{"role": "user", "content": [{"type": "document"}]}]},
         "messages[0].content[0].type"),
        (RESPONSES, CHAT, {"input": "Hi", "previous_response_id": "resp_1"}, "previous_response_id"),
        (RESPONSES, CHAT, {"input": "Hi", "background": True}, "background"),
        (RESPONSES, MESSAGES, {"input": [{"type": "item_reference", "id": "x"}]}, "input[0].type"),
        (RESPONSES, MESSAGES, {"input": "Hi", "tools": [{"type": "file_search"}]}, "tools[0].type"),
        (RESPONSES, MESSAGES, {"input": "Hi", "text": {"format": {"type": "json_object"}}}, "text.format"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_refused_by_its_name(
    spoken: Dialect, understood: Dialect, asked: dict[str, Any], param: str
) -> None:
    with pytest.raises(UntranslatableError) as caught:
        translated({"model": "m", **asked}, spoken, understood, "m", 5)
    assert caught.value.details == {"param": param}
    assert param in caught.value.message


@pytest.mark.parametrize(
    ("spoken", "asked", "param"),
    [
        (CHAT, {}, "messages"),
        (CHAT, {"messages": "Hi"}, "messages"),
        (CHAT, {"messages": [{"content": "Hi"}]}, "messages[0].role"),
        (CHAT, {"messages": [USER], "temperature": "hot"}, "temperature"),
        (MESSAGES, {"messages": [USER], "tools": [3]}, "tools[0]"),
        (RESPONSES, {"input": [{"type": "function_call", "name": "f"}]}, "input[0].call_id"),
        (RESPONSES, {}, "input"),
    ],
)
def test_what_is_wrong_is_named(spoken: Dialect, asked: dict[str, Any], param: str) -> None:
    with pytest.raises(BodyError) as caught:
        translated({"model": "m", **asked}, spoken, MESSAGES, "m", 5)
    assert caught.value.details == {"param": param}


def test_hints_are_left_out_and_named() -> None:
    cached = {"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}
    asked: Any = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [cached]}]}
    body, left_out = translated({**asked, "service_tier": "auto"}, MESSAGES, CHAT, "there", 5)
    assert left_out == {"messages[0].content[0].cache_control", "service_tier"}
    assert body == {"model": "there", "messages": [USER], "max_completion_tokens": 9}


def test_a_budget_of_thoughts_becomes_an_effort() -> None:
    for budget, effort in ((1024, "low"), (8000, "medium"), (32000, "high")):
        thinking: Any = {"type": "enabled", "budget_tokens": budget}
        body, _ = translated(
            {"model": "m", "max_tokens": 9, "messages": [USER], "thinking": thinking}, MESSAGES, CHAT, "m", 5
        )
        assert body["reasoning_effort"] == effort


def test_tools_called_at_once_and_their_results() -> None:
    call = {"type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
    asked: Any = {
        "model": "m",
        "messages": [
            USER,
            {"role": "assistant", "content": None, "tool_calls": [{**call, "id": "1"}, {**call, "id": "2"}]},
            {"role": "tool", "tool_call_id": "1", "content": "one"},
            {"role": "tool", "tool_call_id": "2", "content": [{"type": "text", "text": "two"}]},
            USER,
        ],
    }
    body, _ = translated(asked, CHAT, MESSAGES, "m", 5)
    uses = [{"type": "tool_use", "id": each, "name": "f", "input": {"a": 1}} for each in "12"]
    results = [
        {"type": "tool_result", "tool_use_id": each, "content": said}
        for each, said in (("1", "one"), ("2", "two"))
    ]
    assert body["messages"] == [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": uses},
        {"role": "user", "content": [*results, {"type": "text", "text": "Hi"}]},
    ]
    assert body["max_tokens"] == 5


def test_broken_arguments_of_a_tool_are_named() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{"}}
    asked: Any = {
        "model": "m",
        "messages": [USER, {"role": "assistant", "content": "", "tool_calls": [call]}],
    }
    with pytest.raises(BodyError) as caught:
        translated(asked, CHAT, MESSAGES, "m", 5)
    assert caught.value.details == {"param": "messages[1]"}


KEYS = (
    *("role", "content", "type", "text", "tool_calls", "function", "name", "id", "arguments"),
    *("tool_use_id", "input", "source", "image_url", "url", "call_id", "output", "summary", "format"),
)
MEMBERS = (
    *("messages", "input", "system", "instructions", "tools", "tool_choice", "stop", "stop_sequences"),
    *("thinking", "output_config", "text", "reasoning", "response_format", "metadata", "temperature"),
    *("max_tokens", "stream", "user", "include", "truncation"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner | st.sampled_from(["user", "assistant", "system", "tool", "text", "image", "tool_use"]),
            max_size=5,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("spoken", Dialect)
@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=6), st.sampled_from(Dialect))
def test_nonsense_is_refused_and_nothing_else(
    spoken: Dialect, asked: dict[str, Any], understood: Dialect
) -> None:
    name = "input" if spoken is RESPONSES else "messages"
    try:
        body, _ = translated({"model": "m", name: [USER], **asked}, spoken, understood, "m", 5)
    except (BodyError, UntranslatableError):
        return
    assert body["model"] == "m"


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "tool_use", "id": "1", "name": "f", "input": {}}],
        [{"type": "thinking", "thinking": "Hm.", "signature": "x"}],
    ],
)
def test_a_role_says_only_what_it_can(content: Any) -> None:
    asked: Any = {"model": "m", "messages": [{"role": "user", "content": content}]}
    with pytest.raises(UntranslatableError) as caught:
        translated(asked, MESSAGES, CHAT, "m", 5)
    assert caught.value.details == {"param": "messages[0]"}
