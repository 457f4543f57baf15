"""From bytes to passages that are served, whatever happens on the way."""

import asyncio
from typing import Any

import pytest

from bastide.knowledge.contract import DocumentStatus
from bastide.knowledge.domain.errors import DocumentTooLargeError
from bastide.knowledge.usecases.read_documents import ListRequest
from tests.fakes.service import ADMIN, Service
from tests.fakes.workflows import Killed


async def test_an_upload_is_read_and_served(service: Service) -> None:
    uploaded = await service.upload("The gate closes at nine.\fThe key lies in the safe.")
    assert (uploaded.document.latest.status, uploaded.duplicate) == (DocumentStatus.PROCESSING, False)
    await service.settled()
    document = await service.document(uploaded.document.id)
    latest = document.latest
    assert (latest.status, latest.pages, latest.language) == (DocumentStatus.INDEXED, 2, "en")
    assert latest.facts == {"title": "A title", "author": "Ann"}
    assert document.current_version == 1
    assert latest.chunks_count == len(service.texts()) > 0


async def test_the_same_bytes_are_one_document(service: Service) -> None:
    first = await service.indexed("One text.", "a.txt")
    again = await service.upload("One text.", "a.txt")
    renamed = await service.upload("One text.", "b.txt")
    assert [again.document.id, renamed.document.id] == [first.id, first.id]
    assert again.duplicate
    assert renamed.duplicate
    elsewhere = await service.upload("One text.", "a.txt", collection="other")
    assert not elsewhere.duplicate
    await service.settled()
    assert service.parser.parsed == ["a.txt", "a.txt"]
    assert len(service.files()) == 4  # bytes and text of two documents: nothing of the duplicates is kept


async def test_the_same_bytes_uploaded_at_once_are_one_document(service: Service) -> None:
    uploads = await asyncio.gather(*(service.upload("One text.", f"{number}.txt") for number in range(5)))
    assert len({uploaded.document.id for uploaded in uploads}) == 1
    names = await asyncio.gather(*(service.upload(f"Text {number}.", "n.txt") for number in range(5)))
    assert len({uploaded.document.id for uploaded in names}) == 1
    assert sorted(uploaded.document.latest.number for uploaded in names) == [1, 2, 3, 4, 5]
    await service.settled()
    assert service.texts()[0] == "One text."
    assert len(service.texts()) == 2


async def test_new_bytes_are_a_version_that_replaces_the_old_at_once(service: Service) -> None:
    first = await service.indexed("The gate closes at nine.")
    service.parser.gate.clear()
    second = await service.upload("The gate closes at eleven.")
    assert (second.document.id, second.document.latest.number) == (first.id, 2)
    while service.parser.parsed != ["a.txt", "a.txt"]:
        await asyncio.sleep(0.01)
    assert (await service.document(first.id)).current_version == 1
    service.parser.gate.set()
    await service.settled()
    document = await service.document(first.id)
    assert document.current_version == 2
    assert service.texts() == ["The gate closes at eleven."]


async def test_a_failure_is_told_and_can_be_retried(service: Service) -> None:
    failed = await service.indexed("!encrypted\nSecret.", password="wrong")
    assert failed.latest.status is DocumentStatus.FAILED
    assert failed.latest.failure
    assert failed.latest.failure.code == "document.encrypted"
    again = await service.upload("!encrypted\nSecret.", password="sesame")
    assert (again.duplicate, again.document.latest.status) == (True, DocumentStatus.PROCESSING)
    await service.settled()
    assert (await service.document(failed.id)).latest.status is DocumentStatus.INDEXED


async def test_more_bytes_than_allowed_leave_nothing(service: Service) -> None:
    with pytest.raises(DocumentTooLargeError):
        await service.upload("x" * 200_000)
    assert not service.files()


LONG = "\n".join(f"Line {number} says something of its own." for number in range(1000))


async def assert_ends_indexed_once(service: Service) -> None:
    """Uploads the second version of a document, is killed, starts again."""
    uploaded = await service.upload(LONG, "b.txt")
    await service.settled()
    service.workflows.resume()
    await service.settled()
    document = await service.document(uploaded.document.id)
    assert (document.latest.status, document.current_version) == (DocumentStatus.INDEXED, 2)
    assert "".join(service.texts()).count("says") == 1000
    assert len(service.texts()) == document.latest.chunks_count
    page = await service.module.read.listing(ADMIN, ListRequest())
    assert page.total == 1
    assert len(service.files()) == 4


@pytest.mark.parametrize("step", ["text", "vectors", "publish", "tidy"])
@pytest.mark.parametrize("moment", ["before_step", "after_step"])
async def test_killed_between_any_two_steps_it_ends_indexed_once(
    service: Service, step: str, moment: str
) -> None:
    def kill(name: str) -> None:
        if name == step:
            setattr(service.workflows, moment, lambda _: None)
            raise Killed

    await service.indexed("An older text.", "b.txt")
    setattr(service.workflows, moment, kill)
    await assert_ends_indexed_once(service)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a short text has several."""
    for module in ("embed", "index"):
        monkeypatch.setattr(f"bastide.knowledge.usecases.{module}.BLOCK", 8)
    monkeypatch.setattr("bastide.knowledge.usecases.embed._BATCH", 4)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize(
    ("part", "name", "call"),
    [
        ("parser", "discard", 1),
        ("embedder", "embed", 1),
        ("embedder", "embed", 4),
        ("index", "upsert", 1),
        ("index", "upsert", 3),
        ("index", "delete_document", 1),
    ],
)
async def test_killed_within_a_step_it_ends_indexed_once(
    service: Service, monkeypatch: pytest.MonkeyPatch, part: str, name: str, call: int, *, done: bool
) -> None:
    calls = 0
    target = getattr(service, part)
    original = getattr(target, name)

    async def killed(*arguments: Any, **keywords: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and not done:
            raise Killed
        result = await original(*arguments, **keywords)
        if calls == call:
            raise Killed
        return result

    await service.indexed("An older text.", "b.txt")
    monkeypatch.setattr(target, name, killed)
    await assert_ends_indexed_once(service)
    assert calls > call or name == "discard"


@pytest.mark.usefixtures("small_blocks")
async def test_embedding_goes_on_where_it_was(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    original = service.index.upsert
    embedded = 0

    async def killed(*arguments: Any) -> None:
        nonlocal embedded
        embedded = service.embedder.embedded
        monkeypatch.setattr(service.index, "upsert", original)
        raise Killed

    monkeypatch.setattr(service.index, "upsert", killed)
    await service.upload(LONG)
    await service.settled()
    service.workflows.resume()
    await service.settled()
    assert service.embedder.embedded == embedded == len(service.texts())
