"""Groups and departments: names for several people at once, which grants can name."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class GroupKind(StrEnum):
    """Two words for the same thing: a department is a group that the organisation chart knows."""

    GROUP = "group"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class Group:
    """Its name is unique among those of its kind in the organisation."""

    id: str
    organisation_id: str
    kind: GroupKind
    name: str
    created_at: datetime
    members_count: int = 0
