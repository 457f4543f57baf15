"""A gateway in a process of its own, made to be killed: `python -m … <folder> <upstream> <port>`."""

import asyncio
import sys
from pathlib import Path

import uvicorn

from bastide.gateway.asgi.types import Receive, Scope, Send
from bastide.gateway.configuration import (
    Configured,
    ModelEntry,
    Price,
    Storage,
    configured_provider,
)
from bastide.gateway.configuration import DeploymentEntry as Place
from bastide.gateway.module import GatewayModule
from bastide.kit.clock import SystemClock
from bastide.platform.cache.memory import MemoryCache
from bastide.platform.database.engine import open_database
from bastide.platform.outbox.sql import SqlOutbox
from bastide.platform.secrets.local import LocalKeyring
from bastide.platform.secrets.sql_data_keys import SqlDataKeys
from tests.fakes.audit import RecordedAudit
from tests.integration.gateway.door import ALICE, Alphabet, Everyone, FirstSentence, ScriptedAnswers

PRICE = Price(prompt=1_000_003, completion=7_000_001, cached=500_009)


async def serve(folder: Path, upstream: str, port: int) -> None:
    database = open_database(f"sqlite:///{folder}/bastide.db")
    keyring = LocalKeyring.load(folder / "keys")
    provider = configured_provider(
        name="gpu", kind="openai", url=upstream, api_key=None, zone="internal", models=["unlisted"]
    )
    places = [
        Place("dep_1", "m", "gpu", "tiny", price=PRICE),
        Place("dep_2", "m", "gpu", "other", price=PRICE),
        Place("dep_3", "b", "gpu", "tiny", price=PRICE),
    ]
    module = GatewayModule(
        reader=FirstSentence(),
        embedder=Alphabet(),
        policy=Everyone(),
        clock=SystemClock(),
        storage=Storage(
            database,
            SqlOutbox(),
            MemoryCache(),
            keyring,
            folder / "journal",
            RecordedAudit(),
            SqlDataKeys(database, keyring, SystemClock()),
        ),
        configured=Configured([provider], [ModelEntry("m"), ModelEntry("b")], places, discover=False),
    )
    inference = module.application(ScriptedAnswers())

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        names = dict(scope["headers"])
        scope["state"] = {"principal": ALICE, "request_id": names.get(b"x-request-id", b"none").decode()}
        await inference(scope, receive, send)

    async with module.running():
        config = uvicorn.Config(app, port=port, lifespan="off", log_config=None, access_log=False)  # type: ignore[arg-type]
        await uvicorn.Server(config).serve()
    await database.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
