"""What other slices write into the audit log."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias, Union

from bastide.identity.contract import Principal
from bastide.kit.json import Json, JsonObject
from bastide.platform.database.port import Connection

SYSTEM_LOG = "system"
"""The log of what belongs to no organisation: unknown accounts, organisations made, settings."""


Detail: TypeAlias = Union[str, int, float, bool, tuple[str, ...], JsonObject, None]  # noqa: UP007  # as in kit.json
"""What an entry may say: small values, ids, changed fields."""


class Outcome(StrEnum):
    """Whether it happened."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One fact. When, from which address and in which request is added when it is written.

    Attributes:
        action: dotted, in the past tense: `person.deactivated`, `search.answered`.
        organisation_id: whose log; `SYSTEM_LOG` for what belongs to none.
        actor_id: `usr_…`, `svc_…`, `system`, or `anonymous`.
        target: the id of what it was done to.
        credential: how the actor proved who it is (`session`, `key` …); `credential_id` says with which one.
        details: small facts; never a secret, never text of documents.
    """

    action: str
    organisation_id: str
    actor_id: str
    target: str | None = None
    outcome: Outcome = Outcome.DONE
    credential: str | None = None
    credential_id: str | None = None
    details: JsonObject = field(default_factory=dict[str, Json])


def done_by(principal: Principal, action: str, target: str | None = None, **details: Detail) -> AuditEntry:
    """An entry of something that a principal did in its organisation."""
    return AuditEntry(
        action,
        principal.organisation_id,
        principal.subject_id,
        target,
        credential=principal.credential.value,
        credential_id=principal.key_id or principal.session_id,
        details={name: list(value) if isinstance(value, tuple) else value for name, value in details.items()},
    )


class Audit(Protocol):
    """The append-only log of an organisation."""

    async def record(self, connection: Connection, entry: AuditEntry) -> None:
        """In the caller's transaction: written if and only if the change is."""
        ...

    async def note(self, entry: AuditEntry) -> None:
        """For what happens often and changes nothing (searches, reads): queued, written within a second.

        Raises:
            AuditUnavailableError: the log cannot be written and the organisation wants nothing unlogged.
        """
        ...
