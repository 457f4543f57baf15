"""`/api/v1/organisations` and `/api/v1/organisation`, the one that the caller acts in."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status
from pydantic import BaseModel, Field

from bastide.identity.domain.principal import Principal
from bastide.identity.http.groups import NameBody
from bastide.identity.http.views import STRICT, OrganisationPage, OrganisationView
from bastide.identity.usecases.organisations import ManageOrganisations


class OrganisationChange(BaseModel):
    model_config = STRICT
    name: str | None = Field(None, min_length=1, max_length=200)
    require_second_factor: bool | None = None
    second_factor_grace_days: int | None = Field(None, ge=0, le=90)


class ActivityBody(BaseModel):
    model_config = STRICT
    active: bool


def organisations_router(
    organisations: ManageOrganisations, principal: Callable[[Request], Principal]
) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["people"])
    caller = Depends(principal)

    @router.get("/organisations")
    async def listing(
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        asks: Principal = caller,
    ) -> OrganisationPage:
        page = await organisations.listing(asks, cursor, limit)
        items = [OrganisationView.of(organisation) for organisation in page.items]
        return OrganisationPage(items=items, next_cursor=page.next_cursor, total=page.total)

    @router.post("/organisations", status_code=status.HTTP_201_CREATED)
    async def create(body: NameBody, asks: Principal = caller) -> OrganisationView:
        return OrganisationView.of(await organisations.create(asks, body.name))

    @router.patch("/organisations/{organisation_id}")
    async def set_active(
        organisation_id: str, body: ActivityBody, asks: Principal = caller
    ) -> OrganisationView:
        changed = await organisations.set_active(asks, organisation_id, active=body.active)
        return OrganisationView.of(changed)

    @router.get("/organisation")
    async def current(asks: Principal = caller) -> OrganisationView:
        return OrganisationView.of(await organisations.current(asks))

    @router.patch("/organisation")
    async def change(body: OrganisationChange, asks: Principal = caller) -> OrganisationView:
        changed = await organisations.change(
            asks,
            body.name,
            require_second_factor=body.require_second_factor,
            second_factor_grace_days=body.second_factor_grace_days,
        )
        return OrganisationView.of(changed)

    return router
