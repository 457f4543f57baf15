"""What happens when one of the two sides goes away, is slow, or sends what it should not."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from bastide.gateway.configuration import Sizes, Timeouts
from tests.integration.gateway.door import door
from tests.integration.gateway.upstream import Request, chunk, completion, model_server, talk

BODY = {"model": "tiny", "messages": [{"role": "user", "content": "Hi"}]}
STREAMED = {**BODY, "stream": True}


async def silent(request: Request) -> None:
    if request.path != "/v1/models":
        await request.wait()
    else:
        await talk(request)


async def begins(request: Request) -> None:
    """Streams one word, then waits."""
    if request.path == "/v1/models":
        await talk(request)
        return
    request.start_stream()
    request.event(chunk({"content": "Hel"}))
    await request.wait()


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_client_that_goes_away_closes_the_upstream(streamed: bool) -> None:
    async with model_server(begins if streamed else silent) as server, door(server) as gateway:
        host, port = gateway.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        body = json.dumps(STREAMED if streamed else BODY).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        while not [request for request in server.requests if "chat" in request.path]:
            await asyncio.sleep(0.005)
        if streamed:
            await reader.readuntil(b"Hel")
        left = asyncio.get_running_loop().time()
        writer.transport.abort()
        await asyncio.wait_for(server.last.wait(), 2)
        assert server.last.closed_at - left < 0.05


@pytest.mark.parametrize(
    ("timeouts", "phase"),
    [
        (Timeouts(first_token_s=0.1), "first_token"),
        (Timeouts(total_s=0.1), "total"),
    ],
)
async def test_a_server_that_does_not_answer_is_given_up(timeouts: Timeouts, phase: str) -> None:
    async with model_server(silent) as server, door(server, timeouts=timeouts) as gateway:
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{gateway.url}/v1/chat/completions", json=BODY)
        assert answer.status_code == 504
        assert answer.json()["error"]["details"] == {"phase": phase}
        await asyncio.wait_for(server.last.wait(), 1)


async def test_a_stream_that_stops_is_given_up_with_an_event() -> None:
    timeouts = Timeouts(idle_s=0.1)
    async with model_server(begins) as server, door(server, timeouts=timeouts) as gateway:
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{gateway.url}/v1/chat/completions", json=STREAMED)
        events = [line for line in answer.text.split("\n\n") if line]
        assert "Hel" in events[0]
        assert json.loads(events[1].removeprefix("data: "))["error"]["code"] == "upstream.timeout"
        assert len(events) == 2


async def test_a_stream_is_passed_on_without_waiting() -> None:
    async with model_server(begins) as server, door(server) as gateway, httpx.AsyncClient() as client:
        async with client.stream("POST", f"{gateway.url}/v1/chat/completions", json=STREAMED) as answer:
            started = time.perf_counter()
            first = await anext(answer.aiter_bytes())
            assert b"Hel" in first
            assert time.perf_counter() - started < 1
        assert not server.last.is_set() or server.last.closed_at


@pytest.mark.parametrize(
    "sent",
    [
        b"data: {not json\n\n",
        b'data: {"choices": 3}\n\n',
        b"data: \xff\xfe\n\n",
        b"",
    ],
    ids=["no json", "no chunk", "no text", "no end"],
)
async def test_broken_events_end_in_a_clear_error(sent: bytes) -> None:
    async def breaks(request: Request) -> None:
        request.start_stream()
        request.event(chunk({"content": "Hel"}))
        if sent:
            request.piece(sent)
        request.end(done=False)

    async with model_server(breaks) as server, door(server) as gateway, httpx.AsyncClient() as client:
        answer = await client.post(f"{gateway.url}/v1/chat/completions", json=STREAMED)
    last = answer.text.split("\n\n")[-2]
    assert json.loads(last.removeprefix("data: "))["error"]["code"] == "upstream.broken"


async def test_what_came_in_one_piece_before_a_broken_event_is_passed_on() -> None:
    async def breaks(request: Request) -> None:
        request.start_stream()
        request.piece(b"data: " + json.dumps(chunk({"content": "Hel"})).encode() + b"\n\ndata: {not json\n\n")
        request.end(done=False)

    async with model_server(breaks) as server, door(server) as gateway, httpx.AsyncClient() as client:
        answer = await client.post(f"{gateway.url}/v1/chat/completions", json=STREAMED)
    first, last, _ = answer.text.split("\n\n")
    assert "Hel" in first
    assert json.loads(last.removeprefix("data: "))["error"]["code"] == "upstream.broken"


async def test_a_web_page_is_no_answer_of_a_model() -> None:
    async def logs_in(request: Request) -> None:
        request.answer(200, b"<html>Please log in</html>", content_type="text/html; charset=utf-8")

    async with model_server(logs_in) as server, door(server) as gateway, httpx.AsyncClient() as client:
        for body in (BODY, STREAMED):
            answer = await client.post(f"{gateway.url}/v1/chat/completions", json=body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream.broken")


async def test_a_connection_that_breaks_in_a_stream_ends_in_a_clear_error() -> None:
    async def dies(request: Request) -> None:
        request.start_stream()
        request.event(chunk({"content": "Hel"}))
        await asyncio.sleep(0.02)
        request.abort()

    async with model_server(dies) as server, door(server) as gateway, httpx.AsyncClient() as client:
        answer = await client.post(f"{gateway.url}/v1/chat/completions", json=STREAMED)
    assert "Hel" in answer.text
    assert (
        json.loads(answer.text.split("\n\n")[-2].removeprefix("data: "))["error"]["code"] == "upstream.broken"
    )


@pytest.mark.parametrize(
    "sent", [b"", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"]
)
async def test_what_is_not_http_is_a_bad_gateway(sent: bytes) -> None:
    async def babble(request: Request) -> None:
        request.raw(sent)
        await asyncio.sleep(0.02)
        request.abort()

    async with model_server(babble) as server, door(server) as gateway, httpx.AsyncClient() as client:
        answer = await client.post(f"{gateway.url}/v1/chat/completions", json=BODY)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream.broken")


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    async with model_server(talk) as server:
        pass
    async with door(server) as gateway, httpx.AsyncClient() as client:
        answer = await client.post(f"{gateway.url}/v1/chat/completions", json=BODY)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "upstream.unreachable")
    assert "127.0.0.1" not in answer.text, "where it would be is for administrators"


async def test_connections_are_kept_and_a_lost_one_is_replaced() -> None:
    async def once(request: Request) -> None:
        request.reply(completion("a"))
        await asyncio.sleep(0.02)
        request.abort()

    async with model_server(talk) as server, door(server) as gateway, httpx.AsyncClient() as client:
        for _ in range(5):
            assert (await client.post(f"{gateway.url}/v1/chat/completions", json=BODY)).status_code == 200
        assert server.connections <= 2
        server.handler = once
        for _ in range(3):
            assert (await client.post(f"{gateway.url}/v1/chat/completions", json=BODY)).status_code == 200
            await asyncio.sleep(0.04)


async def test_a_silent_stream_is_kept_alive_by_comments() -> None:
    async with (
        model_server(begins) as server,
        door(server, keep_alive_s=0.1) as gateway,
        httpx.AsyncClient() as client,
    ):
        async with client.stream("POST", f"{gateway.url}/v1/chat/completions", json=STREAMED) as answer:
            text = ""
            async for piece in answer.aiter_text():
                text += piece
                if text.count(": keep-alive\n\n") >= 2:
                    break
        assert text.startswith("data: ")


async def test_every_answer_tells_its_id_and_where_the_time_went() -> None:
    async with model_server(talk) as server, door(server) as gateway, httpx.AsyncClient() as client:
        for body in (BODY, STREAMED):
            answer = await client.post(f"{gateway.url}/v1/chat/completions", json=body)
            assert answer.headers["x-request-id"] == "req_test"
            names = [part.split(";")[0].strip() for part in answer.headers["server-timing"].split(",")]
            assert names == ["gateway", "queue", "upstream"]


async def test_sizes_are_limited() -> None:
    sizes = Sizes(max_request_bytes=1000, max_answer_bytes=1000)
    async with model_server(talk) as server, door(server, sizes=sizes) as gateway:
        async with httpx.AsyncClient() as client:
            large = {**BODY, "x": "y" * 1000}
            for content in (json.dumps(large).encode(), _pieces(json.dumps(large).encode())):
                answer = await client.post(f"{gateway.url}/v1/chat/completions", content=content)
                assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request.too_large")

            async def long(request: Request) -> None:
                request.reply(completion("x" * 2000))

            server.handler = long
            answer = await client.post(f"{gateway.url}/v1/chat/completions", json=BODY)
            assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream.broken")


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 300):
        yield data[start : start + 300]


async def test_an_unknown_route_is_told_in_openais_shape() -> None:
    async with door() as gateway, httpx.AsyncClient() as client:
        for method, path in (
            ("GET", "/v1/chat/completions"),
            ("POST", "/v1/models"),
            ("POST", "/v1/nothing"),
        ):
            answer = await client.request(method, f"{gateway.url}{path}")
            assert answer.status_code == 404
            assert answer.json()["error"]["type"] == "invalid_request_error"
