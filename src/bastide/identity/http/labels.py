"""`/api/v1/labels`: what collections and documents may be labelled, and who may read what is."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field

from bastide.identity.domain.labels import LABEL, LabelRule
from bastide.identity.domain.principal import Principal
from bastide.identity.http.views import STRICT
from bastide.identity.usecases.label_rules import ManageLabels

_Label = Annotated[str, Path(pattern=f"^({LABEL.pattern})$")]
_Token = Annotated[
    str, Field(pattern=r"^(user|group|department|organisation):[A-Za-z0-9_-]+$", max_length=100)
]


class RuleBody(BaseModel):
    """All false and empty: no rule. `people_only`: neither service accounts nor API keys."""

    model_config = STRICT
    only_for: list[_Token] = Field(default_factory=list[str], max_length=100)
    people_only: bool = False
    second_factor: bool = False


class LabelView(BaseModel):
    label: str
    name: str
    rule: RuleBody


class LabelsView(BaseModel):
    items: list[LabelView]
    next_cursor: str | None = None
    total: int


def labels_router(labels: ManageLabels, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/labels", tags=["access"])
    caller = Depends(principal)

    @router.get("")
    async def listing(asks: Principal = caller) -> LabelsView:
        items = [
            LabelView(label=one.label, name=one.name, rule=_body(one.rule))
            for one in await labels.listing(asks)
        ]
        return LabelsView(items=items, total=len(items))

    @router.put("/{label}/rule")
    async def put(label: _Label, body: RuleBody, asks: Principal = caller) -> RuleBody:
        rule = LabelRule(label, tuple(dict.fromkeys(body.only_for)), body.people_only, body.second_factor)
        return _body(await labels.put(asks, rule))

    return router


def _body(rule: LabelRule) -> RuleBody:
    return RuleBody(
        only_for=list(rule.only_for), people_only=rule.people_only, second_factor=rule.second_factor
    )
