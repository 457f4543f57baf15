"""Providers, models and deployments by API, effective at once and in every process."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bastide.gateway.configuration import Configured, Storage, configured_provider
from bastide.identity.contract import CredentialKind, Principal, Role, ScopeError
from bastide.platform.cache.redis import RedisCache
from bastide.platform.database.engine import open_database
from bastide.platform.database.metadata import metadata
from bastide.platform.outbox.sql import SqlOutbox
from bastide.platform.outbox.tables import outbox
from bastide.platform.secrets.local import LocalKeyring
from bastide.platform.secrets.sql_data_keys import SqlDataKeys
from tests.fakes.audit import RecordedAudit
from tests.integration.gateway.door import Door, FixedClock, door, memory_storage
from tests.integration.gateway.upstream import Request, chunk, completion, model_server, talk

ROOT = Principal("usr_root", "org_one", Role.SYSTEM_ADMIN, CredentialKind.SESSION)
BODY = {"model": "assistant", "messages": [{"role": "user", "content": "Hi"}]}


@asynccontextmanager
async def managed(storage: Storage, **more: object) -> AsyncIterator[tuple[Door, httpx.AsyncClient]]:
    configured = Configured(discover=False)
    async with door(principal=ROOT, storage=storage, configured=configured, **more) as gateway:  # type: ignore[arg-type]
        async with httpx.AsyncClient(base_url=gateway.url) as client:
            yield gateway, client


async def add_assistant(client: httpx.AsyncClient, url: str, **deployment: object) -> None:
    provider = {"name": "gpu", "url": url, "api_key": "secret-key", "lists": False}
    assert (await client.post("/api/v1/gateway/providers", json=provider)).status_code == 201
    assert (await client.post("/api/v1/gateway/models", json={"name": "assistant"})).status_code == 201
    place = {"model": "assistant", "provider": "gpu", "upstream_name": "tiny", **deployment}
    answer = await client.post("/api/v1/gateway/deployments", json=place)
    assert answer.status_code == 201, answer.text
    assert answer.json()["zone"] == "internal"


async def test_a_model_is_made_used_and_removed() -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        async with managed(storage) as (_, client):
            await add_assistant(client, server.url, price={"prompt": "0.15", "completion": 0.6})
            answer = await client.post("/v1/chat/completions", json=BODY)
            assert answer.json()["choices"][0]["message"]["content"] == "Hello there!"
            used = next(request for request in server.requests if request.method == "POST")
            assert used.json["model"] == "tiny"
            assert used.headers["authorization"] == "Bearer secret-key"
            shown = (await client.get("/api/v1/gateway/models/assistant")).json()
            place = shown["deployments"][0]
            assert place["price"] == {"prompt": "0.15", "completion": "0.6", "cached": None, "request": "0"}
            assert (shown["source"], place["zone"], place["provider"]) == ("api", "internal", "gpu")
            used_by = await client.delete("/api/v1/gateway/providers/gpu")
            assert used_by.json()["error"]["details"] == {"deployments": [place["id"]]}
            assert (await client.delete(f"/api/v1/gateway/deployments/{place['id']}")).status_code == 204
            assert (await client.delete("/api/v1/gateway/models/assistant")).status_code == 204
            assert (await client.delete("/api/v1/gateway/providers/gpu")).status_code == 204
            assert (await client.post("/v1/chat/completions", json=BODY)).status_code == 404
        async with storage.database.reading() as connection:
            topics = (await connection.execute(select(outbox.c.topic))).scalars().all()
    assert topics == [
        "provider.added",
        "model.added",
        "deployment.changed",
        "deployment.removed",
        "model.removed",
        "provider.removed",
    ]


async def test_a_key_is_sealed_never_shown_and_kept_on_a_change() -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        async with managed(storage) as (gateway, client):
            await add_assistant(client, server.url)
            changed = await client.patch("/api/v1/gateway/providers/gpu", json={"zone": "cloud"})
            assert (changed.json()["zone"], changed.json()["has_key"]) == ("cloud", True)
            listing = await client.get("/api/v1/gateway/providers")
            assert "secret-key" not in listing.text
            await client.post("/v1/chat/completions", json=BODY)
            assert server.last.headers["authorization"] == "Bearer secret-key"
            await client.patch("/api/v1/gateway/providers/gpu", json={"api_key": ""})
            await client.post("/v1/chat/completions", json=BODY)
            assert "authorization" not in server.last.headers
            assert gateway.module
        async with storage.database.reading() as connection:
            rows = await connection.exec_driver_sql("SELECT * FROM gateway_providers")
            assert b"secret-key" not in repr(rows.all()).encode()


async def test_what_is_stored_is_there_after_a_restart() -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        async with managed(storage) as (_, client):
            await add_assistant(client, server.url)
        async with managed(storage) as (_, client):
            assert (await client.post("/v1/chat/completions", json=BODY)).status_code == 200


async def test_a_provider_offers_what_its_server_lists() -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        async with managed(storage) as (_, client):
            await client.post("/api/v1/gateway/providers", json={"name": "gpu", "url": server.url})
            while "tiny" not in (await client.get("/v1/models")).text:
                await asyncio.sleep(0.01)
            assert (
                await client.post("/v1/chat/completions", json={**BODY, "model": "tiny"})
            ).status_code == 200
            await client.delete("/api/v1/gateway/providers/gpu")
            assert "tiny" not in (await client.get("/v1/models")).text


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("providers", {"name": "a/b", "url": "http://x"}, 422, "name"),
        ("providers", {"name": "a", "url": "ftp://x"}, 422, "url"),
        ("providers", {"name": "a", "url": "http://me:secret@x"}, 422, "url"),
        ("models", {"name": " a"}, 422, "name"),
        ("models", {"name": "a", "fallbacks": ["a"]}, 422, "fallbacks"),
        ("models", {"name": "bastide-reader"}, 409, None),
        ("deployments", {"model": "nobody", "provider": "gpu"}, 404, None),
    ],
)
async def test_a_wrong_entry_is_named(
    path: str, body: dict[str, object], status: int, field: str | None
) -> None:
    async with memory_storage() as storage, managed(storage) as (_, client):
        answer = await client.post(f"/api/v1/gateway/{path}", json=body)
        assert answer.status_code == status, answer.text
        assert answer.json()["error"]["details"].get("field") == field


async def test_a_deployment_is_checked_and_changed() -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        async with managed(storage) as (_, client):
            await add_assistant(client, server.url)
            place = (await client.get("/api/v1/gateway/deployments")).json()["items"][0]
            path = f"/api/v1/gateway/deployments/{place['id']}"
            changed = await client.patch(path, json={"weight": 7, "operations": ["chat/completions"]})
            assert changed.json() == {**place, "weight": 7, "operations": ["chat/completions"]}
            for wrong in ({"operations": ["sing"]}, {"price": {"prompt": "0.00000001"}}):
                assert (await client.patch(path, json=wrong)).status_code == 422
            missing = {"model": "assistant", "provider": "nobody"}
            assert (await client.post("/api/v1/gateway/deployments", json=missing)).status_code == 422


async def test_a_fallback_or_a_guardrail_for_no_model_is_refused() -> None:
    async with memory_storage() as storage, managed(storage) as (_, client):

        async def refused(answer: httpx.Response) -> tuple[str, str]:
            assert answer.status_code == 422, answer.text
            error = answer.json()["error"]
            assert error["details"]["name"] == "ghost"
            return error["code"], error["details"]["field"]

        models, guardrails = "/api/v1/gateway/models", "/api/v1/gateway/guardrails"
        lost = await client.post(models, json={"name": "a", "fallbacks": ["bastide-reader", "ghost"]})
        assert await refused(lost) == ("gateway.model_unknown", "fallbacks")
        for name in ("a", "b"):
            assert (await client.post(models, json={"name": name})).status_code == 201
        assert (await refused(await client.put(f"{models}/a", json={"fallbacks": ["ghost"]})))[1]
        rule = {"name": "g", "action": "flag", "recognisers": ["email"]}
        for_nobody = await client.post(guardrails, json={**rule, "model": "ghost"})
        assert await refused(for_nobody) == ("gateway.model_unknown", "model")
        made = await client.post(guardrails, json={**rule, "model": "b"})
        assert made.status_code == 201
        assert await refused(await client.patch(f"{guardrails}/{made.json()['id']}", json={"model": "ghost"}))


async def test_what_named_a_model_that_is_gone_can_still_be_changed_and_shows_it() -> None:
    async with memory_storage() as storage, managed(storage) as (gateway, client):
        models, guardrails = "/api/v1/gateway/models", "/api/v1/gateway/guardrails"
        for body in ({"name": "b"}, {"name": "a", "fallbacks": ["b"]}):
            made = await client.post(models, json=body)
            assert made.json()["unknown_fallbacks"] == []
        rule = {"name": "g", "action": "flag", "recognisers": ["email"], "model": "b"}
        rule_id = (await client.post(guardrails, json=rule)).json()["id"]
        assert (await client.delete(f"{models}/b")).status_code == 204
        assert (await client.get(f"{models}/a")).json()["unknown_fallbacks"] == ["b"]
        await gateway.module.discovered()
        assert gateway.module.lost_fallbacks() == ["a → b"]
        changed = await client.put(f"{models}/a", json={"fallbacks": ["b"], "degrade": True})
        assert changed.status_code == 200
        assert (await client.patch(f"{guardrails}/{rule_id}", json={"enabled": False})).status_code == 200


@pytest.mark.parametrize(
    ("status", "why"), [(401, "credentials"), (403, "credentials"), (404, "status"), (500, "status")]
)
async def test_a_provider_that_does_not_answer_says_why(status: int, why: str) -> None:
    async def angry(request: Request) -> None:
        request.reply({"error": {"message": "no"}}, status)

    async with model_server(angry) as server, memory_storage() as storage, managed(storage) as (_, client):
        await add_assistant(client, server.url)
        known = {"why": why, "status": status}
        assert await trouble(client, "providers") == known
        assert await trouble(client, "health") == known


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:1/v1", "refused"),
        ("http://localhost:1/v1", "refused"),
        ("http://no-such-host.invalid/v1", "name"),
        ("http://{plain}/v1", "broken"),
    ],
)
async def test_a_provider_that_cannot_be_reached_says_why(url: str, why: str) -> None:
    async def page(request: Request) -> None:
        request.answer(200, b"<html>", content_type="text/html")

    async with model_server(page) as server, memory_storage() as storage, managed(storage) as (_, client):
        plain = server.url.removeprefix("http://").removesuffix("/v1")
        await add_assistant(client, url.format(plain=plain))
        assert await trouble(client, "providers") == {"why": why, "status": None}


async def trouble(client: httpx.AsyncClient, of: str) -> dict[str, object]:
    """What is wrong, once it is known; never with an address."""
    for _ in range(300):
        answer = await client.get(f"/api/v1/gateway/{of}")
        (item,) = (
            each for each in answer.json()["items"] if "gpu" in (each.get("name"), each.get("provider"))
        )
        if item["trouble"] is not None:
            assert item["reachable"] is False
            return item["trouble"]
        await asyncio.sleep(0.01)
    raise AssertionError(answer.text)


async def test_the_settings_are_read_only() -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        fixed = configured_provider(
            name="gpu", kind="openai", url=server.url, api_key=None, zone="internal", models=["tiny"]
        )
        configured = Configured([fixed], discover=False)
        async with door(principal=ROOT, storage=storage, configured=configured) as gateway:
            async with httpx.AsyncClient(base_url=f"{gateway.url}/api/v1/gateway") as client:
                shown = (await client.get("/providers")).json()["items"]
                assert [(item["name"], item["source"]) for item in shown] == [("gpu", "settings")]
                assert (await client.delete("/providers/gpu")).status_code == 409
                again = await client.post("/providers", json={"name": "gpu", "url": "http://x"})
                assert again.json()["error"]["code"] == "gateway.exists"


async def test_who_may_not_is_refused() -> None:
    async with memory_storage() as storage, managed(storage, denied=ScopeError("No.")) as (_, client):
        for method, path in (
            ("GET", "providers"),
            ("GET", "models"),
            ("GET", "deployments"),
            ("DELETE", "models/x"),
            ("DELETE", "providers/x"),
            ("DELETE", "deployments/x"),
        ):
            assert (await client.request(method, f"/api/v1/gateway/{path}")).status_code == 403
        body = {"name": "a", "url": "http://x"}
        assert (await client.post("/api/v1/gateway/providers", json=body)).status_code == 403
        assert (await client.post("/api/v1/gateway/models", json={"name": "a"})).status_code == 403


async def test_a_change_reaches_another_process_within_a_second_and_drops_no_stream() -> None:
    async def slow(request: Request) -> None:
        if request.method == "GET":
            await talk(request)
            return
        request.start_stream()
        for _ in range(10):
            request.event(chunk({"content": "x"}))
            await asyncio.sleep(0.05)
        request.end()

    async def other(request: Request) -> None:
        request.reply(completion("other"))

    async with model_server(slow) as server, model_server(other) as second, memory_storage() as storage:
        async with managed(storage) as (_, one), managed(storage) as (_, two):
            await add_assistant(one, server.url)
            await until(two, "assistant", there=True)
            streamed = asyncio.create_task(two.post("/v1/chat/completions", json={**BODY, "stream": True}))
            await asyncio.sleep(0.1)
            await one.patch("/api/v1/gateway/providers/gpu", json={"url": second.url})
            started = time.monotonic()
            while "other" not in (await two.post("/v1/chat/completions", json=BODY)).text:
                await asyncio.sleep(0.01)
            assert time.monotonic() - started < 1
            await one.delete("/api/v1/gateway/models/assistant")
            await until(two, "assistant", there=False)
            assert (await streamed).text.count('"x"') == 10


async def until(client: httpx.AsyncClient, model: str, *, there: bool) -> None:
    started = time.monotonic()
    while (model in (await client.get("/v1/models")).text) is not there:
        assert time.monotonic() - started < 1
        await asyncio.sleep(0.01)


@pytest.mark.heavy
async def test_processes_on_postgresql_and_redis_see_each_others_changes(
    postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    keyring = LocalKeyring.load(tmp_path / "keys")
    databases = [open_database(postgres_url) for _ in range(2)]
    opened = [
        Storage(
            databases[n],
            SqlOutbox(),
            RedisCache(redis_url),
            keyring,
            tmp_path / f"journal{n}",
            RecordedAudit(),
            SqlDataKeys(databases[n], keyring, FixedClock()),
            redis_url,
        )
        for n in range(2)
    ]
    async with opened[0].database.transaction() as connection:
        await connection.run_sync(metadata.create_all)
    async with model_server(talk) as server, managed(opened[0]) as (_, one), managed(opened[1]) as (_, two):
        await add_assistant(one, server.url)
        await until(two, "assistant", there=True)
        assert (await two.post("/v1/chat/completions", json=BODY)).status_code == 200
        await one.delete("/api/v1/gateway/models/assistant")
        await until(two, "assistant", there=False)
    for each in opened:
        await each.cache.close()
        await each.database.close()
