from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

from bastide.operations.adapters.tables import personal_data_jobs as jobs
from bastide.operations.domain.personal import (
    Documents,
    Erased,
    Job,
    JobFailure,
    JobKind,
    JobQuery,
    JobState,
)
from bastide.platform.database.port import Database


class SqlJobs:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, job: Job) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                insert(jobs).values(
                    id=job.id,
                    organisation_id=job.organisation_id,
                    kind=job.kind.value,
                    subject_id=job.subject_id,
                    asked_by=job.asked_by,
                    asked_at=job.asked_at,
                    state=job.state.value,
                    documents=job.documents.value,
                    erased={},
                )
            )

    async def get(self, job_id: str) -> Job | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(jobs).where(jobs.c.id == job_id))).first()
        return None if row is None else _job(row)

    async def listing(self, query: JobQuery, before: str | None, limit: int) -> list[Job]:
        chosen = [jobs.c.organisation_id == query.organisation_id]
        if query.party is not None:
            chosen.append(or_(jobs.c.subject_id == query.party, jobs.c.asked_by == query.party))
        if query.subject_id is not None:
            chosen.append(jobs.c.subject_id == query.subject_id)
        if before is not None:
            chosen.append(jobs.c.id < before)
        newest = select(jobs).where(*chosen).order_by(jobs.c.id.desc()).limit(limit)
        async with self._database.reading() as connection:
            return [_job(row) for row in await connection.execute(newest)]

    async def unfinished(self) -> list[Job]:
        async with self._database.reading() as connection:
            rows = await connection.execute(select(jobs).where(jobs.c.state == JobState.QUEUED.value))
            return [_job(row) for row in rows]

    async def archives(self, until: datetime, subject_id: str | None = None) -> list[Job]:
        chosen = [jobs.c.object_key.is_not(None), jobs.c.done_at <= until]
        if subject_id is not None:
            chosen.append(jobs.c.subject_id == subject_id)
        async with self._database.reading() as connection:
            return [_job(row) for row in await connection.execute(select(jobs).where(*chosen))]

    async def put_erased(self, job_id: str, holder: str, erased: Erased) -> None:
        async with self._database.transaction() as connection:
            before: dict[str, Any] | None = await connection.scalar(
                select(jobs.c.erased).where(jobs.c.id == job_id).with_for_update()
            )
            said = {"removed": dict(erased.removed), "kept": dict(erased.kept)}
            known = {holder: said, **(before or {})}  # what the first attempt said stays said
            await connection.execute(update(jobs).where(jobs.c.id == job_id).values(erased=known))

    async def erased(self, job_id: str) -> dict[str, Erased]:
        async with self._database.reading() as connection:
            found: dict[str, Any] = (
                await connection.scalar(select(jobs.c.erased).where(jobs.c.id == job_id)) or {}
            )
        return {name: Erased(said["removed"], said["kept"]) for name, said in found.items()}

    async def finish(self, job: Job) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                update(jobs)
                .where(jobs.c.id == job.id)
                .values(
                    state=job.state.value,
                    object_key=job.object_key,
                    receipt=job.receipt,
                    done_at=job.done_at,
                    failure=None if job.failure is None else asdict(job.failure),
                )
            )

    async def failed_erasures(self) -> list[Job]:
        chosen = jobs.c.state == JobState.FAILED.value, jobs.c.kind != JobKind.EXPORT.value
        async with self._database.reading() as connection:
            return [_job(row) for row in await connection.execute(select(jobs).where(*chosen))]

    async def again(self, job_id: str) -> bool:
        async with self._database.transaction() as connection:
            changed = await connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id, jobs.c.state == JobState.FAILED.value)
                .values(state=JobState.QUEUED.value, failure=None, done_at=None)
            )
        return changed.rowcount == 1

    async def collected(self, job_id: str) -> bool:
        async with self._database.transaction() as connection:
            changed = await connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id, jobs.c.state == JobState.DONE.value)
                .values(state=JobState.COLLECTED.value, object_key=None)
            )
        return changed.rowcount == 1


def _job(row: Row[*tuple[Any, ...]]) -> Job:
    return Job(
        row.id,
        row.organisation_id,
        JobKind(row.kind),
        row.subject_id,
        row.asked_by,
        row.asked_at,
        JobState(row.state),
        Documents(row.documents),
        row.object_key,
        row.receipt,
        row.done_at,
        len(row.erased),
        None if row.failure is None else JobFailure(**row.failure),
    )
