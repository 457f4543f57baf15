"""`/api/v1/usage`: totals and single calls."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from bastide.gateway.domain.ledger import Entry, Totals
from bastide.gateway.domain.prices import written
from bastide.gateway.domain.reports import Dimension, UsageQuery, UsageRow
from bastide.gateway.usecases.report_usage import ReportUsage
from bastide.identity.contract import Principal


class TotalsOut(BaseModel):
    """`cached_tokens` are part of the prompt's, `reasoning_tokens` of the completion's; money is exact.

    `turned_away` are no part of `requests`: limits, budgets or guardrails have refused them.
    """

    requests: int
    failed: int
    turned_away: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    estimated: int
    cost: str


class UsageOut(TotalsOut):
    day: date | None = None
    key: str | None = None
    user: str | None = None
    group: str | None = None
    model: str | None = None


class UsageReport(BaseModel):
    items: list[UsageOut]
    total: TotalsOut


class EntryOut(BaseModel):
    id: str
    at: datetime
    request_id: str
    user: str
    key: str
    model: str
    deployment: str
    operation: str
    outcome: str
    status: int
    streamed: bool
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    estimated: bool
    cost: str
    attempts: int
    queue_ms: float
    first_token_ms: float
    total_ms: float
    findings: list[str]


class EntryPage(BaseModel):
    items: list[EntryOut]
    next_cursor: str | None
    total: int | None = None


def usage_router(report: ReportUsage, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/usage", tags=["gateway"])
    caller = Depends(principal)

    @router.get("")
    async def totals(  # query parameters
        first: Annotated[date, Query(alias="from")],
        last: Annotated[date, Query(alias="to")],
        by: Annotated[list[Dimension], Query(default_factory=list)],
        user: str | None = None,
        key: str | None = None,
        group: str | None = None,
        model: str | None = None,
        asks: Principal = caller,
    ) -> UsageReport:
        dimensions = tuple(dict.fromkeys(by))
        query = UsageQuery(asks.organisation_id, first, last, dimensions, user, key, group, model)
        rows = await report.totals(asks, query)
        return UsageReport(
            items=[_row(row, dimensions) for row in rows] if dimensions else [],
            total=TotalsOut(**_totals(_sum(rows))),
        )

    @router.get("/entries")
    async def entries(
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        asks: Principal = caller,
    ) -> EntryPage:
        page = await report.entries(asks, cursor, limit)
        return EntryPage(items=[_entry(each) for each in page.items], next_cursor=page.next_cursor)

    return router


def _sum(rows: list[UsageRow] | Any) -> Totals:
    total = Totals()
    for row in rows:
        for name in Totals.__dataclass_fields__:
            setattr(total, name, getattr(total, name) + getattr(row.totals, name))
    return total


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        "requests": totals.requests,
        "failed": totals.failed,
        "turned_away": totals.turned_away,
        "prompt_tokens": totals.prompt,
        "cached_tokens": totals.cached,
        "completion_tokens": totals.completion,
        "reasoning_tokens": totals.reasoning,
        "estimated": totals.estimated,
        "cost": written(totals.cost),
    }


def _row(row: UsageRow, dimensions: tuple[Dimension, ...]) -> UsageOut:
    named = dict(zip((dimension.value for dimension in dimensions), row.values, strict=True))
    return UsageOut(**_totals(row.totals), **named)  # pyright: ignore[reportArgumentType]  # pydantic reads the day


def _entry(entry: Entry) -> EntryOut:
    return EntryOut(
        id=entry.id,
        at=entry.at.astimezone(UTC),
        request_id=entry.request_id,
        user=entry.subject_id,
        key=entry.key_id,
        model=entry.model,
        deployment=entry.deployment,
        operation=entry.operation,
        outcome=entry.outcome,
        status=entry.status,
        streamed=entry.streamed,
        prompt_tokens=entry.prompt,
        cached_tokens=entry.cached,
        completion_tokens=entry.completion,
        reasoning_tokens=entry.reasoning,
        estimated=entry.estimated,
        cost=written(entry.cost),
        attempts=entry.attempts,
        queue_ms=entry.queue_us / 1000,
        first_token_ms=entry.first_us / 1000,
        total_ms=entry.total_us / 1000,
        findings=list(entry.findings),
    )
