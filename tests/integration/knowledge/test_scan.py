"""Nothing is read, nor given out, that the virus scanner has not let pass."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bastide.knowledge.adapters.clamd import Clamd
from bastide.knowledge.domain.document import DocumentStatus, Stage
from bastide.knowledge.domain.errors import ContentHeldError, ScannerUnavailableError
from bastide.knowledge.http.views import DocumentView, document_view
from bastide.knowledge.module import KnowledgeLimits
from bastide.knowledge.usecases.attend import Counter
from bastide.knowledge.usecases.control import Control
from bastide.knowledge.usecases.read_content import ReadContent
from bastide.knowledge.usecases.scan import Scan
from bastide.knowledge.usecases.see import Seen
from bastide.operations.contract import Outcome
from bastide.platform.database.port import Database
from tests.fakes.clamd import EICAR, NAME, FakeClamd, fake_clamd
from tests.fakes.identity import Scribe
from tests.fakes.service import ADMIN, Service, opened


def content(service: Service) -> ReadContent:
    module = service.module
    return ReadContent(module.read, service.ports.objects, module.witness, scans=True)


def control(service: Service) -> Control:
    module, ports = service.module, service.ports
    return Control(module.store, module.access, module.notices, module.passwords, ports.observer, ports.clock)


async def test_what_is_infected_fails_and_is_held(database: Database, home: Path) -> None:
    clamd = FakeClamd()
    changes: dict[str, Any] = {"scanner": Clamd(path=home / "clamd")}
    async with fake_clamd(home / "clamd", clamd), opened(database, home, **changes) as service:
        clean = await service.indexed("Some words.")
        bad = await service.indexed(f"Some words. {EICAR.decode()}", "bad.txt")
        assert clean.latest.status is DocumentStatus.INDEXED
        assert bad.latest.status is DocumentStatus.FAILED
        assert bad.latest.failure is not None
        assert bad.latest.failure.code == "document.infected"
        assert bad.latest.failure.details == {"signature": NAME}
        assert service.parser.parsed == ["a.txt"]
        assert len(clamd.scanned) == 2
        scribe = service.ports.audit
        assert isinstance(scribe, Scribe)
        (entry,) = [one for one in scribe.entries if one.action == "document.infected"]
        assert (entry.actor_id, entry.target, entry.outcome) == (ADMIN.subject_id, bad.id, Outcome.REFUSED)
        assert (entry.details["signature"], entry.details["version"]) == (NAME, 1)
        await content(service)(ADMIN, clean.id, None)
        with pytest.raises(ContentHeldError):
            await content(service)(ADMIN, bad.id, None)


async def test_while_it_is_down_nothing_is_read_and_then_it_goes_on(database: Database, home: Path) -> None:
    changes: dict[str, Any] = {"scanner": Clamd(path=home / "clamd")}
    async with opened(database, home, **changes, limits=KnowledgeLimits(scan_pauses_s=(0.01,))) as service:
        waiting = (await service.upload("Some words.")).document
        with pytest.raises(ContentHeldError):
            await content(service)(ADMIN, waiting.id, None)
        await service.settled()
        failed = await service.document(waiting.id)
        assert failed.latest.failure is not None
        assert failed.latest.failure.code == "document.scanner_unavailable"
        assert service.parser.parsed == []
        async with fake_clamd(home / "clamd", FakeClamd()):
            await control(service).retry(ADMIN, waiting.id, None)
            await service.settled()
            assert (await service.document(waiting.id)).latest.status is DocumentStatus.INDEXED


async def test_a_document_says_what_it_waits_for(database: Database, home: Path) -> None:
    changes: dict[str, Any] = {"scanner": Clamd(path=home / "clamd")}
    async with opened(database, home, **changes, limits=KnowledgeLimits(scan_pauses_s=(1.5,))) as service:
        waiting = (await service.upload("Some words.")).document
        async for seen in service.module.watch(ADMIN, quiet_s=5):
            assert isinstance(seen, Seen)
            if document_view(seen).warnings:
                break
        assert document_view(seen).warnings == ["scanner.unreachable"]
        async with fake_clamd(home / "clamd", FakeClamd()):
            await service.settled()
        seen = await service.module.read.get(ADMIN, waiting.id)
        assert (seen.document.latest.status, document_view(seen).warnings) == (DocumentStatus.INDEXED, [])


async def test_who_waits_behind_it_says_so_too(database: Database, home: Path) -> None:
    changes: dict[str, Any] = {"scanner": Clamd(path=home / "clamd")}
    async with opened(database, home, **changes, limits=KnowledgeLimits(scan_pauses_s=(30,))) as service:
        documents = [(await service.upload(f"Words {n}.", f"{n}.txt")).document for n in range(4)]
        async with asyncio.timeout(20):
            views = [await view(service, one.id) for one in documents]
            while not all(one.warnings for one in views):
                await asyncio.sleep(0.1)
                views = [await view(service, one.id) for one in documents]
        assert {one.stage for one in views} == {Stage.PARSING, Stage.QUEUED}
        assert {code for one in views for code in one.warnings} == {"scanner.unreachable"}
        for one in documents:
            await control(service).cancel(ADMIN, one.id)
        await service.settled()


async def view(service: Service, document_id: str) -> DocumentView:
    return document_view(await service.module.read.get(ADMIN, document_id))


async def test_it_is_waited_for(tmp_path: Path) -> None:
    class Coming:
        def __init__(self) -> None:
            self.asked = 0

        async def scan(self, _: Path) -> None:
            self.asked += 1
            if self.asked < 3:
                raise ScannerUnavailableError("Not yet.")

        async def ping(self) -> str:
            return ""

    coming = Coming()
    waits = Scan(coming, pauses_s=(0, 0))
    counter = Counter()
    await waits(tmp_path, counter)
    assert (coming.asked, counter.waits_for) == (3, "")
    coming.asked = -10
    with pytest.raises(ScannerUnavailableError):
        await replace(waits, pauses_s=(0,))(tmp_path, counter)
