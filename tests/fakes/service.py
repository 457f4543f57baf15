"""The documents service on a real database and object store, with small ports around it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from bastide.identity.contract import CredentialKind, Principal, Role
from bastide.identity.usecases.policy import TablePolicy
from bastide.kit.clock import SystemClock
from bastide.knowledge.domain.document import Document
from bastide.knowledge.module import KnowledgeLimits, KnowledgeModule, KnowledgePorts
from bastide.knowledge.usecases.upload import Uploaded, UploadRequest
from bastide.platform.bus.memory import MemoryBus
from bastide.platform.cache.memory import MemoryCache
from bastide.platform.database.port import Database
from bastide.platform.objects.directory import open_directory
from bastide.platform.objects.encrypted import EncryptedObjects
from bastide.platform.outbox.sql import SqlOutbox, SqlRelay
from bastide.platform.secrets.local import LocalKeyring
from bastide.platform.secrets.sql_data_keys import SqlDataKeys
from tests.fakes.identity import OpenSharing, Scribe
from tests.fakes.knowledge import LineParser, MemoryIndex, OneRectangle, WordEmbedder
from tests.fakes.workflows import InProcessWorkflows

ADMIN = Principal("usr_admin", "org_a", Role.ORGANISATION_ADMIN, CredentialKind.SESSION)
MEMBER = Principal("usr_member", "org_a", Role.MEMBER, CredentialKind.SESSION)
STRANGER = Principal("usr_other", "org_b", Role.ORGANISATION_ADMIN, CredentialKind.SESSION)


@dataclass
class Service:
    """`module` may be opened again on the same state with `reopened`."""

    ports: KnowledgePorts
    module: KnowledgeModule
    workflows: InProcessWorkflows
    parser: LineParser
    index: MemoryIndex
    embedder: WordEmbedder
    home: Path

    async def upload(
        self, text: str, filename: str = "a.txt", principal: Principal = ADMIN, **asked: Any
    ) -> Uploaded:
        async def chunks() -> AsyncIterator[bytes]:
            yield text.encode()

        receive, upload = self.module.receive, self.module.upload
        received = await receive(principal, chunks())
        return await upload(principal, received, UploadRequest(filename, **asked))

    async def settled(self) -> None:
        """Until every event is delivered and every workflow has ended."""
        relay = self.ports.relay
        assert isinstance(relay, SqlRelay)
        while True:
            await self.workflows.idle()
            async with self.ports.database.reading() as connection:
                waiting = (await connection.exec_driver_sql("SELECT count(*) FROM outbox")).scalar_one()
            if not waiting and not any(
                flow.task and not flow.task.done() for flow in self.workflows.flows.values()
            ):
                return
            await asyncio.sleep(0.005)

    async def document(self, document_id: str, principal: Principal = ADMIN) -> Document:
        return (await self.module.read.get(principal, document_id)).document

    async def indexed(self, text: str, filename: str = "a.txt", **asked: Any) -> Document:
        uploaded = await self.upload(text, filename, **asked)
        await self.settled()
        return await self.document(uploaded.document.id)

    def texts(self) -> list[str]:
        """Of every point of every index, sorted."""
        return sorted(point.text for points in self.index.points.values() for point in points.values())

    def files(self) -> list[Path]:
        return [path for path in (self.home / "objects").rglob("*") if path.is_file()]


@asynccontextmanager
async def opened(database: Database, home: Path, **changes: Any) -> AsyncGenerator[Service]:
    """Running; `changes` replace ports."""
    clock = SystemClock()
    relay = SqlRelay(database, clock, poll_s=0.02)
    (home / "attachments").mkdir(exist_ok=True)
    workflows, parser = InProcessWorkflows(), LineParser(home / "attachments")
    index, embedder = MemoryIndex(), WordEmbedder()
    data_keys = SqlDataKeys(database, LocalKeyring.load(home / "keys"), clock)
    ports = replace(
        KnowledgePorts(
            database=database,
            objects=EncryptedObjects(open_directory(home / "objects"), data_keys),
            data_keys=data_keys,
            outbox=SqlOutbox(relay.wake),
            relay=relay,
            bus=MemoryBus(),
            cache=MemoryCache(),
            workflows=workflows,
            parser=parser,
            geometry=OneRectangle(),
            index=index,
            embedder=embedder,
            policy=TablePolicy(),
            sharing=OpenSharing(),
            audit=Scribe(),
            clock=clock,
            detect_language=lambda text: "fr" if "é" in text else "en",
            tmp=home / "tmp",
            limits=KnowledgeLimits(max_upload_bytes=100_000),
        ),
        **changes,
    )
    module = KnowledgeModule(ports)
    module.register()
    assert isinstance(ports.workflows, InProcessWorkflows)
    await ports.workflows.start()
    await ports.bus.start()
    await relay.start()
    await module.start()
    assert isinstance(ports.embedder, WordEmbedder)
    assert isinstance(ports.parser, LineParser)
    service = Service(
        ports, module, ports.workflows, ports.parser, cast("MemoryIndex", ports.index), ports.embedder, home
    )
    try:
        yield service
    finally:
        await module.stop()
        await relay.stop()
        await ports.bus.stop()
        await ports.workflows.stop()
