"""`/api/v1/audit`: the log, its checkpoints and proofs, exports, and what is kept of it."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from bastide.identity.contract import Action, Policy, Principal
from bastide.operations.contract import SYSTEM_LOG, Audit, Outcome, done_by
from bastide.operations.domain.log import Sought
from bastide.operations.http.audit_views import (
    CheckpointView,
    ConsistencyView,
    EntryPage,
    EntryView,
    HeadView,
    InclusionView,
    PolicyBody,
    PolicyView,
    VerdictView,
    encoded,
)
from bastide.operations.usecases.export_audit import ExportAudit
from bastide.operations.usecases.keep_audit import KeepAudit
from bastide.operations.usecases.proofs import Proofs
from bastide.operations.usecases.read_audit import ReadAudit
from bastide.platform.secrets.port import Keyring

_Log = Literal["organisation", "system"]
_Word = Annotated[str | None, Field(max_length=100)]
_MOST = 2**53
_Form = Literal["jsonl", "cef", "syslog"]
_TYPES = {"jsonl": "application/x-ndjson"}
_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class AuditUseCases:
    """What the routes call."""

    read: ReadAudit
    proofs: Proofs
    export: ExportAudit
    keep: KeepAudit
    audit: Audit
    keyring: Keyring
    version: str
    host: str


class EntriesQuery(BaseModel):
    """`action` may end in `*`."""

    action: _Word = None
    actor: _Word = None
    target: _Word = None
    outcome: Outcome | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    log: _Log = "organisation"
    cursor: str | None = None
    limit: int = Field(50, ge=1, le=200)


def _chosen(policy: Policy, log: _Log, asks: Principal) -> str:
    policy.require(asks, Action.AUDIT_READ if log == "organisation" else Action.SYSTEM_MANAGE)
    return asks.organisation_id if log == "organisation" else SYSTEM_LOG


def audit_router(uses: AuditUseCases, policy: Policy, principal: Callable[[Request], Principal]) -> APIRouter:
    """`log=system` is the log of what belongs to no organisation, for who runs the installation."""
    router = APIRouter(prefix="/api/v1/audit", tags=["audit"])
    caller = Depends(principal)

    @router.get("")
    async def entries(query: Annotated[EntriesQuery, Query()], asks: Principal = caller) -> EntryPage:
        outcome = None if query.outcome is None else query.outcome.value
        sought = Sought(query.action, query.actor, query.target, outcome, query.since, query.until)
        log_id = _chosen(policy, query.log, asks)
        page = await uses.read.search(log_id, sought, query.cursor, query.limit)
        items = [EntryView.of(placed) for placed in page.items]
        return EntryPage(items=items, next_cursor=page.next_cursor, total=page.total)

    @router.get("/policy")
    async def read_policy(asks: Principal = caller) -> PolicyView:
        return PolicyView.of(await uses.keep.policy(_chosen(policy, "organisation", asks)))

    @router.put("/policy")
    async def set_policy(body: PolicyBody, asks: Principal = caller) -> PolicyView:
        policy.require(asks, Action.ORGANISATION_MANAGE)
        entry = done_by(asks, "audit.policy_changed", None, **body.model_dump(mode="json"))
        await uses.keep.set_policy(entry, body.policy())
        return body

    @router.post("/verify")
    async def verify(log: _Log = "organisation", asks: Principal = caller) -> VerdictView:
        return VerdictView.of(await uses.read.verify(_chosen(policy, log, asks)))

    @router.get("/export", response_class=StreamingResponse)
    async def export(
        form: Annotated[_Form, Query(alias="format")] = "jsonl",
        since: AwareDatetime | None = None,
        log: _Log = "organisation",
        asks: Principal = caller,
    ) -> StreamingResponse:
        log_id = _chosen(policy, log, asks)
        await uses.audit.note(done_by(asks, "audit.exported", log_id, format=form))
        return await _exported(uses, log_id, form, since)

    return router


def proofs_router(
    uses: AuditUseCases, policy: Policy, principal: Callable[[Request], Principal]
) -> APIRouter:
    """What an auditor checks by himself: signed heads, inclusion and consistency."""
    router = APIRouter(prefix="/api/v1/audit", tags=["audit"])
    caller = Depends(principal)

    @router.get("/checkpoint")
    async def checkpoint(log: _Log = "organisation", asks: Principal = caller) -> HeadView:
        made = await uses.proofs.checkpoint(_chosen(policy, log, asks))
        keys = {name: encoded(key) for name, key in uses.keyring.public_keys().items()}
        return HeadView(checkpoint=None if made is None else CheckpointView.of(made), keys=keys)

    @router.get("/consistency")
    async def consistency(
        first: Annotated[int, Query(ge=1, le=_MOST)],
        second: Annotated[int, Query(ge=1, le=_MOST)],
        log: _Log = "organisation",
        asks: Principal = caller,
    ) -> ConsistencyView:
        return ConsistencyView.of(await uses.proofs.consistency(_chosen(policy, log, asks), first, second))

    @router.get("/{position}/proof")
    async def inclusion(
        position: Annotated[int, Path(ge=0, le=_MOST)], log: _Log = "organisation", asks: Principal = caller
    ) -> InclusionView:
        return InclusionView.of(await uses.proofs.inclusion(_chosen(policy, log, asks), position))

    return router


async def _exported(
    uses: AuditUseCases, log_id: str, form: _Form, since: datetime | None
) -> StreamingResponse:
    export = uses.export
    if form == "jsonl":
        lines = export.lines(log_id, since)
    elif form == "cef":
        lines = export.cef(log_id, uses.version, since)
    else:
        lines = export.syslog(log_id, uses.version, uses.host, since)
    first = await anext(aiter(lines))  # an error must come before the status line
    name = f'attachment; filename="audit-{log_id}.{form}"'
    return StreamingResponse(
        _ended(first, lines), media_type=_TYPES.get(form, _TEXT), headers={"Content-Disposition": name}
    )


async def _ended(first: str, lines: AsyncIterator[str]) -> AsyncGenerator[str]:
    yield first + "\n"
    async for line in lines:
        yield line + "\n"
