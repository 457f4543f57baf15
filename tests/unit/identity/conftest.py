"""The identity slice on a real database, behind its own door, spoken to over HTTP without a socket."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from bastide.identity.adapters.sql import SqlIdentityStore
from bastide.identity.asgi import PublicRoutes
from bastide.identity.domain.addresses import parse_networks
from bastide.identity.domain.principal import Principal
from bastide.identity.management import Management
from bastide.identity.module import PUBLIC_ROUTES, Identity
from bastide.identity.parts import Mail, Passwords
from bastide.identity.routes import identity_routers
from bastide.knowledge.adapters.sql_grants import SqlGrants
from bastide.platform.cache.memory import MemoryCache
from bastide.platform.database.port import Database
from bastide.platform.http.handlers import install_error_handlers
from bastide.platform.mail.port import Letter
from bastide.platform.outbox.sql import SqlOutbox
from bastide.platform.secrets.local import LocalKeyring
from tests.fakes.identity import Scribe

EMAIL = "ada@example.org"
PASSWORD = "correct horse battery"
PUBLIC = PublicRoutes(PUBLIC_ROUTES | {("GET", "/health")}, ("/assets/",))


@dataclass
class HeldClock:
    """Stands still until told otherwise."""

    moment: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def timestamp(self) -> float:
        return self.moment.timestamp()

    def advance(self, **how_long: float) -> None:
        self.moment += timedelta(**how_long)


class QuickHasher:
    """Stands in for argon2id, whose slowness is its purpose."""

    def __init__(self) -> None:
        self.verified = 0

    async def hash(self, password: str) -> str:
        return f"quick:{password}"

    async def verify(self, password: str, password_hash: str | None) -> bool:
        self.verified += 1
        return password_hash == f"quick:{password}"


@dataclass
class Browser:
    """A client with cookies, which sends the CSRF token back as the page does."""

    client: httpx.AsyncClient
    csrf: bool = True

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers: dict[str, str] = dict(options.pop("headers", {}))
        if self.csrf and (token := self.client.cookies.get("bastide_csrf")):
            headers.setdefault("X-CSRF-Token", token)
        return await self.client.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.send("GET", path, **options)

    async def post(self, path: str, body: object = None, **options: Any) -> httpx.Response:
        return await self.send("POST", path, json=body, **options)

    async def patch(self, path: str, body: object = None, **options: Any) -> httpx.Response:
        return await self.send("PATCH", path, json=body, **options)

    async def put(self, path: str, body: object = None, **options: Any) -> httpx.Response:
        return await self.send("PUT", path, json=body, **options)

    async def delete(self, path: str, **options: Any) -> httpx.Response:
        return await self.send("DELETE", path, **options)

    async def log_in(self, email: str = EMAIL, password: str = PASSWORD) -> httpx.Response:
        return await self.post("/api/v1/auth/login", {"email": email, "password": password})


@dataclass
class Postbox:
    """A mail server that keeps every letter."""

    letters: list[Letter] = field(default_factory=list)
    available: bool = True

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)


@dataclass
class House:
    """One installation's identity slice, with its first administrator."""

    identity: Identity
    database: Database
    cache: MemoryCache
    clock: HeldClock
    hasher: QuickHasher
    app: FastAPI
    postbox: Postbox
    scribe: Scribe
    addresses: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def management(self) -> Management:
        return Management(self.identity.parts)

    def browser(self, address: str | None = None, **headers: str) -> Browser:
        """A browser of its own, at an address of its own."""
        public = PUBLIC
        door = self.identity.protect(self.app, public, parse_networks(["127.0.0.0/8"]))
        client = (address or f"192.0.2.{next(self.addresses)}", 40_000)
        transport = httpx.ASGITransport(door, client=client)
        return Browser(httpx.AsyncClient(transport=transport, base_url="http://bastide", headers=headers))

    async def signed_in(self, email: str = EMAIL, password: str = PASSWORD) -> Browser:
        browser = self.browser()
        answer = await browser.log_in(email, password)
        assert answer.status_code == 200, answer.text
        return browser

    async def invited(
        self, email: str, role: str = "member", by: Browser | None = None, password: str = PASSWORD
    ) -> Browser:
        """Somebody new, who has joined the organisation of `by` (the first administrator by default)."""
        by = by or await self.signed_in()
        invitation = await by.post("/api/v1/invitations", {"email": email, "role": role})
        assert invitation.status_code == 201, invitation.text
        browser = self.browser()
        token = invitation.json()["link"]["path"].partition("#")[2]
        body = {"token": token, "password": password, "name": email.partition("@")[0].title()}
        joined = await browser.post("/api/v1/auth/join", body)
        assert joined.status_code == 200, joined.text
        return browser

    def with_key(self, key: str, address: str | None = None) -> Browser:
        return self.browser(address, Authorization=f"Bearer {key}")


def principal_of(request: Request) -> Principal:
    return request.state.principal


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
async def house(database: Database, clock: HeldClock, tmp_path: Path) -> AsyncIterator[House]:
    keyring = LocalKeyring.load(tmp_path / "keys")
    cache = MemoryCache(now=clock.timestamp)
    hasher = QuickHasher()
    postbox, scribe = Postbox(), Scribe()
    mail = Mail(postbox, "https://bastide.example/")
    store = SqlIdentityStore(database, clock, scribe, SqlGrants(SqlOutbox(), clock))
    identity = Identity(store, cache, keyring, clock, scribe, mail, "local-secret", Passwords(hasher))
    await identity.ensure_first_administrator(EMAIL, PASSWORD)
    app = FastAPI()
    install_error_handlers(app)
    for router in identity_routers(identity, principal_of):
        app.include_router(router)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/whoami")
    async def whoami(request: Request) -> dict[str, str | None]:
        return {"subject": request.state.principal.subject_id, "address": request.state.client_address}

    await identity.start()
    yield House(identity, database, cache, clock, hasher, app, postbox, scribe)
    await identity.stop()
    await cache.close()
