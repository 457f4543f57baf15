"""`/api/v1/gateway/health`: the deployments as this process sees them."""

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from bastide.gateway.http.trouble import TroubleOut, trouble_out
from bastide.gateway.usecases.observe import DeploymentHealth, Observe
from bastide.identity.contract import Principal


class HealthOut(BaseModel):
    model: str
    deployment: str
    provider: str
    zone: str
    reachable: bool
    trouble: TroubleOut | None
    breaker: str
    retry_after_s: float
    running: int
    waiting: int
    latency_ms: int


class HealthPage(BaseModel):
    items: list[HealthOut]
    next_cursor: str | None = None
    total: int


def health_router(observe: Observe, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/gateway/health", tags=["gateway"])

    @router.get("")
    async def health(asks: Principal = Depends(principal)) -> HealthPage:
        items = [_out(each) for each in observe(asks)]
        return HealthPage(items=items, total=len(items))

    return router


def _out(each: DeploymentHealth) -> HealthOut:
    health, place = each.health, each.deployment
    return HealthOut(
        model=each.model,
        deployment=place.id,
        provider=place.provider.name,
        zone=place.provider.zone,
        reachable=each.trouble is None,
        trouble=trouble_out(each.trouble),
        breaker=health.breaker,
        retry_after_s=round(health.retry_after_s, 1),
        running=health.running,
        waiting=health.waiting,
        latency_ms=round(health.latency_s * 1000),
    )
