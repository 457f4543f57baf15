"""One fact for the audit log."""

from dataclasses import dataclass, field
from enum import StrEnum

from bastide.kit.json import Json, JsonObject

SYSTEM_LOG = "system"
"""The log of what belongs to no organisation: unknown accounts, organisations made, settings."""


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
        details: small facts; never a secret, never text of documents, nothing that names a person.
        personal: what identifies a person or says what they asked (`email`, `query`): kept beside the log, so
            that it can be erased. The address is added when it is written.
    """

    action: str
    organisation_id: str
    actor_id: str
    target: str | None = None
    outcome: Outcome = Outcome.DONE
    credential: str | None = None
    credential_id: str | None = None
    details: JsonObject = field(default_factory=dict[str, Json])
    personal: JsonObject = field(default_factory=dict[str, Json])
