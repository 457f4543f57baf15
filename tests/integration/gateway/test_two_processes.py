"""Two real processes on one PostgreSQL and one Redis: what is decided in one holds in the other."""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from tests.e2e.installation import Installation, Server
from tests.integration.gateway.upstream import ModelServer, Request, completion, model_server

BODY: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
CALL_COSTS = Decimal("0.01")
AT_ONCE = 32

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(300)]


@dataclass
class Upstream:
    """Says which model it was asked for; while `free` is not set, it lets everybody wait."""

    free: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0

    async def __call__(self, request: Request) -> None:
        if request.method == "GET":
            request.reply({"data": []})
            return
        self.waiting += 1
        await self.free.wait()
        self.waiting -= 1
        request.reply(completion(request.json["model"]))


@dataclass
class Pair:
    """`doors[0]` plays every role, `doors[1]` is a gateway alone; `admin` speaks to the first."""

    servers: list[Server]
    doors: list[httpx.AsyncClient]
    admin: httpx.AsyncClient
    upstream: Upstream
    key_id: str
    redis_url: str

    async def made(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.admin.post(f"/api/v1/gateway/{path}", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def limited(self, metric: str, period: str, amount: object) -> None:
        """A limit for everybody's calls together, known to both processes."""
        body = {"subject": "organisation", "subject_id": "*", "metric": metric, "period": period}
        await self.made("limits", {**body, "amount": amount})
        await asyncio.sleep(1)

    async def load(self, calls: int, *doors: int) -> Counter[int]:
        """So many calls in turn to the processes; how often each status came."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def call(number: int) -> int:
            async with gate:
                return (await ask(self.doors[doors[number % len(doors)]])).status_code

        return Counter(await asyncio.gather(*(call(number) for number in range(calls))))

    async def cost(self) -> Decimal:
        """What the ledger says, once all has been brought there."""
        await asyncio.sleep(1.5)
        today = datetime.now(UTC).date()
        answer = await self.admin.get("/api/v1/usage", params={"from": str(today), "to": str(today)})
        return Decimal(answer.json()["total"]["cost"])

    def let_leases_lapse(self) -> None:
        """What a dead process has reserved is free after a minute; here at once."""
        with redis.Redis.from_url(self.redis_url) as client:
            for key in client.scan_iter("bastide:gateway:*:l"):
                for member in client.zrange(key, 0, -1):
                    client.zadd(key, {member: 0})


async def ask(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/v1/chat/completions", json=BODY)


@pytest.fixture
async def pair(tmp_path: Path, postgres_url: str, redis_url: str) -> AsyncIterator[Pair]:
    async with pair_of_processes(tmp_path, postgres_url, redis_url) as made:
        yield made


@asynccontextmanager
async def pair_of_processes(folder: Path, postgres_url: str, redis_url: str) -> AsyncIterator[Pair]:
    variables = {
        "BASTIDE_DATABASE_URL": postgres_url,
        "BASTIDE_CACHE_URL": redis_url,
        "BASTIDE_EMBEDDER_URL": "none:",
        "BASTIDE_DOCUMENTS__SAMPLES": "false",
    }
    first, second = (Installation(folder / name, variables) for name in ("first", "second"))
    upstream = Upstream()
    upstream.free.set()
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(model_server(upstream))
        servers = [await asyncio.to_thread(stack.enter_context, first.server())]
        shutil.copytree(first.home / "keys", second.home / "keys")
        servers.append(await asyncio.to_thread(stack.enter_context, second.server("gateway")))
        servers[0].with_token()
        token = servers[0].client.headers["Authorization"]
        admin = await stack.enter_async_context(
            httpx.AsyncClient(base_url=servers[0].url, headers={"Authorization": token}, timeout=30)
        )
        key = (await admin.post("/api/v1/keys", json={"name": "both"})).json()
        doors = [
            await stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=server.url, headers={"Authorization": f"Bearer {key['key']}"}, timeout=60
                )
            )
            for server in servers
        ]
        made = Pair(servers, doors, admin, upstream, key["id"], redis_url)
        await add_model(made, model)
        yield made


async def add_model(pair: Pair, server: ModelServer) -> None:
    await pair.made("providers", {"name": "gpu", "url": server.url, "lists": False})
    await pair.made("models", {"name": "m"})
    price = {"request": str(CALL_COSTS)}
    await pair.made("deployments", {"model": "m", "provider": "gpu", "upstream_name": "one", "price": price})
    for door in pair.doors:
        await within(1, lambda door=door: succeeds(door))


async def within(seconds: float, true: Callable[[], Awaitable[bool]]) -> None:
    started = time.monotonic()
    while not await true():
        assert time.monotonic() - started < seconds
        await asyncio.sleep(0.01)


async def succeeds(door: httpx.AsyncClient) -> bool:
    return (await ask(door)).status_code == 200


async def test_a_limit_is_kept_to_one_percent_under_load_through_both(pair: Pair) -> None:
    await pair.limited("requests", "minute", 400)
    statuses = await pair.load(600, 0, 1)
    assert set(statuses) == {200, 429}
    assert abs(statuses[200] - 400) <= 4


async def test_a_budget_is_not_passed_under_load_through_both(pair: Pair) -> None:
    before = await pair.cost()
    await pair.limited("cost", "total", str(before + 100 * CALL_COSTS))
    statuses = await pair.load(300, 0, 1)
    assert statuses == {200: 100, 429: 200}
    assert await pair.cost() == before + 100 * CALL_COSTS


async def test_a_killed_process_overshoots_a_budget_by_what_was_in_flight(pair: Pair) -> None:
    before, in_flight = await pair.cost(), 20
    budget = before + 100 * CALL_COSTS
    await pair.limited("cost", "total", str(budget))
    assert await pair.load(30, 0, 1) == {200: 30}
    pair.upstream.free.clear()
    cut = [asyncio.create_task(ask(pair.doors[1])) for _ in range(in_flight)]
    async with asyncio.timeout(10):
        while pair.upstream.waiting < in_flight:
            await asyncio.sleep(0.01)
    pair.servers[1].process.kill()
    await asyncio.gather(*cut, return_exceptions=True)
    pair.upstream.free.set()
    assert await pair.load(60, 0) == {200: 50, 429: 10}, "what was in flight is still reserved"
    await asyncio.sleep(0.5)  # until the last of them are settled, and only those of the dead are leased
    pair.let_leases_lapse()
    assert await pair.load(60, 0) == {200: in_flight, 429: 60 - in_flight}
    second = pair.servers[1].installation
    with second.server("gateway"):  # takes over the journal of the one that was killed
        spent = await pair.cost()
    assert budget <= spent <= budget + in_flight * CALL_COSTS
    assert not await succeeds(pair.doors[0])


async def test_a_revoked_key_is_refused_by_both_within_a_second(pair: Pair) -> None:
    for door in pair.doors:
        assert await succeeds(door)
    assert (await pair.admin.delete(f"/api/v1/keys/{pair.key_id}")).status_code == 204
    started = time.monotonic()
    for door in pair.doors:

        async def refused(door: httpx.AsyncClient = door) -> bool:
            return (await ask(door)).status_code == 401

        await within(1 - (time.monotonic() - started), refused)


async def test_a_changed_model_is_answered_by_both_within_a_second(pair: Pair) -> None:
    (place,) = (await pair.admin.get("/api/v1/gateway/deployments")).json()["items"]
    path = f"/api/v1/gateway/deployments/{place['id']}"
    assert (await pair.admin.patch(path, json={"upstream_name": "another"})).status_code == 200
    started = time.monotonic()
    for door in pair.doors:

        async def changed(door: httpx.AsyncClient = door) -> bool:
            return "another" in (await ask(door)).text

        await within(1 - (time.monotonic() - started), changed)
