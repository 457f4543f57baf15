"""`/api/v1/access/…`: why somebody can read something, who can, how it was, and whom a grant can name."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel

from bastide.identity.domain.explanation import Ground
from bastide.identity.domain.principal import Principal, Role
from bastide.identity.domain.resources import Access
from bastide.identity.usecases.explain_access import ExplainAccess, Explanation
from bastide.identity.usecases.share import Share

_Id = Annotated[str, Query(min_length=1, max_length=64)]


class StepView(BaseModel):
    kind: str
    resource_id: str
    ground: Ground
    access: Access | None
    grantee: str | None
    label: str | None


class ExplanationView(BaseModel):
    """`access` null: the subject may not even know of it. `role` null: the subject could not act. `names`:
    what the subject (`user:…`) and the grantees of the steps are called, as far as they are still here.
    """

    subject_id: str
    resource_id: str
    at: datetime
    access: Access | None
    role: Role | None
    steps: list[StepView]
    names: dict[str, str]

    @classmethod
    def of(cls, explanation: Explanation) -> "ExplanationView":
        steps = [
            StepView(
                kind=step.kind,
                resource_id=step.resource_id,
                ground=step.ground,
                access=step.access,
                grantee=step.grantee,
                label=step.label,
            )
            for step in explanation.steps
        ]
        return cls(
            subject_id=explanation.subject_id,
            resource_id=explanation.resource_id,
            at=explanation.at,
            access=explanation.access,
            role=explanation.role,
            steps=steps,
            names=dict(explanation.names),
        )


class ReadersView(BaseModel):
    items: list[ExplanationView]
    next_cursor: str | None = None
    total: int


class GrantView(BaseModel):
    grantee: str
    access: Access


class ChangeView(BaseModel):
    """`grants` of a document are empty while it follows its collection."""

    at: datetime
    changed_by: str
    owner_id: str
    parent_id: str | None
    grants: list[GrantView]
    labels: list[str]
    deleted: bool


class ChangesView(BaseModel):
    items: list[ChangeView]
    next_cursor: str | None = None
    total: int


class GranteeView(BaseModel):
    token: str
    kind: str
    name: str
    detail: str


class GranteesView(BaseModel):
    items: list[GranteeView]
    next_cursor: str | None = None
    total: int


def access_router(
    explaining: ExplainAccess, share: Share, principal: Callable[[Request], Principal]
) -> APIRouter:
    router = APIRouter(prefix="/api/v1/access", tags=["access"])
    caller = Depends(principal)

    @router.get("/explain")
    async def why(
        resource: _Id, subject: _Id, at: AwareDatetime | None = None, asks: Principal = caller
    ) -> ExplanationView:
        return ExplanationView.of(await explaining.why(asks, resource, subject, at))

    @router.get("/readers")
    async def readers(
        resource: _Id, at: AwareDatetime | None = None, asks: Principal = caller
    ) -> ReadersView:
        items = [ExplanationView.of(one) for one in await explaining.readers(asks, resource, at)]
        return ReadersView(items=items, total=len(items))

    @router.get("/changes")
    async def changes(resource: _Id, asks: Principal = caller) -> ChangesView:
        items = [
            ChangeView(
                at=state.at,
                changed_by=state.changed_by,
                owner_id=state.owner_id,
                parent_id=state.parent_id,
                grants=[GrantView(grantee=one.grantee, access=one.access) for one in state.grants],
                labels=list(state.labels),
                deleted=state.deleted,
            )
            for state in await explaining.changes(asks, resource)
        ]
        return ChangesView(items=items, total=len(items))

    @router.get("/grantees")
    async def grantees(
        q: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        token: Annotated[list[str] | None, Query(max_length=100)] = None,
        asks: Principal = caller,
    ) -> GranteesView:
        found = await (share.grantees(asks, q, limit) if token is None else share.named(asks, token))
        items = [
            GranteeView(token=one.token, kind=one.kind, name=one.name, detail=one.detail) for one in found
        ]
        return GranteesView(items=items, total=len(items))

    return router
