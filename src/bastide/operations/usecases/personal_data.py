"""Export all that is held on a person, and erase a person or a document, with a signed receipt."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bastide.identity.contract import SYSTEM, Action, CredentialKind, Policy, Principal, ScopeError
from bastide.kit.clock import Clock
from bastide.kit.cursors import decode_cursor, encode_cursor
from bastide.kit.ids import new_id
from bastide.kit.json import JsonObject
from bastide.kit.pages import Page
from bastide.operations.contract import Audit, AuditEntry, Outcome, done_by
from bastide.operations.domain.errors import (
    ArchiveGoneError,
    JobNotFailedError,
    JobNotFoundError,
    SubjectGoneError,
)
from bastide.operations.domain.personal import (
    DataSubject,
    Documents,
    Erased,
    HeldFile,
    Job,
    JobFailure,
    JobKind,
    JobQuery,
    JobState,
    erasure_statement,
)
from bastide.operations.domain.receipt import is_genuine, receipt, signed_bytes
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
    policy: Policy

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
        """Raises:
        JobNotFoundError: also for who is neither the person, nor asked for it, nor administers.
        ScopeError: see `_administers`.
        """
        job = await self.jobs.get(job_id)
        own = job is not None and principal.subject_id in {job.subject_id, job.asked_by}
        if job is None or job.organisation_id != principal.organisation_id:
            raise JobNotFoundError("There is no such job.", job_id=job_id)
        if not self._administers(principal) and not own:
            raise JobNotFoundError("There is no such job.", job_id=job_id)
        return job

    async def listing(
        self, principal: Principal, subject_id: str | None, cursor: str | None, limit: int
    ) -> Page[Job]:
        """Newest first: all for who administers, else what is about the caller or was asked for by them.

        Raises:
            CursorError. ScopeError: see `_administers`.
        """
        party = None if self._administers(principal) else principal.subject_id
        query = JobQuery(principal.organisation_id, party, subject_id)
        before = None if cursor is None else str(decode_cursor(cursor, str)[0])
        found = await self.jobs.listing(query, before, limit + 1)
        following = encode_cursor(found[limit - 1].id) if len(found) > limit else None
        return Page(found[:limit], following)

    def progress(self, job: Job) -> int:
        """In percent."""
        if job.state in {JobState.QUEUED, JobState.FAILED}:
            return 100 * job.steps_done // len(self.steps(job.kind))
        return 100

    def archive_until(self, job: Job) -> datetime | None:
        """How long the archive of an export waits; None: there is none."""
        return job.done_at + KEPT_FOR if job.object_key is not None and job.done_at is not None else None

    def verify(self, given: Mapping[str, object]) -> bool:
        """Whether this installation has signed the receipt, and nothing was changed since."""
        return is_genuine(given, self.keyring.public_keys())

    async def collect(self, principal: Principal, job_id: str) -> AsyncIterator[bytes]:
        """The archive, once: what is not read to its end is lost.

        Raises:
            JobNotFoundError, ArchiveGoneError.
        """
        job = await self.get(principal, job_id)
        key = job.object_key
        until = self.archive_until(job)
        if job.state is not JobState.DONE or key is None or until is None or until < self.clock.now():
            raise ArchiveGoneError("There is no archive to download (any more).", state=job.state.value)
        if not await self.jobs.collected(job.id):  # of two downloads one wins
            raise ArchiveGoneError("The archive was downloaded.", state=JobState.COLLECTED.value)
        await self.audit.note(done_by(principal, "personal_data.downloaded", job.subject_id, job=job.id))
        return self._once(job, key)

    async def discard(self, subject_id: str | None = None) -> None:
        """Throw away the archives that waited for too long; of one person, all of them."""
        until = self.clock.now() if subject_id is not None else self.clock.now() - KEPT_FOR
        for job in await self.jobs.archives(until, subject_id):
            await self.objects.erase(_folder(job))
            await self.jobs.finish(replace(job, state=JobState.DISCARDED, object_key=None))

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

    async def fail(self, job_id: str, failure: JobFailure) -> None:
        """A step of the workflow, when another one has failed for good."""
        job = await self.jobs.get(job_id)
        if job is None or job.state is not JobState.QUEUED:
            return
        entry = AuditEntry(
            "personal_data.failed",
            job.organisation_id,
            SYSTEM,
            job.subject_id,
            Outcome.FAILED,
            details={"job": job.id, "kind": job.kind.value, "code": failure.code},
        )
        await self.audit.note(entry)
        await self.jobs.finish(replace(job, state=JobState.FAILED, failure=failure, done_at=self.clock.now()))

    async def retry(self, principal: Principal, job_id: str) -> Job:
        """It goes on at the step that has failed. Raises JobNotFoundError, JobNotFailedError."""
        job = await self.get(principal, job_id)
        if not await self.jobs.again(job.id):
            raise JobNotFailedError("This export or erasure has not failed.", state=job.state.value)
        await self.audit.note(done_by(principal, "personal_data.retried", job.subject_id, job=job.id))
        return await self.get(principal, job_id)

    def steps(self, kind: JobKind) -> Sequence[str]:
        """What `run` is to be called with, in order."""
        match kind:
            case JobKind.EXPORT:
                return ["export"]
            case JobKind.DOCUMENT:
                return ["receipt"]
            case JobKind.ERASURE:
                return [*(holder.name for holder in self.holders), "receipt"]

    def _administers(self, principal: Principal) -> bool:
        """Whether everybody's are the caller's business, or only their own.

        Raises:
            ScopeError: a key that is not for administration. It gives away no archive of its holder either.
        """
        administers = self.policy.allows(principal, Action.PEOPLE_MANAGE)
        if principal.credential is CredentialKind.KEY and not administers:
            raise ScopeError("This API key gives away nobody's personal data. Log in.")
        return administers

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
            raise SubjectGoneError("The person is not here any more.")
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
        if job.kind is JobKind.ERASURE:
            await self.discard(job.subject_id)
        else:
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
