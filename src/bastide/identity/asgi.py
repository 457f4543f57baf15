"""The door: every request is authenticated once, before any route sees it. Deny by default.

Raw ASGI: bodies pass through untouched. What is open without credentials is a list of exact routes and of
folders of static files, handed in by the application and compared with `scope["path"]`, the very string that
the router matches; never with a URL built from headers.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bastide.identity.contract import Authenticator, Credentials
from bastide.identity.domain.addresses import Network, address_in, client_address, throttle_block
from bastide.identity.domain.errors import CsrfError, PendingError
from bastide.identity.domain.principal import Principal
from bastide.identity.domain.sessions import SESSION_COOKIE, cookie_name
from bastide.kit.errors import (
    BastideError,
    DeniedError,
    RateLimitedError,
    UnauthenticatedError,
    UnavailableError,
)
from bastide.platform.http.errors import error_body, error_headers, status_of
from bastide.platform.http.rates import Rates
from bastide.platform.telemetry.origin import Origin, begin

_FORWARDED = b"x-forwarded-for"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN_WHILE_PENDING = frozenset(
    {
        ("GET", "/api/v1/me"),
        ("POST", "/api/v1/me/password"),
        ("POST", "/api/v1/auth/logout"),
        ("GET", "/api/v1/me/second-factor"),
        ("POST", "/api/v1/me/second-factor"),
        ("POST", "/api/v1/me/second-factor/confirm"),
        ("GET", "/api/v1/me/passkeys"),
        ("POST", "/api/v1/me/passkeys/begin"),
        ("POST", "/api/v1/me/passkeys"),
    }
)

_KINDS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_PENDING = {
    "password": "Change your password first.",
    "second_factor": "Your organisation wants a second factor: set one up first.",
}


NoteRefusal: TypeAlias = Callable[[Principal, str, str, str], Awaitable[None]]
"""Who, with which method, at which route, and the path itself."""


@dataclass(frozen=True, slots=True)
class PublicRoutes:
    """What needs no credentials.

    Attributes:
        exact: (method, path); GET covers HEAD.
        folders: paths that end in `/`, below which GET and HEAD are open: the page's static files.
    """

    exact: frozenset[tuple[str, str]]
    folders: tuple[str, ...] = ()

    def has(self, method: str, path: str) -> bool:
        method = "GET" if method == "HEAD" else method
        return (method, path) in self.exact or (method == "GET" and path.startswith(self.folders))


class IdentityMiddleware:
    """Puts `principal` and `client_address` into `scope["state"]`, or answers 401, 403, 429 or 503 itself.

    Behind trusted proxies, `scope["client"]` and `scope["scheme"]` become those of the client.
    """

    def __init__(
        self,
        app: ASGIApp,
        authenticator: Authenticator,
        public: PublicRoutes,
        trusted_proxies: Sequence[Network] = (),
        rates: Rates | None = None,
        note_refusal: NoteRefusal | None = None,
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._public = public
        self._trusted = trusted_proxies
        self._rates = rates or Rates(0)
        self._note_refusal = note_refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = _headers(scope)
        self._see_through_proxies(scope, headers)
        state = scope["state"]
        path: str = scope["path"]
        method: str = scope.get("method", "WEBSOCKET")
        try:
            if self._public.has(method, path):
                self._rates.public(throttle_block(state["client_address"]), path)
            else:
                state["principal"] = await self._caller(scope, headers, method)
        except (UnauthenticatedError, DeniedError, RateLimitedError, UnavailableError) as error:
            await _refuse(error, scope, send)
            return
        begin(Origin(state["client_address"], state.get("request_id")))
        if self._note_refusal is not None and path.startswith("/api/") and "principal" in state:
            send = _watched(scope, send, self._note_refusal)
        await self._app(scope, receive, send)

    async def _caller(self, scope: Scope, headers: Mapping[bytes, str], method: str) -> Principal:
        try:
            principal = await self._authenticator.authenticate(_credentials(scope, headers, method))
        except UnauthenticatedError:
            self._rates.refused(throttle_block(scope["state"]["client_address"]))
            raise
        _require_nothing_pending(principal, method, scope["path"])
        if (credential := principal.key_id or principal.session_id) is not None:
            self._rates.caller(credential, scope["path"])
        return principal

    def _see_through_proxies(self, scope: Scope, headers: Mapping[bytes, str]) -> None:
        """Make the scope tell of the client, as far as the trusted proxies can be believed.

        The scope itself, no copy: what the router notes in it is read by the metrics outside.
        """
        peer: tuple[str, int] | None = scope.get("client")
        peer_address = peer[0] if peer else None
        state = scope.setdefault("state", {})
        if not self._trusted:
            state["client_address"] = peer_address
            return
        address = client_address(peer_address, headers.get(_FORWARDED), self._trusted)
        state["client_address"] = address
        if address != peer_address:
            scope["client"] = None if address is None else (address, 0)
        nearest = headers.get(b"x-forwarded-proto", "").rpartition(",")[2].strip()
        if nearest == "https" and address_in(peer_address, self._trusted):
            scope["scheme"] = {"http": "https", "ws": "wss"}.get(scope["scheme"], scope["scheme"])


def _watched(scope: Scope, send: Send, note: NoteRefusal) -> Send:
    """Tells of a 403 before it is sent: what somebody tried who is known and may not."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 403:
            template = getattr(scope.get("route"), "path", scope["path"])
            await note(scope["state"]["principal"], scope["method"], template, scope["path"])
        await send(message)

    return sending


