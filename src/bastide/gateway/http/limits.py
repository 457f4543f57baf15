"""`/api/v1/gateway/limits`."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

from fastapi import APIRouter, Depends, Query, Request, status
from pydantic import BaseModel, ConfigDict, Field

from bastide.gateway.domain.errors import EntryError
from bastide.gateway.domain.limits import Limit, Metric, Period, Subject
from bastide.gateway.domain.prices import read, written
from bastide.gateway.usecases.manage_limits import LimitUse, ManageLimits
from bastide.identity.contract import Principal
from bastide.kit.ids import new_id


class LimitChange(BaseModel):
    """`amount` of money is a decimal; of everything else a whole number."""

    model_config = ConfigDict(extra="forbid")
    amount: Decimal | None = Field(None, gt=0)
    thresholds: list[int] | None = Field(None, max_length=10)


class LimitBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    subject: Literal["key", "user", "group", "organisation", "model"]
    subject_id: str = Field("", max_length=200, description="`*`: each; empty for the organisation")
    model: str | None = Field(None, max_length=200)
    metric: Literal["requests", "tokens", "cost", "concurrency"]
    period: Literal["now", "minute", "hour", "day", "month", "total"]
    amount: Decimal = Field(gt=0)
    thresholds: list[int] = Field(default_factory=list[int], max_length=10)


class LimitOut(BaseModel):
    id: str
    subject: str
    subject_id: str
    model: str | None
    metric: str
    period: str
    amount: int | str
    thresholds: list[int]


class LimitUseOut(LimitOut):
    used: int | str | None


class LimitUsePage(BaseModel):
    items: list[LimitUseOut]
    next_cursor: str | None = None
    total: int


def limits_router(manage: ManageLimits, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/gateway/limits", tags=["gateway"])
    caller = Depends(principal)

    @router.get("")
    async def listing(asks: Principal = caller) -> LimitUsePage:
        items = [_use_out(use) for use in await manage.uses(asks)]
        return LimitUsePage(items=items, total=len(items))

    @router.get("/mine")
    async def mine(model: str = Query(max_length=200), asks: Principal = caller) -> LimitUsePage:
        items = [_use_out(use) for use in await manage.mine(asks, model)]
        return LimitUsePage(items=items, total=len(items))

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def add(body: LimitBody, asks: Principal = caller) -> LimitOut:
        metric = Metric(body.metric)
        subject_id = asks.organisation_id if body.subject == "organisation" else body.subject_id
        limit = Limit(
            new_id("lim"),
            asks.organisation_id,
            Subject(body.subject),
            subject_id,
            metric,
            Period(body.period),
            _number(metric, body.amount),
            body.model,
            tuple(sorted(set(body.thresholds))),
        )
        return _out(await manage.add(asks, limit))

    @router.patch("/{limit_id}")
    async def change(limit_id: str, body: LimitChange, asks: Principal = caller) -> LimitOut:
        limit = await manage.get(asks, limit_id)
        if body.amount is not None:
            limit = replace(limit, amount=_number(limit.metric, body.amount))
        if body.thresholds is not None:
            limit = replace(limit, thresholds=tuple(sorted(set(body.thresholds))))
        return _out(await manage.put(asks, limit))

    @router.delete("/{limit_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def remove(limit_id: str, asks: Principal = caller) -> None:
        await manage.remove(asks, limit_id)

    return router


def _number(metric: Metric, amount: Decimal) -> int:
    try:
        return read(amount) if metric is Metric.COST else _whole(amount)
    except ValueError as error:
        raise EntryError(f"amount: {error}.", field="amount") from error


def _whole(amount: Decimal) -> int:
    if amount != amount.to_integral_value():
        raise ValueError("only money has decimals")
    return int(amount)


def _amount(metric: Metric, amount: int) -> int | str:
    return written(amount) if metric is Metric.COST else amount


def _use_out(use: LimitUse) -> LimitUseOut:
    metric = use.bound.limit.metric
    fields = _fields(use.bound.limit)
    fields["subject_id"] = use.bound.subject_id
    return LimitUseOut(**fields, used=None if use.used is None else _amount(metric, use.used))


def _out(limit: Limit) -> LimitOut:
    return LimitOut(**_fields(limit))


def _fields(limit: Limit) -> dict[str, Any]:
    return {
        "id": limit.id,
        "subject": limit.subject.value,
        "subject_id": limit.subject_id,
        "model": limit.model,
        "metric": limit.metric.value,
        "period": limit.period.value,
        "amount": _amount(limit.metric, limit.amount),
        "thresholds": list(limit.thresholds),
    }
