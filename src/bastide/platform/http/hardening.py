"""What every answer says to browsers, and how much of a request is read."""

from collections.abc import Collection
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-embedder-policy", b"require-corp"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (b"cache-control", b"no-store"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
_MIB: Final = 1024 * 1024


class SecurityHeaders:
    """Adds to each answer the headers that it does not set itself: strict unless somebody decided otherwise.

    Args:
        https: people reach this installation by TLS only (RFC 6797).
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = (*_HEADERS, _HSTS) if https else _HEADERS
        self._names = frozenset(dict(self._headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def hardened(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                headers = message.get("headers", ())
                present = dict(headers)  # ASGI's names are in lower case
                missing = self._headers
                if not self._names.isdisjoint(present):
                    missing = tuple(header for header in missing if header[0] not in present)
                message["headers"] = [*headers, *missing]
            await send(message)

        await self._app(scope, receive, hardened)


class BodyLimit:
    """Stops reading a body that is longer than allowed, whatever its head says: 413.

    Args:
        streamed: (method, path) whose handlers bound what they read themselves.
    """

    def __init__(
        self, app: ASGIApp, limit_bytes: int = 2 * _MIB, streamed: Collection[tuple[str, str]] = ()
    ) -> None:
        self._app = app
        self._limit = limit_bytes
        self._streamed = frozenset(streamed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["method"], scope["path"]) in self._streamed:
            await self._app(scope, receive, send)
            return
        read = 0

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                raise HTTPException(413, f"At most {self._limit} bytes.", {"Connection": "close"})
            return message

        await self._app(scope, bounded, send)
