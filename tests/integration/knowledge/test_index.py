"""The index is a projection: made again, caught up, and left without a trace of what was deleted."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bastide.identity.contract import Role
from bastide.kit.errors import DeniedError, UnavailableError
from bastide.knowledge.usecases.catch_up import CatchUp
from bastide.knowledge.usecases.compact import Compact
from bastide.knowledge.usecases.read_index import IndexState, ReadIndex
from bastide.knowledge.workflows import INGEST
from bastide.platform.database.port import Database
from tests.fakes.knowledge import MemoryIndex, WordEmbedder
from tests.fakes.service import ADMIN, MEMBER, Service, opened
from tests.fakes.workflows import InProcessWorkflows, Killed


def catch_up(service: Service) -> CatchUp:
    module, ports = service.module, service.ports
    return CatchUp(
        module.store,
        ports.index,
        ports.workflows,
        ports.embedder,
        module.ask_rebuild,
        module._rebuild,
        ports.clock,
        module._resume_erasures,
        INGEST,
    )


def read_index(service: Service) -> ReadIndex:
    return ReadIndex(service.module.store, service.module.access, service.ports.index, service.ports.cache)


async def test_rebuilt_from_rows_without_embedding_again(service: Service) -> None:
    for number in range(3):
        await service.upload(f"Text {number}.", f"{number}.txt")
    await service.settled()
    before, embedded = service.texts(), service.embedder.embedded
    (old,) = service.index.points
    made = await service.module.ask_rebuild(ADMIN)
    again = await service.module.ask_rebuild(ADMIN)
    assert again.name == made.name
    await service.settled()
    assert list(service.index.points) == [made.name] != [old]
    assert (service.texts(), service.embedder.embedded) == (before, embedded)
    report = await read_index(service)(ADMIN)
    assert (report.state, report.rebuilt, report.to_rebuild, report.passages) == (IndexState.READY, 3, 3, 3)
    with pytest.raises(DeniedError):
        await service.module.ask_rebuild(MEMBER)


@pytest.mark.parametrize("step", ["fill 1", "fill 2", "switch", "drop"])
async def test_killed_a_rebuild_goes_on(service: Service, step: str) -> None:
    await service.indexed("One.", "1.txt")

    def kill(name: str) -> None:
        if name == step:
            service.workflows.after_step = lambda _: None
            raise Killed

    service.workflows.after_step = kill
    made = await service.module.ask_rebuild(ADMIN)
    await service.settled()
    second = await service.indexed("Two.", "2.txt")
    assert second.current_version == 1
    service.workflows.resume()
    await service.settled()
    assert list(service.index.points) == [made.name]
    assert service.texts() == ["One.", "Two."]


async def test_what_happens_to_documents_meanwhile_is_in_the_new_index(service: Service) -> None:
    changed = await service.indexed("Old.", "changed.txt")
    deleted = await service.indexed("Deleted.", "deleted.txt")
    service.parser.gate.clear()
    started = (await service.upload("Begun before.", "begun.txt")).document
    while "begun.txt" not in service.parser.parsed:
        await asyncio.sleep(0.01)

    def meddle(name: str) -> None:
        if name == "fill 1":
            service.workflows.before_step = lambda _: None
            service.parser.gate.set()
            raise Killed

    service.workflows.before_step = meddle
    await service.module.ask_rebuild(ADMIN)
    while service.workflows.before_step is meddle:
        await asyncio.sleep(0.01)
    await service.upload("New.", "changed.txt")
    await service.module.delete(ADMIN, deleted.id)
    await service.settled()
    service.workflows.resume()
    await service.settled()
    assert len(service.index.points) == 1
    assert service.texts() == ["Begun before.", "New."]
    assert (await service.document(changed.id)).current_version == 2
    assert (await service.document(started.id)).current_version == 1


async def test_another_embedder_gets_an_index_of_its_own(database: Database, home: Path) -> None:
    index = MemoryIndex()
    async with opened(database, home, index=index) as service:
        await service.indexed("One.")
    (old,) = index.points
    async with opened(database, home, index=index, embedder=WordEmbedder("words-2")) as service:
        await asyncio.sleep(0.2)
        await service.settled()
        (new,) = index.points
        assert new != old
        assert (service.texts(), service.embedder.embedded) == (["One."], 1)
        async with database.reading() as connection:
            rows = await connection.exec_driver_sql("SELECT fingerprint FROM vector_blocks")
            assert rows.scalars().all() == ["words-2"]


async def test_points_that_are_lost_are_put_back(service: Service) -> None:
    for number in range(3):
        await service.upload(f"Text {number}.", f"{number}.txt")
    await service.settled()
    before, embedded = service.texts(), service.embedder.embedded
    (points,) = service.index.points.values()
    points.pop(next(iter(points)))
    await catch_up(service)()
    assert (service.texts(), service.embedder.embedded) == (before, embedded)
    service.index.points.clear()
    await catch_up(service)()
    assert service.texts() == before


async def test_points_that_nobody_knows_lead_to_a_rebuild(service: Service) -> None:
    kept = await service.indexed("Kept.", "kept.txt")
    gone = await service.indexed("Gone.", "gone.txt")
    (name,) = service.index.points
    points = dict(service.index.points[name])
    await service.module.delete(ADMIN, gone.id)
    await service.settled()
    service.index.points = {name: points, "idx_unknown": points}
    await catch_up(service)()
    await service.settled()
    assert list(service.index.points) != [name]
    assert service.texts() == ["Kept."]
    assert kept.current_version == 1


async def test_accepted_documents_whose_workflow_was_lost_are_read(database: Database, home: Path) -> None:
    lost = InProcessWorkflows()
    index = MemoryIndex()
    async with opened(database, home, workflows=lost, index=index) as service:
        lost._working = False
        uploaded = await service.upload("Accepted.")
        await service.settled()
    async with opened(database, home, index=index) as service:
        await asyncio.sleep(0.2)
        await service.settled()
        assert (await service.document(uploaded.document.id)).current_version == 1


async def test_compacting_waits_for_what_is_being_erased(service: Service) -> None:
    document = await service.indexed("The word is zanzibar.")
    used = iter([1000, 400])
    compact = Compact(
        service.module.store,
        service.module.access,
        service.ports.objects,
        service.ports.index,
        service.ports.workflows,
        service.ports.clock,
        lambda: next(used),
    )
    await service.module.delete(ADMIN, document.id)
    with pytest.raises(DeniedError):
        await compact(MEMBER)
    assert await compact(replace(ADMIN, role=Role.SYSTEM_ADMIN)) == 600
    assert service.index.compacted == list(service.index.points)
    assert not service.files()
    holders = [
        path for path in service.home.rglob("*") if path.is_file() and b"zanzibar" in path.read_bytes()
    ]
    assert not holders


async def test_compacting_passes_over_an_index_that_was_replaced_meanwhile(service: Service) -> None:
    await service.indexed("One.")
    compact = Compact(
        service.module.store,
        service.module.access,
        service.ports.objects,
        service.ports.index,
        service.ports.workflows,
        service.ports.clock,
        lambda: 0,
    )
    system = replace(ADMIN, role=Role.SYSTEM_ADMIN)
    (serving,) = service.index.points
    index = service.index

    async def refuse(name: str) -> None:
        if name != serving:
            raise UnavailableError("dropped", name=name)
        index.compacted.append(name)

    service.index.compact = refuse  # type: ignore[method-assign]
    service.index.points["idx_replaced"] = {}
    assert await compact(system) == 0
    assert service.index.compacted == [serving]

    async def broken(name: str) -> None:
        raise UnavailableError("broken", name=name)

    service.index.compact = broken  # type: ignore[method-assign]
    with pytest.raises(UnavailableError):
        await compact(system)
