"""`/api/v1/gateway/guardrails`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request, status
from pydantic import BaseModel, ConfigDict, Field

from bastide.gateway.domain.guardrails.recognisers import RECOGNISERS
from bastide.gateway.domain.guardrails.rules import Action, Guardrail, Stage
from bastide.gateway.usecases.manage_guardrails import ManageGuardrails
from bastide.identity.contract import Principal
from bastide.kit.ids import new_id

_Action = Literal["block", "mask", "flag"]
_Stage = Literal["before", "after"]


class GuardrailChange(BaseModel):
    """What is given is changed. `model` null: for all models."""

    model_config = ConfigDict(extra="forbid")
    name: str | None = Field(None, max_length=100)
    action: _Action | None = None
    stages: list[_Stage] | None = Field(None, max_length=2)
    recognisers: list[str] | None = Field(None, max_length=50)
    patterns: list[str] | None = Field(None, max_length=20)
    model: str | None = Field(None, max_length=200)
    label: str | None = Field(None, max_length=50)
    enabled: bool | None = None


class GuardrailBody(BaseModel):
    """`patterns` are regular expressions of RE2 whose matches have a bounded length."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=100)
    action: _Action
    stages: list[_Stage] = Field(default=["before", "after"], max_length=2)
    recognisers: list[str] = Field(default_factory=list[str], max_length=50)
    patterns: list[str] = Field(default_factory=list[str], max_length=20)
    model: str | None = Field(None, max_length=200)
    label: str = Field(
        "", max_length=50, description="replaces what is masked; empty: as the recogniser says"
    )
    enabled: bool = True


class GuardrailOut(GuardrailBody):
    id: str


class GuardrailPage(BaseModel):
    items: list[GuardrailOut]
    next_cursor: str | None = None
    total: int
    recognisers: list[str] = list(RECOGNISERS)


class TrialBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = Field(max_length=100_000)
    model: str = Field("", max_length=200)
    stage: _Stage = "before"


class FindingOut(BaseModel):
    guardrail: str
    name: str
    kind: str
    action: str


class TrialOut(BaseModel):
    """`text` as it would pass, null when it would not."""

    blocked: bool
    text: str | None
    findings: list[FindingOut]


def guardrails_router(manage: ManageGuardrails, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/gateway/guardrails", tags=["gateway"])
    caller = Depends(principal)

    @router.get("")
    async def listing(asks: Principal = caller) -> GuardrailPage:
        items = [_out(guardrail) for guardrail in await manage.listing(asks)]
        return GuardrailPage(items=items, total=len(items))

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def add(body: GuardrailBody, asks: Principal = caller) -> GuardrailOut:
        guardrail = Guardrail(new_id("grd"), asks.organisation_id, body.name, Action(body.action), ())
        return _out(await manage.put(asks, _changed(guardrail, body.model_dump())))

    @router.post("/try")
    async def attempt(body: TrialBody, asks: Principal = caller) -> TrialOut:
        trial = await manage.attempt(asks, body.text, body.model, Stage(body.stage))
        findings = [
            FindingOut(guardrail=each.guardrail_id, name=each.name, kind=each.kind, action=each.action)
            for each in trial.findings
        ]
        return TrialOut(blocked=trial.text is None, text=trial.text, findings=findings)

    @router.patch("/{guardrail_id}")
    async def change(guardrail_id: str, body: GuardrailChange, asks: Principal = caller) -> GuardrailOut:
        guardrail = await manage.get(asks, guardrail_id)
        given = body.model_dump(exclude_unset=True)
        given = {name: value for name, value in given.items() if value is not None or name == "model"}
        return _out(await manage.put(asks, _changed(guardrail, given)))

    @router.delete("/{guardrail_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def remove(guardrail_id: str, asks: Principal = caller) -> None:
        await manage.remove(asks, guardrail_id)

    return router


def _changed(guardrail: Guardrail, given: dict[str, Any]) -> Guardrail:
    values = dict(given)
    if "action" in values:
        values["action"] = Action(values["action"])
    if "stages" in values:
        values["stages"] = tuple(stage for stage in Stage if stage in values["stages"])
    for name in ("recognisers", "patterns"):
        if name in values:
            values[name] = tuple(dict.fromkeys(values[name]))
    return replace(guardrail, **values)


def _out(guardrail: Guardrail) -> GuardrailOut:
    return GuardrailOut.model_validate(guardrail, from_attributes=True)
