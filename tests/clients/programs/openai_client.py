"""The `openai` package: chat, responses, embeddings, and its own errors."""

import asyncio
import os
from typing import Any

import openai

URL, KEY = os.environ["URL"], os.environ["KEY"]
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
client = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0)


def ask(words: str) -> Any:
    return [{"role": "user", "content": words}]


def chat(model: str) -> None:
    answer = client.chat.completions.create(model=model, messages=ask("hello"))
    assert answer.choices[0].message.content == "Hello there!"
    assert answer.usage
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (20, 6)
    text = ""
    with client.chat.completions.stream(model=model, messages=ask("hello")) as stream:
        for event in stream:
            text += event.delta if event.type == "content.delta" else ""
        assert stream.get_final_completion().choices[0].finish_reason == "stop"
    assert text == "Hello there!"


def tools(model: str) -> None:
    with client.chat.completions.stream(model=model, messages=ask("weather"), tools=[TOOL]) as stream:
        message = stream.get_final_completion().choices[0].message
    calls = message.tool_calls or []
    assert [call.function.arguments for call in calls] == ['{"city": "Paris"}', '{"city": "Lyon"}']
    results = [{"role": "tool", "tool_call_id": call.id, "content": "Sunny"} for call in calls]
    again: Any = [*ask("weather"), message.model_dump(exclude_none=True, exclude={"parsed"}), *results]
    for call in again[1]["tool_calls"]:
        call["function"].pop("parsed_arguments", None)
        call.pop("index", None)
    answer = client.chat.completions.create(model=model, messages=again, tools=[TOOL])
    assert answer.choices[0].message.content == "Both are sunny."


def responses(model: str) -> None:
    answer = client.responses.create(model=model, input="hello", instructions="Be kind.", store=False)
    assert (answer.output_text, answer.status) == ("Hello there!", "completed")
    assert answer.usage
    assert answer.usage.input_tokens_details.cached_tokens == 8
    flat: Any = {"type": "function", "strict": False, **TOOL["function"]}
    with client.responses.stream(model=model, input="weather", tools=[flat], store=False) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert kinds.count("response.function_call_arguments.done") == 2
    assert [item.name for item in final.output if item.type == "function_call"] == ["weather", "weather"]


def embeddings() -> None:
    found = client.embeddings.create(model="vectors", input=["a", "b"])
    assert [each.embedding for each in found.data] == [[0.5, 0.25, 0.125]] * 2


def fails(kind: type[openai.APIStatusError], model: str, words: str = "hello", **more: Any) -> Any:
    try:
        client.chat.completions.create(model=model, messages=ask(words), **more)
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


def errors() -> None:
    assert fails(openai.NotFoundError, "nobody").code == "model_not_found"
    assert fails(openai.RateLimitError, "limited", "busy").response.headers["retry-after"] == "7"
    untold = fails(openai.BadRequestError, "claude", seed=4)
    assert (untold.code, untold.param) == ("request.untranslatable", "seed")
    stranger = client.with_options(api_key="sk-bastide-wrong")
    try:
        stranger.models.list()
    except openai.AuthenticationError as error:
        assert error.code == "invalid_api_key"  # noqa: PT017  # a program of its own
    else:
        raise AssertionError("no AuthenticationError")
    try:
        list(client.chat.completions.create(model="claude", messages=ask("break"), stream=True))
    except openai.APIError as error:
        assert "Overloaded" in error.message  # noqa: PT017
    else:
        raise AssertionError("no APIError")


async def asynchronous() -> None:
    async with openai.AsyncOpenAI(base_url=f"{URL}/api/v1", api_key=KEY) as other:
        stream = await other.chat.completions.create(model="gpt", messages=ask("hello"), stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])
    assert text == "Hello there!"


assert {"gpt", "claude", "bastide-reader"} <= {model.id for model in client.models.list()}
for name in ("gpt", "claude"):
    chat(name)
    tools(name)
    responses(name)
embeddings()
errors()
asyncio.run(asynchronous())
