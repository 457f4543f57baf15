"""Personal data: what holders of it say, and the job that exports or erases it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bastide.kit.json import Json, JsonObject


class Documents(StrEnum):
    """Which documents of a person go with them."""

    NONE = "none"
    PRIVATE = "private"  # the collections that they share with nobody
    ALL = "all"  # and every document that they own anywhere


class JobKind(StrEnum):
    EXPORT = "export"
    ERASURE = "erasure"
    DOCUMENT = "document_erasure"


class JobState(StrEnum):
    """`failed`: a step did not succeed in many attempts; it can be begun again, and goes on where it was.
    `collected`: the archive was downloaded, which works once; `discarded`: it waited for too long, or the
    person was erased.
    """

    QUEUED = "queued"
    DONE = "done"
    FAILED = "failed"
    COLLECTED = "collected"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class DataSubject:
    """A person as an organisation knows them."""

    user_id: str
    organisation_id: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class HeldFile:
    """Something held on a person, as a file of the archive."""

    path: str
    content: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Erased:
    """What a holder has removed (how many, by kind), and what it keeps (why, by kind)."""

    removed: Mapping[str, int] = field(default_factory=dict[str, int])
    kept: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class JobFailure:
    """Why a job has failed, as the page translates it."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Job:
    """An export or an erasure.

    Attributes:
        subject_id: of the person or document; once it is erased, a pseudonym of nobody.
        object_key: of the archive of an export.
        receipt: signed, of an erasure.
        steps_done: how many holders have erased what they had.
        failure: while it has failed.
    """

    id: str
    organisation_id: str
    kind: JobKind
    subject_id: str
    asked_by: str
    asked_at: datetime
    state: JobState = JobState.QUEUED
    documents: Documents = Documents.PRIVATE
    object_key: str | None = None
    receipt: JsonObject | None = None
    done_at: datetime | None = None
    steps_done: int = 0
    failure: JobFailure | None = None


@dataclass(frozen=True, slots=True)
class JobQuery:
    """Which jobs of an organisation: of or by `party`, and about `subject_id`; None: any."""

    organisation_id: str
    party: str | None = None
    subject_id: str | None = None


def erasure_statement(job: Job, done_at: datetime, erased: Mapping[str, Erased]) -> JsonObject:
    """What a receipt says, before it is signed."""
    removed: dict[str, Json] = {name: dict(one.removed) for name, one in erased.items() if one.removed}
    kept: dict[str, Json] = {name: dict(one.kept) for name, one in erased.items() if one.kept}
    return {
        "type": "bastide-erasure-receipt",
        "v": 1,
        "id": job.id,
        "organisation": job.organisation_id,
        "kind": job.kind.value,
        "subject": job.subject_id,
        "asked_by": job.asked_by,
        "asked_at": job.asked_at.isoformat(),
        "done_at": done_at.isoformat(),
        "removed": removed,
        "kept": kept,
    }
