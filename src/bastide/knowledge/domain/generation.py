"""A generation of an organisation's index: all of its passages under one embedder."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class GenerationState(StrEnum):
    """`SERVING`: at most one per organisation. `RETIRED`: nobody asks it any more, to be dropped."""

    SERVING = "serving"
    BUILDING = "building"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Generation:
    """`name` is the index's; `run_id` the workflow that builds it, "" where it grew with its documents."""

    name: str
    organisation_id: str
    fingerprint: str
    dimensions: int
    state: GenerationState
    run_id: str
    created_at: datetime
