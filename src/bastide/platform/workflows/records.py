"""The rows of workflows, through a client of DBOS: to enqueue, ask, cancel and forget. Blocking calls."""

from datetime import datetime

from dbos import DBOSClient
from dbos import WorkflowStatus as Row
from dbos import error as dbos_error
from sqlalchemy import Engine

from bastide.kit.json import Json, JsonObject
from bastide.platform.workflows.errors import ABANDONED, WorkflowIdTakenError
from bastide.platform.workflows.failure import Failure
from bastide.platform.workflows.port import WorkflowState, WorkflowStatus
from bastide.platform.workflows.store import APPLICATION, SCHEMA, VERSION, JsonSerializer

_STATES = {
    "ENQUEUED": WorkflowState.QUEUED,
    "DELAYED": WorkflowState.QUEUED,
    "PENDING": WorkflowState.RUNNING,
    "SUCCESS": WorkflowState.DONE,
    "ERROR": WorkflowState.FAILED,
    "CANCELLED": WorkflowState.CANCELLED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": WorkflowState.FAILED,
}
_ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_AT_A_TIME = 500


class Records:
    def __init__(self, engine: Engine) -> None:
        self._client = DBOSClient(
            system_database_engine=engine,
            dbos_system_schema=SCHEMA,
            serializer=JsonSerializer(),
            application_name=APPLICATION,
            lazy=True,
            retry_connection_errors=False,
        )

    def close(self) -> None:
        self._client.destroy()

    def enqueue(self, name: str, queue: str, workflow_id: str, payload: JsonObject) -> None:
        try:
            self._client.enqueue(
                {
                    "workflow_name": name,
                    "queue_name": queue,
                    "workflow_id": workflow_id,
                    "app_version": VERSION,
                },
                payload,
            )
        except dbos_error.DBOSConflictingWorkflowError as error:
            raise WorkflowIdTakenError("A workflow of another name has this id.", id=workflow_id) from error

    def cancel(self, workflow_id: str) -> None:
        self._client.cancel_workflow(workflow_id)

    def find(self, workflow_id: str) -> WorkflowStatus | None:
        found = self._client.list_workflows(workflow_ids=[workflow_id], load_input=False)
        return _status(found[0]) if found else None

    def forget(self, workflow_ids: list[str]) -> None:
        """Those that have ended."""
        for start in range(0, len(workflow_ids), _AT_A_TIME):
            some = workflow_ids[start : start + _AT_A_TIME]
            self._delete(
                self._client.list_workflows(
                    workflow_ids=some, status=list(_ENDED), load_input=False, load_output=False
                )
            )

    def forget_before(self, moment: datetime) -> int:
        """Those that ended before; some of them at a time: call again until it returns 0."""
        old = self._client.list_workflows(
            completed_before=moment.isoformat(),
            status=list(_ENDED),
            limit=_AT_A_TIME,
            load_input=False,
            load_output=False,
        )
        self._delete(old)
        return len(old)

    def _delete(self, rows: list[Row]) -> None:
        if rows:
            self._client.delete_workflows([row.workflow_id for row in rows])


def _status(row: Row) -> WorkflowStatus:
    state = _STATES[row.status]
    output: Json = row.output
    if output is not None:
        failure = Failure.from_json(output)
        return WorkflowStatus(row.workflow_id, row.name, WorkflowState.FAILED, failure.code, failure.message)
    if state is WorkflowState.FAILED:
        message = "The workflow ended its process again and again, and is not tried any more."
        return WorkflowStatus(row.workflow_id, row.name, state, ABANDONED, message)
    return WorkflowStatus(row.workflow_id, row.name, state)
