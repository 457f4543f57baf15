"""From bytes to passages that are served, whatever happens on the way."""

import asyncio

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


STEPS = ["parse", "chunk", "embed", "index 1", "publish 1", "tidy"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("moment", ["before_step", "after_step"])
async def test_killed_between_any_two_steps_it_ends_indexed_once(
    service: Service, step: str, moment: str
) -> None:
    text = "\n".join(f"Line {number} says something of its own." for number in range(200))

    def kill(name: str) -> None:
        if name == step:
            setattr(service.workflows, moment, lambda _: None)
            raise Killed

    await service.indexed("An older text.", "b.txt")
    setattr(service.workflows, moment, kill)
    uploaded = await service.upload(text, "b.txt")
    await service.settled()
    service.workflows.resume()
    await service.settled()
    document = await service.document(uploaded.document.id)
    assert (document.latest.status, document.current_version) == (DocumentStatus.INDEXED, 2)
    assert "".join("".join(service.texts()).split()).count("says") == 200
    assert len(service.texts()) == document.latest.chunks_count
    page = await service.module._read.listing(ADMIN, ListRequest())
    assert page.total == 1
