"""An overloaded process refuses at once, and leaves connections usable."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bastide.gateway.asgi.types import Receive, Scope, Send
from bastide.platform.http.gate import Gate
from tests.integration.gateway.door import served

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
