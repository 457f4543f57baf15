import asyncio
from typing import Any

import pytest
from starlette.types import Message
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from bastide.platform.http.answer import Answer


class _Transport:
    """Notes what each call writes."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def writelines(self, pieces: list[bytes]) -> None:
        self.sent.append(b"".join(pieces))

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True


class _Sent:
    """An answer on a connection of its own. `own` False: written by uvicorn itself."""

    def __init__(self, *, keep_alive: bool = True, own: bool = True) -> None:
        self.transport: Any = _Transport()
        self.completed = 0
        logger: Any = None
        self.cycle = RequestResponseCycle(
            {"type": "http", "method": "POST"},  # pyright: ignore[reportArgumentType]  # all it looks at
            self.transport,
            FlowControl(self.transport),
            logger,
            logger,
            access_log=False,
            default_headers=[(b"date", b"now")],
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=keep_alive,
            on_response=self._completed,
        )
        self.send: Any = Answer(self.cycle, asyncio.get_running_loop()).send if own else self.cycle.send

    def _completed(self) -> None:
        self.completed += 1

    @property
    def bytes(self) -> bytes:
        return b"".join(self.transport.sent)


def start(*headers: tuple[bytes, bytes], status: int = 200) -> Message:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(data: bytes, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


LENGTH = (b"content-length", b"5")

ANSWERS = (
    [start(LENGTH), body(b"hello")],
    [start(LENGTH, (b"x-y", b"z"), status=429), body(b"he", more=True), body(b"llo")],
    [
        start((b"content-type", b"text/event-stream")),
        body(b"one", more=True),
        body(b"", more=True),
        body(b""),
    ],
    [start(), body(b"all at once")],
    [start((b"connection", b"close"), LENGTH), body(b"hello")],
    [start((b"transfer-encoding", b"chunked")), body(b"hello")],
    [start(status=204), body(b"")],
)


@pytest.mark.parametrize("messages", ANSWERS)
@pytest.mark.parametrize("keep_alive", [True, False])
async def test_the_same_bytes_and_state_as_uvicorns(messages: list[Message], *, keep_alive: bool) -> None:
    theirs, ours = _Sent(keep_alive=keep_alive, own=False), _Sent(keep_alive=keep_alive)
    for message in messages:
        await theirs.send(dict(message))
        await ours.send(dict(message))
    assert ours.bytes == theirs.bytes
    assert ours.completed == theirs.completed == 1
    assert ours.cycle.response_complete
    assert ours.transport.closing is theirs.transport.closing


async def test_a_whole_answer_leaves_in_one_piece() -> None:
    sent = _Sent()
    await sent.send(start(LENGTH))
    await sent.send(body(b"hello"))
    await asyncio.sleep(0)
    assert len(sent.transport.sent) == 1


async def test_a_head_waits_for_no_more_than_a_turn_of_the_loop() -> None:
    sent = _Sent()
    await sent.send(start())
    assert not sent.transport.sent
    await asyncio.sleep(0)
    assert sent.bytes.endswith(b"transfer-encoding: chunked\r\n\r\n")
    await sent.send(body(b"event", more=True))
    assert sent.transport.sent[1:] == [b"5\r\nevent\r\n"]


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\x00b", b"a\x7fb"])
async def test_a_value_that_would_break_out_of_its_line_is_refused(value: bytes) -> None:
    sent = _Sent()
    with pytest.raises(RuntimeError, match="Invalid HTTP header value"):
        await sent.send(start((b"x-model", value), LENGTH))
    await asyncio.sleep(0)
    assert not sent.transport.sent
    assert not sent.cycle.response_started


@pytest.mark.parametrize("pieces", [[b"hell"], [b"hello!"], [b"hel", b"l"]])
async def test_a_body_is_as_long_as_it_says(pieces: list[bytes]) -> None:
    sent = _Sent()
    await sent.send(start(LENGTH))
    for piece in pieces[:-1]:
        await sent.send(body(piece, more=True))
    with pytest.raises(RuntimeError, match="Content-Length"):
        await sent.send(body(pieces[-1]))


async def test_what_comes_out_of_order_is_refused_as_by_uvicorn() -> None:
    sent = _Sent()
    with pytest.raises(RuntimeError):
        await sent.send(body(b"first"))
    await sent.send(start(LENGTH))
    with pytest.raises(RuntimeError):
        await sent.send(start(LENGTH))
    await sent.send(body(b"hello"))
    with pytest.raises(RuntimeError):
        await sent.send(body(b"again"))


async def test_nothing_is_written_to_a_client_that_has_gone() -> None:
    sent = _Sent()
    await sent.send(start(LENGTH))
    sent.cycle.disconnected = sent.transport.closing = True
    await sent.send(body(b"hello"))
    await asyncio.sleep(0)
    assert not sent.transport.sent