def _headers(scope: Scope) -> dict[bytes, str]:
    """The last value of each header, except that repeated `X-Forwarded-For` lines are one list."""
    found = {name: str(value, "latin-1") for name, value in scope["headers"]}
    if _FORWARDED in found:
        hops = [str(value, "latin-1") for name, value in scope["headers"] if name == _FORWARDED]
        found[_FORWARDED] = ",".join(hops)
    return found


def _credentials(scope: Scope, headers: Mapping[bytes, str], method: str) -> Credentials:
    unsafe = method not in _SAFE_METHODS
    bearer = _bearer(headers)
    name = cookie_name(SESSION_COOKIE, https=scope.get("scheme") in {"https", "wss"})
    cookie = _cookie(headers.get(b"cookie", ""), name)
    if scope["type"] == "websocket":
        # A page cannot add a header to a handshake; the browser's own Origin header takes its place.
        unsafe = False
        if bearer is None and cookie is not None and not _same_origin(headers):
            raise CsrfError("This page may not open a connection with your session.")
    return Credentials(
        bearer=bearer,
        session_cookie=cookie,
        csrf_header=headers.get(b"x-csrf-token"),
        origin=scope["state"]["client_address"],
        unsafe_method=unsafe,
    )


def _bearer(headers: Mapping[bytes, str]) -> str | None:
    """`Authorization: Bearer …`, or `X-Api-Key` as clients of some model APIs send it."""
    authorization = headers.get(b"authorization")
    if authorization is None:
        return headers.get(b"x-api-key")
    scheme, _, value = authorization.partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def _cookie(header: str, name: str) -> str | None:
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return None


def _same_origin(headers: Mapping[bytes, str]) -> bool:
    host = headers.get(b"host", "")
    return bool(host) and headers.get(b"origin", "").partition("://")[2] == host


def _require_nothing_pending(principal: Principal, method: str, path: str) -> None:
    if principal.pending is not None and (method, path) not in _OPEN_WHILE_PENDING:
        raise PendingError(_PENDING[principal.pending], pending=principal.pending)


async def _refuse(error: BastideError, scope: Scope, send: Send) -> None:
    status = status_of(error)
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 4000 + status})
        return
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    body = json.dumps(_body(error, scope["path"])).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in error_headers(error).items()]
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})


def _body(error: BastideError, path: str) -> object:
    """OpenAI's or Anthropic's error body where their clients read it, Bastide's elsewhere."""
    if not path.startswith("/v1/"):
        return error_body(error.code, error.message, error.details)
    kind = _KINDS.get(status_of(error), "api_error")
    if path.startswith("/v1/messages"):
        return {"type": "error", "error": {"type": kind, "message": error.message, "code": error.code}}
    code = "invalid_api_key" if isinstance(error, UnauthenticatedError) else error.code
    return {"error": {"message": error.message, "type": kind, "param": None, "code": code}}
