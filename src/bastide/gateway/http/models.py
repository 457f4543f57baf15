"""`/api/v1/gateway/models` and `/api/v1/gateway/deployments`."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request, status
from pydantic import BaseModel, ConfigDict, Field

from bastide.gateway.domain.call import Operation
from bastide.gateway.domain.catalogue import Deployment, Routing, Strategy
from bastide.gateway.domain.entries import DeploymentEntry, ModelEntry
from bastide.gateway.domain.errors import EntryError
from bastide.gateway.domain.prices import Price, per_million, read, written
from bastide.gateway.usecases.manage_models import ManageModels, ModelView
from bastide.identity.contract import Principal
from bastide.kit.ids import new_id

_Strategy = Literal["weighted", "least_busy", "latency", "prefix", "session"]


class PriceBody(BaseModel):
    """Per million tokens, at most six decimals; `request` per request. Text keeps every digit."""

    model_config = ConfigDict(extra="forbid")
    prompt: Decimal = Field(default=Decimal(0), ge=0, le=10**6)
    completion: Decimal = Field(default=Decimal(0), ge=0, le=10**6)
    cached: Decimal | None = Field(default=None, ge=0, le=10**6)
    request: Decimal = Field(default=Decimal(0), ge=0, le=10**6)


class RoutingBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    strategy: _Strategy = "least_busy"
    fallbacks: list[str] = Field(default_factory=list[str], max_length=8)
    overflow_queue: int | None = Field(None, ge=0)
    degrade: bool = False


class ModelBody(RoutingBody):
    name: str = Field(max_length=200)


class DeploymentChange(BaseModel):
    model_config = ConfigDict(extra="forbid")
    upstream_name: str | None = Field(None, max_length=200)
    weight: int = Field(1, ge=0, le=1000)
    priority: int = Field(0, ge=0, le=100)
    price: PriceBody = PriceBody()
    context_tokens: int | None = Field(None, ge=1)
    max_output_tokens: int | None = Field(None, ge=1)
    operations: list[str] = Field(default_factory=list[str], max_length=20)
    max_concurrency: int | None = Field(None, ge=1)
    max_queue: int = Field(64, ge=0)


class DeploymentBody(DeploymentChange):
    model: str = Field(max_length=200)
    provider: str = Field(max_length=100)


class PriceOut(BaseModel):
    prompt: str
    completion: str
    cached: str | None
    request: str


class DeploymentOut(BaseModel):
    id: str
    model: str
    provider: str
    upstream_name: str
    weight: int
    priority: int
    price: PriceOut
    context_tokens: int | None
    max_output_tokens: int | None
    operations: list[str]
    max_concurrency: int | None
    max_queue: int
    zone: str | None


class ModelOut(BaseModel):
    name: str
    source: str
    context_tokens: int | None
    strategy: str
    fallbacks: list[str]
    unknown_fallbacks: list[str]
    overflow_queue: int | None
    degrade: bool
    deployments: list[DeploymentOut]


class ModelPage(BaseModel):
    items: list[ModelOut]
    next_cursor: str | None = None
    total: int


class DeploymentPage(BaseModel):
    items: list[DeploymentOut]
    next_cursor: str | None = None
    total: int


def models_router(manage: ManageModels, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/gateway/models", tags=["gateway"])
    caller = Depends(principal)

    @router.get("")
    async def listing(asks: Principal = caller) -> ModelPage:
        items = [_model_out(view) for view in await manage.listing(asks)]
        return ModelPage(items=items, total=len(items))

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def add(body: ModelBody, asks: Principal = caller) -> ModelOut:
        return _model_out(await manage.add(asks, ModelEntry(body.name, _routing(body))))

    @router.get("/{name:path}")
    async def get(name: str, asks: Principal = caller) -> ModelOut:
        return _model_out(await manage.get(asks, name))

    @router.put("/{name:path}")
    async def change(name: str, body: RoutingBody, asks: Principal = caller) -> ModelOut:
        return _model_out(await manage.replace(asks, ModelEntry(name, _routing(body))))

    @router.delete("/{name:path}", status_code=status.HTTP_204_NO_CONTENT)
    async def remove(name: str, asks: Principal = caller) -> None:
        await manage.remove(asks, name)

    return router


def deployments_router(manage: ManageModels, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/gateway/deployments", tags=["gateway"])
    caller = Depends(principal)

    @router.get("")
    async def listing(model: str | None = None, asks: Principal = caller) -> DeploymentPage:
        items = [await _deployment_out(entry, manage) for entry in await manage.deployments(asks, model)]
        return DeploymentPage(items=items, total=len(items))

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def add(body: DeploymentBody, asks: Principal = caller) -> DeploymentOut:
        upstream = body.upstream_name or body.model
        entry = DeploymentEntry(new_id("dep"), body.model, body.provider, upstream)
        return await _deployment_out(await manage.put_deployment(asks, _changed(entry, body)), manage)

    @router.patch("/{deployment_id}")
    async def change(deployment_id: str, body: DeploymentChange, asks: Principal = caller) -> DeploymentOut:
        entry = await manage.deployment(asks, deployment_id)
        return await _deployment_out(await manage.put_deployment(asks, _changed(entry, body)), manage)

    @router.delete("/{deployment_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def remove(deployment_id: str, asks: Principal = caller) -> None:
        await manage.remove_deployment(asks, deployment_id)

    return router


def _routing(body: RoutingBody) -> Routing:
    return Routing(Strategy(body.strategy), tuple(body.fallbacks), body.overflow_queue, body.degrade)


def _changed(entry: DeploymentEntry, body: DeploymentChange) -> DeploymentEntry:
    given: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    for name in ("model", "provider"):
        given.pop(name, None)
    if "price" in given:
        given["price"] = price_of(body.price)
    if "operations" in given:
        given["operations"] = _operations(body.operations)
    if given.get("upstream_name") is None:
        given.pop("upstream_name", None)
    return replace(entry, **given)


def price_of(body: PriceBody) -> Price:
    """Raises EntryError: too many decimals."""
    try:
        cached = None if body.cached is None else per_million(body.cached)
        return Price(per_million(body.prompt), per_million(body.completion), cached, read(body.request))
    except ValueError as error:
        raise EntryError(f"price: {error}.", field="price") from error


def _operations(names: list[str]) -> frozenset[str]:
    known = {operation.value for operation in Operation}
    if unknown := set(names) - known:
        raise EntryError(
            f"Unknown operations: {', '.join(sorted(unknown))}.", field="operations", known=sorted(known)
        )
    return frozenset(names)


def _price_out(price: Price) -> PriceOut:
    """Picounits per token are millionths per million tokens."""
    per_million_tokens = [
        None if each is None else written(each * 10**6)
        for each in (price.prompt, price.completion, price.cached)
    ]
    prompt, completion, cached = per_million_tokens
    return PriceOut(
        prompt=prompt or "0", completion=completion or "0", cached=cached, request=written(price.request)
    )


async def _deployment_out(entry: DeploymentEntry, manage: ManageModels) -> DeploymentOut:
    return _place_out(entry, entry.model, entry.provider, await manage.zone(entry.provider))


def _place_out(
    place: Deployment | DeploymentEntry, model: str, provider: str, zone: str | None
) -> DeploymentOut:
    return DeploymentOut(
        id=place.id,
        model=model,
        provider=provider,
        upstream_name=place.upstream_name,
        weight=place.weight,
        priority=place.priority,
        price=_price_out(place.price),
        context_tokens=place.context_tokens,
        max_output_tokens=place.max_output_tokens,
        operations=sorted(place.operations),
        max_concurrency=place.max_concurrency,
        max_queue=place.max_queue,
        zone=zone,
    )


def _model_out(view: ModelView) -> ModelOut:
    model, routing = view.model, view.model.routing
    return ModelOut(
        name=model.name,
        source=view.source,
        context_tokens=model.context_tokens,
        strategy=routing.strategy,
        fallbacks=list(routing.fallbacks),
        unknown_fallbacks=list(view.gone),
        overflow_queue=routing.overflow_queue,
        degrade=routing.degrade,
        deployments=[
            _place_out(place, model.name, place.provider.name, place.provider.zone)
            for place in model.deployments
        ],
    )
