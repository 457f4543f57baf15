"""Status and the doctor's report; and what the API's document says of the probes, no routes of it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from bastide.identity.contract import Action, Policy, Principal
from bastide.operations.domain.check import Check, CheckState
from bastide.operations.ports import Facts
from bastide.operations.usecases.examine import Examine


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


def status_router(
    examine: Examine,
    facts: Facts,
    policy: Policy,
    principal: Callable[[Request], Principal],
) -> APIRouter:
    """`facts` fills `GET /api/v1/status`."""
    routes = APIRouter(tags=["operations"])
    caller_of = Depends(principal)

    async def seen_by(caller: Principal) -> list[Check]:
        checks = await examine.everything()
        if policy.allows(caller, Action.SYSTEM_MANAGE):
            return checks
        return [check.for_users() for check in checks]

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


def probe_paths() -> dict[str, Any]:
    """Paths of an OpenAPI document."""
    status = {"type": "object", "properties": {"status": {"type": "string"}}, "required": ["status"]}
    part = {"type": "object", "properties": {"name": {"type": "string"}, "code": {"type": "string"}}}
    ready: dict[str, Any] = {**status, "properties": {"status": {"type": "string"}}}
    ready["properties"]["missing"] = {"type": "array", "items": part}
    waiting = {"503": _answer("Not ready, and what is missing", ready)}
    refused = {
        "401": _answer("No credentials, or none that hold"),
        "403": _answer("Not allowed to this caller"),
    }
    return {
        "/health": _probe("The process answers", {"200": _answer("It does", status)}),
        "/ready": _probe("What it needs answers too", {"200": _answer("Ready", ready), **waiting}),
        "/metrics": _probe(
            "For Prometheus", {"200": _answer("Its text format", {"type": "string"}, "text/plain"), **refused}
        ),
    }


def _probe(summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    return {"get": {"tags": ["operations"], "summary": summary, "responses": responses}}


def _answer(
    description: str, schema: dict[str, Any] | None = None, kind: str = "application/json"
) -> dict[str, Any]:
    return {"description": description, "content": {kind: {"schema": schema or {"type": "object"}}}}
