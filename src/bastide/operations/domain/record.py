"""How an entry of the audit log is written: canonical bytes for the tree, and personal data beside them.

What identifies a person from outside (address, e-mail, text of a query) is not in the bytes that the tree
hashes; they hold a salted SHA-256 of it instead. So personal data can be erased later and the log stays
verifiable: the commitment remains, its salt and text are gone.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bastide.kit.json import JsonObject
from bastide.operations.domain.entry import AuditEntry
from bastide.operations.domain.merkle import leaf_hash

VERSION = 1
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Record:
    """An entry as it is kept.

    Attributes:
        body: canonical JSON; its UTF-8 bytes are the leaf of the tree.
        personal: canonical JSON with its salt; None when there was none, or when it was erased.
    """

    body: str
    personal: str | None

    @property
    def leaf(self) -> bytes:
        return leaf_hash(self.body.encode())


def written(
    entry: AuditEntry, identifying: JsonObject, entry_id: str, at: datetime, request_id: str | None
) -> Record:
    """Fix an entry for ever, with `identifying` as its personal part."""
    personal = canonical({**identifying, "salt": secrets.token_hex(16)}) if identifying else None
    body: JsonObject = {
        "v": VERSION,
        "id": entry_id,
        "log": entry.organisation_id,
        "at": stamp(at),
        "action": entry.action,
        "actor": entry.actor_id,
        "target": entry.target,
        "outcome": entry.outcome.value,
        "credential": entry.credential,
        "credential_id": entry.credential_id,
        "request": request_id,
        "details": entry.details,
        "personal": None if personal is None else commitment(personal),
    }
    return Record(canonical(body), personal)


def commitment(personal: str) -> str:
    """Stands for personal data in the body."""
    return hashlib.sha256(personal.encode()).hexdigest()


def canonical(value: JsonObject) -> str:
    """One text per value: sorted keys, no spaces, no needless escapes; valid UTF-8 whatever came in."""
    return _CANONICAL.encode(value).encode("utf-8", "replace").decode()


def stamp(at: datetime) -> str:
    """RFC 3339 with microseconds, which sorts as text."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def microseconds(at: datetime) -> int:
    """Since the epoch."""
    return (at - _EPOCH) // timedelta(microseconds=1)
