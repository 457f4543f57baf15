"""What is still to be removed of a deleted document."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """`id`: of the event and the workflow that does it. `folders`: of objects; `runs`: that read it."""

    id: str
    organisation_id: str
    document_id: str
    folders: tuple[str, ...]
    runs: tuple[str, ...]
    asked_at: datetime
