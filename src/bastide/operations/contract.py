"""What other slices write into the audit log."""

from dataclasses import replace
from typing import Protocol, TypeAlias, Union

from bastide.identity.contract import Principal
from bastide.kit.json import Json, JsonObject
from bastide.operations.domain.entry import SYSTEM_LOG, AuditEntry, Outcome
from bastide.operations.domain.errors import AuditUnavailableError
from bastide.operations.domain.personal import DataSubject, Documents, Erased, HeldFile
from bastide.platform.database.port import Connection

Detail: TypeAlias = Union[str, int, float, bool, tuple[str, ...], JsonObject, None]  # noqa: UP007  # as in kit.json
"""What an entry may say: small values, ids, changed fields."""


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


def with_personal(entry: AuditEntry, **personal: Json) -> AuditEntry:
    """What people have put into words (names they chose, addresses): it can be erased later."""
    return replace(entry, personal={**entry.personal, **personal})


class Audit(Protocol):
    """The append-only log of an organisation."""

    async def record(self, connection: Connection, entry: AuditEntry) -> None:
        """In the caller's transaction: written if and only if the change is."""
        ...

    async def note(self, entry: AuditEntry) -> None:
        """For what happens often and changes nothing (searches, reads): queued, written every five seconds.

        Raises:
            AuditUnavailableError: the log cannot be written and the organisation wants nothing unlogged.
        """
        ...


__all__ = [
    "SYSTEM_LOG",
    "Audit",
    "AuditEntry",
    "AuditUnavailableError",
    "DataSubject",
    "Documents",
    "Erased",
    "HeldFile",
    "Outcome",
    "done_by",
    "with_personal",
]
