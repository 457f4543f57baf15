"""An overloaded process refuses at once, and leaves connections usable."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from bastide.gateway.asgi.types import AsgiApp, Receive, Scope, Send
from bastide.platform.http.gate import Gate
from tests.integration.gateway.door import served
from tests.integration.gateway.test_routing import routed
from tests.integration.gateway.upstream import Request, model_server, talk

BODY = b'{"model": "tiny", "messages": []}'
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def connection(gate: Gate) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with served(echo, gate) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        yield reader, writer
        writer.close()
        await writer.wait_closed()


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers: dict[str, Any] = {}
    for line in lines[1:-2]:
        name, _, value = line.partition(": ")
        headers[name.lower()] = value
    return int(lines[0].split()[1]), headers, await reader.readexactly(int(headers["content-length"]))


@pytest.mark.parametrize("pieces", [1, 7], ids=["in one piece", "in pieces"])
async def test_a_full_gate_refuses_with_a_pause_and_opens_again(pieces: int) -> None:
    gate = Gate(most_running=0)
    data = HEAD % len(BODY) + BODY
    async with connection(gate) as (reader, writer):
        for _ in range(3):
            for start in range(0, len(data), len(data) // pieces + 1):
                writer.write(data[start : start + len(data) // pieces + 1])
                await writer.drain()
                await asyncio.sleep(0.005)
            status, headers, body = await answer(reader)
            assert (status, headers["retry-after"]) == (503, "1")
            assert json.loads(body)["error"]["code"] == "server.overloaded"
        assert gate.refused == 3
        gate._most_running = 10
        writer.write(data)
        status, _, body = await answer(reader)
        assert (status, body) == (200, BODY)
    assert gate.running == gate.waiting == 0


async def test_other_routes_stay_open() -> None:
    async with connection(Gate(most_running=0)) as (reader, writer):
        writer.write(b"POST /api/v1/keys HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}")
        assert (await answer(reader))[0] == 200


async def test_a_body_that_looks_like_a_request_is_a_body() -> None:
    inner = HEAD % len(BODY) + BODY
    gate = Gate()
    async with connection(gate) as (reader, writer):
        writer.write(HEAD % len(inner))
        await writer.drain()
        await asyncio.sleep(0.02)
        gate._most_running = 0
        writer.write(inner)
        assert (await answer(reader))[2] == inner
    assert gate.refused == 0


@asynccontextmanager
async def burst(app: AsgiApp, gate: Gate, size: int) -> AsyncIterator[list[asyncio.Task[Any]]]:
    """As many clients, all of whom ask at the same moment."""
    async with served(app, gate) as url:
        port = int(url.rpartition(":")[2])
        clients = [await asyncio.open_connection("127.0.0.1", port) for _ in range(size)]
        await asyncio.sleep(0.05)  # so that the server knows all of them
        for _, writer in clients:
            writer.write(HEAD % len(BODY) + BODY)
        yield [asyncio.create_task(answer(reader)) for reader, _ in clients]
        for _, writer in clients:
            writer.close()
            await writer.wait_closed()


async def ended(
    tasks: list[asyncio.Task[Any]], count: int
) -> tuple[list[asyncio.Task[Any]], list[asyncio.Task[Any]]]:
    """Those that have, as soon as they are so many, and the others."""
    async with asyncio.timeout(5):
        while sum(task.done() for task in tasks) < count:
            await asyncio.sleep(0.005)
    return [task for task in tasks if task.done()], [task for task in tasks if not task.done()]


async def test_more_than_may_run_is_refused_while_the_rest_still_runs() -> None:
    go_on = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await go_on.wait()
        await echo(scope, receive, send)

    gate = Gate(most_running=8)
    async with burst(slow, gate, 24) as answers:
        refused, running = await ended(answers, 16)
        assert (len(refused), len(running), gate.running, gate.refused) == (16, 8, 8, 16)
        for task in refused:
            status, headers, body = task.result()
            assert (status, headers["retry-after"]) == (503, "1")
            assert json.loads(body)["error"]["code"] == "server.overloaded"
        go_on.set()
        assert [(await task)[0] for task in running] == [200] * 8


async def test_a_loop_that_runs_late_refuses_most_of_a_burst_before_it_serves_the_rest() -> None:
    seen: list[int] = []

    async def busy(scope: Scope, receive: Receive, send: Send) -> None:
        time.sleep(0.01)  # noqa: ASYNC251  # what a processor that is not enough looks like
        await echo(scope, receive, send)

    gate = Gate()
    for _ in range(20):
        gate.note(0.2)
    async with burst(busy, gate, 120) as answers:
        for each in asyncio.as_completed(answers):
            status, headers, _ = await each
            seen.append(status)
            assert status == 200 or headers["retry-after"] == "1"
    assert seen.count(503) >= 60
    assert seen.count(200) >= 32
    last_refused = len(seen) - seen[::-1].index(503)
    assert last_refused < len(seen), "nobody waits for a refusal until all others are served"


def assert_refused(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "model.busy")
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_full_queue_refuses_while_others_wait_and_serves_them_later() -> None:
    go_on = asyncio.Event()

    async def slow(request: Request) -> None:
        if request.method == "POST":
            await go_on.wait()
        await talk(request)

    places = [{"max_concurrency": 2, "max_queue": 3}]
    async with model_server(slow) as server, routed(server, places=places) as client:
        for stream in (False, True):
            go_on.clear()
            body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": stream}
            asked = [asyncio.create_task(client.post("/chat/completions", json=body)) for _ in range(10)]
            refused, waiting = await ended(asked, 5)
            assert (len(refused), len(waiting)) == (5, 5)
            for task in refused:
                assert_refused(task.result())
            go_on.set()
            answers = await asyncio.gather(*asked)
            assert sorted(answer.status_code for answer in answers) == [200] * 5 + [503] * 5
