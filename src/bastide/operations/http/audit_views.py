"""What the API shows of the audit log. Hashes and signatures in base64."""

import base64
import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bastide.operations.domain.checkpoint import Checkpoint
from bastide.operations.domain.log import LogPolicy, Placed, QueryText
from bastide.operations.domain.verification import Verdict
from bastide.operations.usecases.proofs import ConsistencyProof, InclusionProof


class EntryView(BaseModel):
    """`personal` is null when there was nothing personal, or when it was erased (`erased`)."""

    position: int
    id: str
    at: datetime
    action: str
    actor: str
    target: str | None
    outcome: str
    credential: str | None
    credential_id: str | None
    request: str | None
    details: dict[str, Any]
    personal: dict[str, Any] | None
    erased: bool

    @classmethod
    def of(cls, placed: Placed) -> "EntryView":
        body: dict[str, Any] = dict(placed.body)
        text = placed.record.personal
        personal: dict[str, Any] | None = None if text is None else json.loads(text)
        if personal is not None:
            personal.pop("salt", None)
        return cls(
            position=placed.position,
            id=body["id"],
            at=placed.at,
            action=body["action"],
            actor=body["actor"],
            target=body["target"],
            outcome=body["outcome"],
            credential=body["credential"],
            credential_id=body["credential_id"],
            request=body["request"],
            details=body["details"],
            personal=personal,
            erased=body["personal"] is not None and text is None,
        )


class EntryPage(BaseModel):
    items: list[EntryView]
    next_cursor: str | None
    total: int | None


class CheckpointView(BaseModel):
    log: str
    size: int
    root: str
    at: str
    key_id: str
    signature: str

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> "CheckpointView":
        return cls(
            log=checkpoint.log_id,
            size=checkpoint.size,
            root=encoded(checkpoint.root),
            at=checkpoint.at,
            key_id=checkpoint.key_id,
            signature=encoded(checkpoint.signature),
        )


class HeadView(BaseModel):
    """`checkpoint` is null while the log is empty. `keys`: public keys, Ed25519, by id."""

    checkpoint: CheckpointView | None
    keys: dict[str, str]


class InclusionView(BaseModel):
    """RFC 6962 audit path of the leaf, whose bytes are `body` in UTF-8."""

    position: int
    body: str
    hashes: list[str]
    checkpoint: CheckpointView

    @classmethod
    def of(cls, proof: InclusionProof) -> "InclusionView":
        return cls(
            position=proof.entry.position,
            body=proof.entry.record.body,
            hashes=[encoded(part) for part in proof.hashes],
            checkpoint=CheckpointView.of(proof.checkpoint),
        )


class ConsistencyView(BaseModel):
    first: int
    second: int
    hashes: list[str]

    @classmethod
    def of(cls, proof: ConsistencyProof) -> "ConsistencyView":
        return cls(first=proof.first, second=proof.second, hashes=[encoded(part) for part in proof.hashes])


class VerdictView(BaseModel):
    """`problems` empty: every entry is what it was when it was written, and none is missing."""

    valid: bool
    first: int
    entries: int
    erased: int
    problems: list[str]
    checkpoint: CheckpointView | None

    @classmethod
    def of(cls, verdict: Verdict) -> "VerdictView":
        head = verdict.checkpoint
        return cls(
            valid=verdict.valid,
            first=verdict.first,
            entries=verdict.entries,
            erased=len(verdict.erased),
            problems=verdict.problems,
            checkpoint=None if head is None else CheckpointView.of(head),
        )


class PolicyView(BaseModel):
    """`fail_closed`: what cannot be written down does not happen."""

    model_config = ConfigDict(extra="forbid")
    query_text: QueryText
    retention_days: int
    fail_closed: bool

    @classmethod
    def of(cls, policy: LogPolicy) -> "PolicyView":
        return cls(
            query_text=policy.query_text,
            retention_days=policy.retention_days,
            fail_closed=policy.fail_closed,
        )


class PolicyBody(PolicyView):
    """Administrators are among those whom the log watches: what they did stays in it for a year at least."""

    retention_days: int = Field(ge=365, le=36_500)

    def policy(self) -> LogPolicy:
        return LogPolicy(self.query_text, self.retention_days, self.fail_closed)


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
