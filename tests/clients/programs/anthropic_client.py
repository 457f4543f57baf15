"""The `anthropic` package: messages, streams, tools, thoughts, counting, and its own errors."""

import os
from typing import Any

import anthropic

URL, KEY = os.environ["URL"], os.environ["KEY"]
TOOL: Any = {
    "name": "weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
client = anthropic.Anthropic(base_url=URL, api_key=KEY, max_retries=0)


def ask(words: str) -> Any:
    return [{"role": "user", "content": words}]


def messages(model: str) -> None:
    answer = client.messages.create(model=model, max_tokens=50, messages=ask("hello"), system="Be kind.")
    assert (answer.content[0].text, answer.stop_reason) == ("Hello there!", "end_turn")
    assert (answer.usage.cache_read_input_tokens, answer.usage.output_tokens) == (8, 6)
    with client.messages.stream(model=model, max_tokens=50, messages=ask("think")) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert text == "42"
    assert final.content[0].type == "thinking"
    assert final.content[0].thinking == "Six times seven."
    assert final.usage.output_tokens == 6


def tools(model: str) -> None:
    with client.messages.stream(model=model, max_tokens=50, messages=ask("weather"), tools=[TOOL]) as stream:
        final = stream.get_final_message()
    calls = [block for block in final.content if block.type == "tool_use"]
    assert [call.input for call in calls] == [{"city": "Paris"}, {"city": "Lyon"}]
    assert final.stop_reason == "tool_use"
    results = [{"type": "tool_result", "tool_use_id": call.id, "content": "Sunny"} for call in calls]
    again: Any = [
        *ask("weather"),
        {"role": "assistant", "content": [block.to_dict() for block in final.content]},
        {"role": "user", "content": results},
    ]
    answer = client.messages.create(model=model, max_tokens=50, messages=again, tools=[TOOL])
    assert answer.content[0].text == "Both are sunny."


def fails(kind: type[anthropic.APIStatusError], model: str, words: str = "hello", **more: Any) -> Any:
    try:
        client.messages.create(model=model, max_tokens=50, messages=ask(words), **more)
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


def errors() -> None:
    fails(anthropic.NotFoundError, "nobody")
    assert fails(anthropic.RateLimitError, "limited2", "busy").response.headers["retry-after"] == "7"
    untold = fails(anthropic.BadRequestError, "gpt", extra_body={"container": "c"})
    assert untold.body["error"]["code"] == "request.untranslatable"
    try:
        anthropic.Anthropic(base_url=URL, api_key="sk-bastide-wrong", max_retries=0).models.list()
    except anthropic.AuthenticationError:
        pass
    else:
        raise AssertionError("no AuthenticationError")
    try:
        with client.messages.stream(model="claude", max_tokens=50, messages=ask("break")) as stream:
            stream.until_done()
    except anthropic.APIStatusError as error:
        assert "Overloaded" in str(error)  # noqa: PT017  # a program of its own
    else:
        raise AssertionError("no error")


assert {"gpt", "claude"} <= {model.id for model in client.models.list()}
for name in ("claude", "gpt"):
    messages(name)
    tools(name)
    assert client.messages.count_tokens(model=name, messages=ask("hello")).input_tokens > 0
errors()
