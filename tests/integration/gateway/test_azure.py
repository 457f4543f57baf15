"""Azure's interface: where it is asked, how it refuses, what it adds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import openai
import pytest

from bastide.gateway.configuration import Configured, configured_provider
from tests.integration.gateway.door import Door, door
from tests.integration.gateway.speakers import BODIES
from tests.integration.gateway.upstream import ModelServer, model_server
from tests.integration.gateway.vendors.azure import azure


@asynccontextmanager
async def gateway_before(version: str | None) -> AsyncIterator[tuple[Door, ModelServer]]:
    async with model_server(azure) as server:
        provider = configured_provider(
            name="azure",
            kind="azure",
            url=server.url.removesuffix("/v1") + ("/openai/v1/" if version is None else "/"),
            api_key="upstream-key",
            zone="internal",
            models=["m=my gpt"],
            api_version=version,
        )
        async with door(configured=Configured([provider], discover=False)) as gateway:
            yield gateway, server


@pytest.mark.parametrize("version", [None, "2024-10-21"])
async def test_a_deployment_is_asked_by_its_path_or_by_its_name(version: str | None) -> None:
    async with gateway_before(version) as (gateway, server), gateway.client() as client:
        answer = await client.chat.completions.create(**BODIES["chat/completions"]("hello"))
        assert answer.choices[0].message.content == "Hello there!"
        path = (
            "/openai/v1/chat/completions"
            if version is None
            else ("/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21")
        )
        assert server.last.path == path
        assert server.last.json["model"] == "my gpt"
        assert "authorization" not in server.last.headers


async def test_a_stream_with_results_of_the_filter() -> None:
    async with gateway_before("2024-10-21") as (gateway, _), gateway.client() as client:
        stream = await client.chat.completions.create(**BODIES["chat/completions"]("hello"), stream=True)
        text, filtered = "", False
        async for chunk in stream:
            filtered = filtered or "prompt_filter_results" in (chunk.model_extra or {})
            text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
    assert (text, filtered) == ("Hello there!", True)


async def test_a_filtered_prompt_is_refused_in_azures_words() -> None:
    async with gateway_before("2024-10-21") as (gateway, _), gateway.client() as client:
        with pytest.raises(openai.BadRequestError) as caught:
            await client.chat.completions.create(**BODIES["chat/completions"]("violence"))
    assert caught.value.code == "content_filter"
    assert "innererror" in str(caught.value.body)


async def test_a_pause_is_taken_from_its_milliseconds() -> None:
    async with gateway_before("2024-10-21") as (gateway, _), gateway.client() as client:
        with pytest.raises(openai.RateLimitError) as caught:
            await client.chat.completions.create(**BODIES["chat/completions"]("busy"))
    assert caught.value.response.headers["retry-after"] == "3"
    body = caught.value.response.json()["error"]
    assert (body["code"], body["details"]["retry_after_s"]) == ("upstream.busy", 2.5)


async def test_an_unknown_version_is_told_and_nothing_is_listed() -> None:
    async with gateway_before("1999-01-01") as (gateway, _), gateway.client() as client:
        await gateway.module.discovered()
        names = [model.id async for model in client.models.list()]
        assert names == ["alphabet", "bastide-reader", "m"]
        with pytest.raises(openai.NotFoundError):
            await client.chat.completions.create(**BODIES["chat/completions"]("hello"))


async def test_messages_before_azure() -> None:
    async with gateway_before("2024-10-21") as (gateway, _), httpx.AsyncClient() as client:
        answer = await client.post(f"{gateway.url}/v1/messages", json=BODIES["messages"]("Please refuse"))
    assert answer.json()["stop_reason"] == "refusal"
