"""Builds the audit log from its ports."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from fastapi import APIRouter, Request

from bastide.identity.contract import Policy, Principal
from bastide.kit.clock import Clock
from bastide.kit.errors import BastideError
from bastide.operations.adapters.audit_holder import AuditHolder
from bastide.operations.adapters.push_probe import PushProbe
from bastide.operations.adapters.sql_audit import SqlAuditStore
from bastide.operations.adapters.sql_jobs import SqlJobs
from bastide.operations.adapters.sql_push import SqlPushStore
from bastide.operations.contract import Audit
from bastide.operations.http.audit import AuditUseCases, audit_router, proofs_router
from bastide.operations.http.personal_data import personal_data_router
from bastide.operations.ports import DataHolder, DataSubjects, DocumentEraser, Probe, Receiver
from bastide.operations.usecases.audit_log import AuditLog
from bastide.operations.usecases.export_audit import ExportAudit
from bastide.operations.usecases.keep_audit import KeepAudit
from bastide.operations.usecases.personal_data import PersonalDataUseCases
from bastide.operations.usecases.proofs import Proofs
from bastide.operations.usecases.push_audit import PushAudit
from bastide.operations.usecases.read_audit import ReadAudit
from bastide.operations.workflows import PersonalDataWorkflow
from bastide.platform.database.port import Database
from bastide.platform.objects.port import ObjectStore
from bastide.platform.secrets.port import Keyring
from bastide.platform.uninterrupted import told_to_end
from bastide.platform.workflows.port import Workflows

_CHECKPOINT_EVERY_S = 60.0
_DISCARD_EVERY_S = 3600.0
_PRUNE_EVERY = timedelta(hours=6)
_log = structlog.get_logger()


class Auditing:
    """`audit` is what other slices get; it takes entries before `start`, which puts them into the tree.

    `siem` gets the entries as they come; `host` is the name of this installation in syslog.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        version: str,
        *,
        host: str = "-",
        siem: Receiver | None = None,
    ) -> None:
        self._database = database
        self.keyring = keyring
        self._store = SqlAuditStore(database)
        self._clock = clock
        self._audit_log = AuditLog(self._store, keyring, clock)
        self.audit: Audit = self._audit_log
        self.proofs = Proofs(self._store, keyring, clock)
        self.export = ExportAudit(self._store, self.proofs, keyring)
        self.keep = KeepAudit(self._store, clock, self._audit_log.forget_policy)
        self.read = ReadAudit(self._store, self.export, keyring)
        self._uses = AuditUseCases(
            self.read, self.proofs, self.export, self.keep, self.audit, keyring, version, host
        )
        self._pushes = SqlPushStore(database)
        self._push = None if siem is None else PushAudit(self._pushes, siem, clock, version, host)
        self._tasks: list[asyncio.Task[None]] = []

    def routers(self, policy: Policy, principal: Callable[[Request], Principal]) -> list[APIRouter]:
        return [
            audit_router(self._uses, policy, principal),
            proofs_router(self._uses, policy, principal),
        ]

    def holder(self) -> AuditHolder:
        """What the log holds on people."""
        return AuditHolder(self._database, self.keep, self._audit_log.settled)

    def probes(self) -> list[Probe]:
        return [] if self._push is None else [PushProbe(self._pushes, self._clock)]

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._audit_log.run(), name="audit-sequencer"),
            asyncio.create_task(self._look_after(), name="audit-checkpoints"),
        ]
        if self._push is not None:
            self._tasks.append(asyncio.create_task(self._push.run(), name="audit-push"))

    async def stop(self) -> None:
        """What waits is written before this returns."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._audit_log.turn()
        await self.make_checkpoints()
        if self._push is not None:
            await self._push.release()

    async def make_checkpoints(self) -> None:
        """Sign the head of every log that has grown; the process log carries it to where others keep it."""
        async with self._store.reading() as rows:
            log_ids = await rows.log_ids()
        for log_id in log_ids:
            async with self._store.reading() as rows:
                before = await rows.checkpoint(log_id)
            made = await self.proofs.checkpoint(log_id)
            if made is not None and made != before:
                _log.info("audit.checkpoint", log=log_id, size=made.size, root=made.root.hex(), at=made.at)

    async def _look_after(self) -> None:
        prune_at = self._clock.now()
        while not told_to_end():
            await asyncio.sleep(_CHECKPOINT_EVERY_S)
            try:
                await self.make_checkpoints()
                if self._clock.now() >= prune_at:
                    await self.keep.prune()
                    prune_at = self._clock.now() + _PRUNE_EVERY
            except BastideError as error:
                _log.warning("audit.not_looked_after", code=error.code, error=str(error))


@dataclass(frozen=True, slots=True)
class PersonalDataPorts:
    """`holders` in the order in which they erase; the last one forgets who the person was."""

    database: Database
    objects: ObjectStore
    workflows: Workflows
    clock: Clock
    subjects: DataSubjects
    documents: DocumentEraser
    holders: Sequence[DataHolder]


class PersonalData:
    """Exports and erasures. Order: build, `register()`, start the workflows, `running()`."""

    def __init__(self, ports: PersonalDataPorts, auditing: Auditing) -> None:
        self._jobs = SqlJobs(ports.database)
        self._uses = PersonalDataUseCases(
            self._jobs,
            ports.subjects,
            ports.documents,
            ports.objects,
            auditing.keyring,
            auditing.audit,
            ports.clock,
            ports.holders,
        )
        self._workflow = PersonalDataWorkflow(self._uses, ports.workflows)

    def register(self) -> None:
        self._workflow.register()

    def router(self, principal: Callable[[Request], Principal]) -> APIRouter:
        return personal_data_router(self._uses, self._workflow.again, principal)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """With what was asked for when the process was killed, before the workflow was enqueued, and with
        the erasures that have failed.
        """
        for job in await self._jobs.failed_erasures():
            await self._jobs.again(job.id)
        for job in await self._jobs.unfinished():
            await self._workflow.again(job)
        discarding = asyncio.create_task(self._discard(), name="personal-data-archives")
        try:
            yield
        finally:
            discarding.cancel()
            await asyncio.gather(discarding, return_exceptions=True)

    async def _discard(self) -> None:
        while not told_to_end():
            try:
                await self._uses.discard()
            except BastideError as error:
                _log.warning("personal_data.not_discarded", code=error.code, error=str(error))
            await asyncio.sleep(_DISCARD_EVERY_S)
