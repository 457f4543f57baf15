"""Export all that is held on a person, and erase a person or a document, with a signed receipt."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bastide.identity.contract import Principal
from bastide.kit.clock import Clock
from bastide.kit.ids import new_id
from bastide.kit.json import JsonObject
from bastide.operations.contract import Audit, done_by
from bastide.operations.domain.errors import ArchiveGoneError, JobNotFoundError
from bastide.operations.domain.personal import (
    DataSubject,
    Documents,
    Erased,
    HeldFile,
    Job,
    JobKind,
    JobState,
    erasure_statement,
)
from bastide.operations.domain.receipt import receipt, signed_bytes
from bastide.operations.ports import DataHolder, DataSubjects, DocumentEraser, JobStore
from bastide.operations.usecases.archive import archived
from bastide.platform.objects.port import ObjectStore
from bastide.platform.secrets.port import Keyring

KEPT_FOR = timedelta(days=7)
"""How long an archive waits for its download."""


@dataclass(frozen=True, slots=True)
class PersonalDataUseCases:
    """`holders` in the order in which they erase; who the person is must be the last thing forgotten."""

    jobs: JobStore
    subjects: DataSubjects
    documents: DocumentEraser
    objects: ObjectStore
    keyring: Keyring
    audit: Audit
    clock: Clock
    holders: Sequence[DataHolder]

    async def ask_export(self, principal: Principal, user_id: str) -> Job:
        """By the person or an administrator. Raises PersonNotFoundError, DeniedError."""
        await self.subjects.require(principal, user_id, erase=False)
        return await self._asked(principal, JobKind.EXPORT, user_id, "personal_data.export_asked")

    async def ask_erasure(self, principal: Principal, user_id: str, documents: Documents) -> Job:
        """By an administrator. The person is shut out at once.

        Raises:
            PersonNotFoundError, LastAdministratorError, DeniedError.
        """
        await self.subjects.require(principal, user_id, erase=True)
        await self.subjects.shut_out(principal, user_id)
        return await self._asked(
            principal, JobKind.ERASURE, user_id, "personal_data.erasure_asked", documents
        )

    async def ask_document(self, principal: Principal, document_id: str) -> Job:
        """Whoever manages the document; it is gone from every answer at once.

        Raises:
            DocumentNotFoundError, DeniedError.
        """
        await self.documents.delete(principal, document_id)
        return await self._asked(principal, JobKind.DOCUMENT, document_id, "document.erasure_asked")

    async def get(self, principal: Principal, job_id: str) -> Job:
        """Raises JobNotFoundError: also for who is neither the person, nor asked for it, nor administers."""
        job = await self.jobs.get(job_id)
        own = job is not None and principal.subject_id in {job.subject_id, job.asked_by}
        if job is None or job.organisation_id != principal.organisation_id:
            raise JobNotFoundError("There is no such job.", job_id=job_id)
        if not own and not principal.role.administers:
            raise JobNotFoundError("There is no such job.", job_id=job_id)
        return job

    async def collect(self, principal: Principal, job_id: str) -> AsyncIterator[bytes]:
        """The archive, once: what is not read to its end is lost.

        Raises:
            JobNotFoundError, ArchiveGoneError.
        """
        job = await self.get(principal, job_id)
        key = job.object_key
        expired = job.done_at is not None and job.done_at + KEPT_FOR < self.clock.now()
        if job.state is not JobState.DONE or key is None or expired:
            raise ArchiveGoneError("There is no archive to download (any more).", state=job.state.value)
        if not await self.jobs.collected(job.id):  # of two downloads one wins
            raise ArchiveGoneError("The archive was downloaded.", state=JobState.COLLECTED.value)
        await self.audit.note(done_by(principal, "personal_data.downloaded", job.subject_id, job=job.id))
        return self._once(job, key)

    async def run(self, job_id: str, step: str) -> None:
        """A step of the workflow: `export`, a holder's name, or `receipt`. Doing it again is harmless."""
        job = await self.jobs.get(job_id)
        if job is None or job.state is not JobState.QUEUED:
            return
        if step == "export":
            await self._export(job)
        elif step == "receipt":
            await self._receipt(job)
        else:
            subject = await self.subjects.get(job.subject_id, job.organisation_id)
            holder = next(one for one in self.holders if one.name == step)
            if subject is not None:
                await self.jobs.put_erased(job.id, step, await holder.erase(subject, job.documents))

    def steps(self, kind: JobKind) -> Sequence[str]:
        """What `run` is to be called with, in order."""
        match kind:
            case JobKind.EXPORT:
                return ["export"]
            case JobKind.DOCUMENT:
                return ["receipt"]
            case JobKind.ERASURE:
                return [*(holder.name for holder in self.holders), "receipt"]

    async def _asked(
        self,
        principal: Principal,
        kind: JobKind,
        subject_id: str,
        action: str,
        documents: Documents = Documents.PRIVATE,
    ) -> Job:
        job = Job(
            new_id("job"),
            principal.organisation_id,
            kind,
            subject_id,
            principal.subject_id,
            self.clock.now(),
            documents=documents,
        )
        await self.jobs.add(job)
        await self.audit.note(done_by(principal, action, subject_id, job=job.id))
        return job

    async def _export(self, job: Job) -> None:
        subject = await self.subjects.get(job.subject_id, job.organisation_id)
        if subject is None:
            await self.jobs.finish(replace(job, state=JobState.FAILED, done_at=self.clock.now()))
            return
        about: JsonObject = {
            "type": "bastide-personal-data",
            "job": job.id,
            "subject": subject.user_id,
            "organisation": job.organisation_id,
            "made_at": self.clock.now().isoformat(),
        }
        prefix = _folder(job)
        await self.objects.erase(prefix)  # of an attempt that was killed
        stored = await self.objects.put(prefix, archived(self._held(subject), about))
        done = replace(job, state=JobState.DONE, object_key=stored.key, done_at=self.clock.now())
        await self.jobs.finish(done)

    async def _held(self, subject: DataSubject) -> AsyncIterator[HeldFile]:
        for holder in self.holders:
            async for file in holder.held(subject):
                yield replace(file, path=f"{holder.name}/{file.path}")

    async def _receipt(self, job: Job) -> None:
        await self.documents.settled()
        now, erased = self.clock.now(), dict(await self.jobs.erased(job.id))
        if job.kind is JobKind.DOCUMENT:
            erased["documents"] = Erased({"documents": 1})
        statement = erasure_statement(job, now, {**erased, "backups": _BACKUPS})
        signature = await self.keyring.sign(signed_bytes(statement))
        public = self.keyring.public_keys()[signature.key_id]
        made = receipt(statement, signature.key_id, public, signature.value)
        await self.jobs.finish(replace(job, state=JobState.DONE, receipt=made, done_at=now))

    async def _once(self, job: Job, key: str) -> AsyncIterator[bytes]:
        try:
            async for chunk in self.objects.open(key):
                yield chunk
        finally:
            await self.objects.erase(_folder(job))


def _folder(job: Job) -> str:
    return f"{job.organisation_id}/{job.id}"


_BACKUPS = Erased(
    kept={
        "encrypted": "Copies of documents in backups lost their key: they can be read by nobody.",
        "rows": "Rows of people in backups of the database last as long as these backups.",
    }
)
