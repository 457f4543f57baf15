"""Health, readiness, metrics, status and the doctor's report."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import BaseModel

from bastide.identity.contract import Action, Policy, Principal
from bastide.operations.domain.check import Check, CheckState
from bastide.operations.ports import Facts
from bastide.operations.usecases.examine import Examine


class Health(BaseModel):
    """Liveness: the process answers."""

    status: str


class CheckOut(BaseModel):
    """One component."""

    name: str
    state: CheckState
    message: str
    code: str
    hint: str
    duration_ms: float | None


class Report(BaseModel):
    """All components."""

    checks: list[CheckOut]


class Readiness(BaseModel):
    """`status` is `ready`, or `not_ready` with the names and codes of what is missing."""

    status: str
    missing: list[dict[str, str]]


def router(
    examine: Examine,
    facts: Facts,
    policy: Policy,
    principal: Callable[[Request], Principal],
    registry: CollectorRegistry,
) -> APIRouter:
    """`facts` fills `GET /api/v1/status`, `registry` `GET /metrics`."""
    routes = APIRouter(tags=["operations"])
    caller_of = Depends(principal)

    async def seen_by(caller: Principal) -> list[Check]:
        checks = await examine.everything()
        if policy.allows(caller, Action.SYSTEM_MANAGE):
            return checks
        return [check.for_users() for check in checks]

    @routes.get("/health")
    async def health() -> Health:
        return Health(status="ok")

    @routes.get("/ready")
    async def ready(response: Response) -> Readiness:
        missing = await examine.ready()
        if missing:
            response.status_code = 503
        return Readiness(
            status="not_ready" if missing else "ready",
            missing=[{"name": check.name, "code": check.code} for check in missing],
        )

    @routes.get("/metrics", response_class=PlainTextResponse)
    async def metrics(caller: Principal = caller_of) -> Response:
        policy.require(caller, Action.METRICS_READ)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    @routes.get("/api/v1/status")
    async def status(caller: Principal = caller_of) -> dict[str, Any]:
        checks = await seen_by(caller)
        warnings = [
            {"code": check.code, "message": check.message, "hint": check.hint}
            for check in checks
            if check.state is not CheckState.OK
        ]
        return {**await facts(), "warnings": warnings}

    @routes.get("/api/v1/doctor")
    async def doctor(caller: Principal = caller_of) -> Report:
        policy.require(caller, Action.SYSTEM_READ)
        checks = await seen_by(caller)
        return Report(checks=[CheckOut.model_validate(asdict(check)) for check in checks])

    return routes
