"""How a stream ends with an error."""

import json
from typing import Any

import pytest

from bastide.gateway.asgi.exchange import EVENT_STREAM, Exchange
from bastide.gateway.asgi.failure import fail
from bastide.gateway.domain.call import Operation
from bastide.gateway.domain.errors import UpstreamBrokenError

HALF = b'event: x\ndata: {"type":"x","sequence_number":6,"sequence":{"sequence_number":9}}\n\n'


async def nothing() -> Any:
    raise AssertionError("nobody reads")


async def ended(operation: Operation, *pieces: bytes) -> dict[str, Any]:
    """The last event of a stream of these pieces that breaks then."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    exchange = Exchange({"headers": [], "state": {}}, nothing, send)
    exchange.numbers = operation is Operation.RESPONSES
    await exchange.start(200, EVENT_STREAM)
    for piece in pieces:
        await exchange.write(piece)
    await fail(exchange, UpstreamBrokenError("Cut."), operation)
    exchange.close()
    assert (sent[0]["type"], sent[-1]["more_body"]) == ("http.response.start", False)
    return json.loads(sent[-1]["body"].rpartition(b"data: ")[2])


@pytest.mark.parametrize(
    ("pieces", "number"),
    [
        ((), 0),
        ((HALF.replace(b"6", b"5") + HALF,), 7),
        ((HALF, b": keep-alive\n\n"), 7),
        ((HALF, b'data: "sequence_number" is no JSON\n\n'), 0),
    ],
)
async def test_it_goes_on_with_the_numbers_of_responses(pieces: tuple[bytes, ...], number: int) -> None:
    last = await ended(Operation.RESPONSES, *pieces)
    assert (last["sequence_number"], last["code"]) == (number, "upstream.broken")


@pytest.mark.parametrize("operation", [Operation.CHAT, Operation.MESSAGES, Operation.COMPLETIONS])
async def test_other_protocols_number_nothing(operation: Operation) -> None:
    last = await ended(operation, HALF)
    assert "sequence_number" not in last
    assert last["error"]["code"] == "upstream.broken"
