"""Errors of the workflow engine."""

from bastide.kit.errors import ConflictError


class WorkflowCancelledError(ConflictError):
    """Raised inside a workflow that someone cancelled; let it pass, or clean up and re-raise."""

    code = "workflow.cancelled"
