"""Builds exports and erasures of personal data from their ports."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from bastide.identity.contract import Policy
from bastide.kit.clock import Clock
from bastide.kit.errors import BastideError
from bastide.operations.adapters.sql_jobs import SqlJobs
from bastide.operations.module import Auditing
from bastide.operations.ports import DataHolder, DataSubjects, DocumentEraser
from bastide.operations.usecases.personal_data import PersonalDataUseCases
from bastide.operations.workflows import PersonalDataWorkflow
from bastide.platform.database.port import Database
from bastide.platform.objects.port import ObjectStore
from bastide.platform.uninterrupted import told_to_end
from bastide.platform.workflows.port import Workflows

_DISCARD_EVERY_S = 3600.0
_log = structlog.get_logger()


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
    policy: Policy


class PersonalData:
    """Exports and erasures. Order: build, `register()`, start the workflows, `running()`."""

    def __init__(self, ports: PersonalDataPorts, auditing: Auditing) -> None:
        self._jobs = SqlJobs(ports.database)
        self.uses = PersonalDataUseCases(
            self._jobs,
            ports.subjects,
            ports.documents,
            ports.objects,
            auditing.keyring,
            auditing.audit,
            ports.clock,
            ports.holders,
            ports.policy,
        )
        self.workflow = PersonalDataWorkflow(self.uses, ports.workflows)

    def register(self) -> None:
        self.workflow.register()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """With what was asked for when the process was killed, before the workflow was enqueued, and with
        the erasures that have failed.
        """
        for job in await self._jobs.failed_erasures():
            await self._jobs.again(job.id)
        for job in await self._jobs.unfinished():
            await self.workflow.again(job)
        discarding = asyncio.create_task(self._discard(), name="personal-data-archives")
        try:
            yield
        finally:
            discarding.cancel()
            await asyncio.gather(discarding, return_exceptions=True)

    async def _discard(self) -> None:
        while not told_to_end():
            try:
                await self.uses.discard()
            except BastideError as error:
                _log.warning("personal_data.not_discarded", code=error.code, error=str(error))
            await asyncio.sleep(_DISCARD_EVERY_S)
