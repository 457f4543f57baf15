"""Exports and erasures: who sees them, how far they are; no archive outlives its time or its person."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bastide.identity.contract import CredentialKind, Principal, Role
from bastide.identity.usecases.policy import TablePolicy
from bastide.kit.cursors import CursorError
from bastide.kit.errors import DeniedError, UnavailableError
from bastide.operations.adapters.sql_jobs import SqlJobs
from bastide.operations.domain.errors import ArchiveGoneError, JobNotFailedError, JobNotFoundError
from bastide.operations.domain.personal import (
    DataSubject,
    Documents,
    Erased,
    HeldFile,
    Job,
    JobFailure,
    JobState,
)
from bastide.operations.usecases.personal_data import PersonalDataUseCases
from bastide.operations.workflows import PersonalDataWorkflow
from bastide.platform.objects.directory import open_directory
from tests.fakes.workflows import InProcessWorkflows
from tests.unit.operations.conftest import Desk

ADMIN = Principal("usr_admin", "org_a", Role.ORGANISATION_ADMIN, CredentialKind.SESSION, session_id="ses_1")
MEMBER = replace(ADMIN, subject_id="usr_odile", role=Role.MEMBER)


class Subjects:
    """Everybody may do everything; who is there is not the matter here."""

    async def require(self, principal: Principal, user_id: str, *, erase: bool) -> None: ...

    async def shut_out(self, principal: Principal, user_id: str) -> None: ...

    async def get(self, user_id: str, organisation_id: str) -> DataSubject | None:
        return DataSubject(user_id, organisation_id, f"{user_id}@example.org", user_id)


class Eraser:
    busy = False

    async def delete(self, principal: Principal, document_id: str) -> None: ...

    async def settled(self) -> None:
        if self.busy:
            raise BusyError("Not yet.")


class BusyError(UnavailableError):
    code = "index.erasure_pending"


@dataclass
class Holder:
    name: str

    async def held(self, subject: DataSubject) -> AsyncIterator[HeldFile]:
        async def content() -> AsyncIterator[bytes]:
            yield subject.email.encode()

        yield HeldFile("all.txt", content())

    async def erase(self, subject: DataSubject, documents: Documents) -> Erased:  # noqa: ARG002
        return Erased({"rows": 3})


@pytest.fixture
def eraser() -> Eraser:
    return Eraser()


@pytest.fixture
def uses(desk: Desk, tmp_path: Path, eraser: Eraser) -> PersonalDataUseCases:
    return PersonalDataUseCases(
        SqlJobs(desk.database),
        Subjects(),
        eraser,
        open_directory(tmp_path / "objects"),
        desk.keyring,
        desk.auditing.audit,
        desk.clock,
        [Holder("documents"), Holder("account"), Holder("usage")],
        TablePolicy(),
    )


async def finished(uses: PersonalDataUseCases, job: Job) -> Job:
    for step in uses.steps(job.kind):
        await uses.run(job.id, step)
    return await uses.get(ADMIN, job.id)


async def exported(uses: PersonalDataUseCases, user_id: str) -> Job:
    return await finished(uses, await uses.ask_export(ADMIN, user_id))


async def test_an_archive_that_waited_for_too_long_is_thrown_away(
    uses: PersonalDataUseCases, desk: Desk
) -> None:
    job = await exported(uses, "usr_odile")
    until = uses.archive_until(job)
    assert until == datetime(2026, 3, 8, 12, tzinfo=UTC)
    desk.clock.advance(days=6)
    await uses.discard()
    assert (await uses.get(ADMIN, job.id)).state is JobState.DONE
    desk.clock.advance(days=1, seconds=1)
    await uses.discard()
    job = await uses.get(ADMIN, job.id)
    assert (job.state, uses.archive_until(job)) == (JobState.DISCARDED, None)
    assert [key async for key in uses.objects.keys("org_a")] == []
    with pytest.raises(ArchiveGoneError):
        await uses.collect(ADMIN, job.id)


async def test_an_erasure_takes_the_archives_of_the_person_with_it(uses: PersonalDataUseCases) -> None:
    hers, others = await exported(uses, "usr_odile"), await exported(uses, "usr_basile")
    erasure = await finished(uses, await uses.ask_erasure(ADMIN, "usr_odile", Documents.PRIVATE))
    assert erasure.state is JobState.DONE
    assert (await uses.get(ADMIN, hers.id)).state is JobState.DISCARDED
    assert (await uses.get(ADMIN, others.id)).state is JobState.DONE
    assert {key.split("/")[1] async for key in uses.objects.keys("org_a")} == {others.id}


async def test_progress_counts_the_holders_that_are_through(uses: PersonalDataUseCases) -> None:
    job = await uses.ask_erasure(ADMIN, "usr_odile", Documents.NONE)
    seen = [uses.progress(job)]
    for step in uses.steps(job.kind):
        await uses.run(job.id, step)
        seen.append(uses.progress(await uses.get(ADMIN, job.id)))
    assert seen == [0, 25, 50, 75, 100]


async def test_everybody_lists_what_concerns_them_and_administrators_all(uses: PersonalDataUseCases) -> None:
    about_her = await uses.ask_export(ADMIN, "usr_odile")
    about_him = await uses.ask_export(ADMIN, "usr_basile")
    by_her = await uses.ask_document(MEMBER, "doc_1")
    every = await uses.listing(ADMIN, None, None, 2)
    rest = await uses.listing(ADMIN, None, every.next_cursor, 2)
    assert [job.id for job in [*every.items, *rest.items]] == [by_her.id, about_him.id, about_her.id]
    assert rest.next_cursor is None
    hers = await uses.listing(MEMBER, None, None, 10)
    assert [job.id for job in hers.items] == [by_her.id, about_her.id]
    him = await uses.listing(ADMIN, "usr_basile", None, 10)
    assert [job.id for job in him.items] == [about_him.id]
    stranger = replace(ADMIN, organisation_id="org_b")
    assert (await uses.listing(stranger, None, None, 10)).items == []
    with pytest.raises(CursorError):
        await uses.listing(ADMIN, None, "nonsense", 10)


async def test_a_receipt_is_genuine_until_it_is_touched(uses: PersonalDataUseCases) -> None:
    erasure = await finished(uses, await uses.ask_erasure(ADMIN, "usr_odile", Documents.ALL))
    assert erasure.receipt is not None
    assert uses.verify(erasure.receipt)
    assert not uses.verify({**erasure.receipt, "key_id": "s-elsewhere"})
    statement = erasure.receipt["statement"]
    assert isinstance(statement, dict)
    assert not uses.verify({**erasure.receipt, "statement": {**statement, "subject": "usr_basile"}})


async def test_an_erasure_that_fails_says_why_and_goes_on_where_it_was(
    uses: PersonalDataUseCases, eraser: Eraser
) -> None:
    workflows = InProcessWorkflows()
    workflow = PersonalDataWorkflow(uses, workflows)
    workflow.register()
    await workflows.start()
    eraser.busy = True
    job = await uses.ask_erasure(ADMIN, "usr_odile", Documents.ALL)
    with pytest.raises(JobNotFailedError):
        await uses.retry(ADMIN, job.id)
    await workflow.again(job)
    await workflows.idle()
    failed = await uses.get(ADMIN, job.id)
    assert (failed.state, uses.progress(failed)) == (JobState.FAILED, 75)
    assert failed.failure == JobFailure("index.erasure_pending", "Not yet.")
    assert [one.id for one in await uses.jobs.failed_erasures()] == [job.id]
    with pytest.raises(JobNotFoundError):
        await uses.retry(MEMBER, (await uses.ask_erasure(ADMIN, "usr_basile", Documents.ALL)).id)
    eraser.busy = False
    queued = await uses.retry(ADMIN, job.id)
    assert (queued.state, queued.failure, queued.done_at) == (JobState.QUEUED, None, None)
    await workflow.again(queued)
    await workflows.idle()
    done = await uses.get(ADMIN, job.id)
    assert (done.state, done.steps_done, done.receipt is not None) == (JobState.DONE, 3, True)
    await workflows.stop()


@pytest.mark.parametrize("whose", [ADMIN, MEMBER])
async def test_a_key_that_is_not_for_administration_gives_away_nobodys_archive(
    uses: PersonalDataUseCases, whose: Principal
) -> None:
    """Not its holder's either: with it all documents would go that the key itself cannot read."""
    job = await exported(uses, "usr_odile")
    key = replace(
        whose, credential=CredentialKind.KEY, key_id="k", session_id=None, scopes=frozenset({"chat"})
    )
    with pytest.raises(DeniedError):
        await uses.listing(key, None, None, 10)
    for verb in (uses.get, uses.collect, uses.retry):
        with pytest.raises(DeniedError):
            await verb(key, job.id)
    assert (
        await uses.get(replace(key, role=Role.ORGANISATION_ADMIN, scopes=frozenset({"admin"})), job.id)
    ) == job
