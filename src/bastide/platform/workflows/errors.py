"""Errors of the workflow engine."""

from bastide.kit.errors import ConflictError, InvalidError

ABANDONED = "workflow.abandoned"
"""Code of a workflow that took its process down with it again and again: it is not tried any more."""


class WorkflowCancelledError(ConflictError):
    """Raised inside a workflow that someone cancelled; let it pass, or clean up and re-raise."""

    code = "workflow.cancelled"


class UnknownWorkflowError(InvalidError):
    """Nothing is registered under this name: a mistake in the program."""

    code = "workflow.unknown"


class WorkflowIdTakenError(ConflictError):
    """The id belongs to a workflow of another name: a mistake in the program."""

    code = "workflow.id_taken"


class AlreadyWorkingError(ConflictError):
    """DBOS exists once per process: only one `Workflows` of a process may work at a time."""

    code = "workflow.already_working"
