"""The gateway, served by uvicorn on loopback as the product serves it, with a principal of the test's."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import openai
import uvicorn
from fastapi import FastAPI, Request

from bastide.chat.contract import AnswerEvent, AnswerRequest, Answers
from bastide.gateway.asgi.app import PREFIXES
from bastide.gateway.asgi.types import AsgiApp, Receive, Scope, Send
from bastide.gateway.configuration import (
    Bounds,
    BreakerPolicy,
    Configured,
    Sizes,
    Storage,
    Timeouts,
    configured_provider,
)
from bastide.gateway.domain.limits import Subject
from bastide.gateway.module import GatewayModule
from bastide.gateway.routes import gateway_routers
from bastide.identity.contract import Action, CredentialKind, Principal, Resource, Role
from bastide.models.contract import Passage, Quote, Reading, Support, Vectors
from bastide.platform.cache.memory import MemoryCache
from bastide.platform.database.engine import open_database
from bastide.platform.database.metadata import metadata
from bastide.platform.http.connection import guarded_connection
from bastide.platform.http.gate import Gate
from bastide.platform.http.handlers import install_error_handlers
from bastide.platform.outbox.sql import SqlOutbox
from bastide.platform.secrets.local import LocalKeyring
from bastide.platform.secrets.sql_data_keys import SqlDataKeys
from tests.fakes.audit import RecordedAudit
from tests.integration.gateway.upstream import ModelServer

ALICE = Principal("usr_alice", "org_one", Role.MEMBER, CredentialKind.KEY, key_id="key_1")


class FirstSentence:
    """A reader that quotes the first sentence of the first passage."""

    def read(
        self, question: str, passages: Sequence[Passage], *, max_quotes: int = 3, context: str = ""
    ) -> Reading:
        if not passages:
            return Reading((), "en")
        text = passages[0].text.partition(".")[0] + "."
        quote = Quote(passages[0].passage_id, passages[0].start, passages[0].start + len(text), text, 0.9)
        return Reading((quote,), "en")

    def support(self, statement: str, passages: Sequence[Passage]) -> Support | None:
        return None


class Alphabet:
    """An embedder of three dimensions: how many a, b and c a text has, at unit length."""

    name = "alphabet"
    fingerprint = "alphabet-1"
    dimensions = 3
    max_tokens = 8

    def trust(self, language: str) -> float:
        return 1.0

    def likeness(self, cosine: float, language: str) -> float:
        return cosine

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    async def embed(self, texts: Sequence[str]) -> Vectors:
        found = np.array([[text.count(letter) for letter in "abc"] for text in texts], np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    async def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        return (await self.embed([text]))[0]


@dataclass
class ScriptedAnswers:
    """Answers with the events that the test wrote; keeps what it was asked."""

    events: list[AnswerEvent] = field(default_factory=list[AnswerEvent])
    asked: list[AnswerRequest] = field(default_factory=list[AnswerRequest])
    error: Exception | None = None

    async def answer(self, principal: Principal, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        self.asked.append(request)
        for event in self.events:
            yield event
        if self.error is not None:
            raise self.error


class Everyone:
    """A policy that allows what `denied` does not name."""

    def __init__(self, denied: Exception | None = None) -> None:
        self.denied = denied

    def allows(self, principal: Principal, action: Action, resource: Resource | None = None) -> bool:
        return self.denied is None

    def require(self, principal: Principal, action: Action, resource: Resource | None = None) -> None:
        if self.denied is not None:
            raise self.denied


class Known:
    """Whom limits may be for."""

    async def exists(self, organisation_id: str, subject: Subject, subject_id: str) -> bool:
        return organisation_id == "org_one" and subject_id in {"key_1", "key_root", "usr_alice", "grp_x"}


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Door:
    """A served gateway."""

    url: str
    module: GatewayModule

    def client(self, **more: object) -> openai.AsyncOpenAI:
        options = {"base_url": f"{self.url}/v1", "api_key": "sk-bastide-x", "max_retries": 0, **more}
        return openai.AsyncOpenAI(**options)  # type: ignore[arg-type]


@asynccontextmanager
async def memory_storage() -> AsyncIterator[Storage]:
    """A database that nobody else sees, with every table of the gateway, and the rest in memory."""
    with TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/bastide.db")
        async with database.transaction() as connection:
            await connection.run_sync(metadata.create_all)
        keyring = LocalKeyring.load(Path(folder) / "keys")
        yield Storage(
            database,
            SqlOutbox(),
            MemoryCache(),
            keyring,
            Path(folder) / "journal",
            RecordedAudit(),
            SqlDataKeys(database, keyring, FixedClock()),
        )
        await database.close()


@asynccontextmanager
async def door(
    *upstreams: ModelServer,
    answers: Answers | None = None,
    principal: Principal | None = ALICE,
    denied: Exception | None = None,
    timeouts: Timeouts | None = None,
    sizes: Sizes | None = None,
    breaker: BreakerPolicy | None = None,
    models: Sequence[str] = ("tiny",),
    zone: str = "internal",
    storage: Storage | None = None,
    configured: Configured | None = None,
    keep_alive_s: float = 15.0,
) -> AsyncIterator[Door]:
    """A gateway before the given model servers, all of which serve `models`."""
    providers = [
        configured_provider(
            name=f"server-{number}",
            kind="openai",
            url=upstream.url,
            api_key="upstream-key",
            zone=zone,
            models=models,
        )
        for number, upstream in enumerate(upstreams)
    ]
    async with AsyncExitStack() as stack:
        module = GatewayModule(
            reader=FirstSentence(),
            embedder=Alphabet(),
            policy=Everyone(denied),
            clock=FixedClock(),
            storage=storage or await stack.enter_async_context(memory_storage()),
            configured=configured or Configured(providers, discover=False),
            bounds=Bounds(
                keep_alive_s=keep_alive_s,
                timeouts=timeouts or Timeouts(),
                sizes=sizes or Sizes(),
                breaker=breaker or BreakerPolicy(),
            ),
        )
        app = _as(principal, _with_api(module, module.application(answers or ScriptedAnswers())))
        await stack.enter_async_context(module.running())
        yield Door(await stack.enter_async_context(served(app)), module)


def _principal_of(request: Request) -> Principal:
    return request.state.principal


def _with_api(module: GatewayModule, inference: AsgiApp) -> AsgiApp:
    """The inference routes under their prefixes, the management API elsewhere, as the product has it."""
    api = FastAPI()
    install_error_handlers(api)
    for router in gateway_routers(module, _principal_of, Known()):
        api.include_router(router)

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        mine = any(path == prefix or path.startswith(f"{prefix}/") for prefix in module.prefixes)
        await (inference if mine or not path.startswith("/api/") else api)(scope, receive, send)  # type: ignore[arg-type]

    return asgi


def _as(principal: Principal | None, app: AsgiApp) -> AsgiApp:
    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] |= {"principal": principal, "request_id": "req_test"} if principal else {}
        await app(scope, receive, send)

    return asgi


@asynccontextmanager
async def served(app: AsgiApp, gate: Gate | None = None) -> AsyncIterator[str]:
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=guarded_connection(gate or Gate(), PREFIXES),
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    server = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        task = asyncio.create_task(server._serve([listener]))
        while not server.started:
            await asyncio.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
