"""The durable workflow of exports and erasures: each step calls the use case."""

from functools import partial

from bastide.kit.errors import BastideError
from bastide.kit.json import JsonObject
from bastide.operations.domain.personal import Job, JobFailure, JobKind
from bastide.operations.usecases.personal_data import PersonalDataUseCases
from bastide.platform.workflows.errors import WorkflowCancelledError
from bastide.platform.workflows.port import WorkflowContext, Workflows

PERSONAL_DATA = "personal_data"
_PATIENT = 20  # attempts where documents may still be being erased


class PersonalDataWorkflow:
    def __init__(self, uses: PersonalDataUseCases, workflows: Workflows) -> None:
        self._uses = uses
        self._workflows = workflows

    def register(self) -> None:
        self._workflows.register(PERSONAL_DATA, self._run, queue=PERSONAL_DATA, concurrency=1)

    async def start(self, job: Job) -> None:
        """Under the job's id: a second call changes nothing."""
        await self._workflows.enqueue(PERSONAL_DATA, job.id, {"job_id": job.id, "kind": job.kind.value})

    async def again(self, job: Job) -> None:
        """Also when the workflow of an earlier attempt has ended."""
        await self._workflows.forget([job.id])
        await self.start(job)

    async def _run(self, context: WorkflowContext, payload: JsonObject) -> None:
        job_id = str(payload["job_id"])
        try:
            for name in self._uses.steps(JobKind(str(payload["kind"]))):
                await context.step(name, partial(self._step, job_id, name), attempts=_PATIENT)
        except WorkflowCancelledError:
            raise
        except BastideError as error:
            failure = JobFailure(error.code, error.message)
            await context.step("fail", partial(self._fail, job_id, failure), attempts=_PATIENT)

    async def _fail(self, job_id: str, failure: JobFailure) -> bool:
        await self._uses.fail(job_id, failure)
        return True

    async def _step(self, job_id: str, name: str) -> bool:
        await self._uses.run(job_id, name)
        return True
