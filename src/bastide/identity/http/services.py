"""`/api/v1/service-accounts`."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status
from pydantic import BaseModel, Field

from bastide.identity.domain.principal import Principal, Role
from bastide.identity.http.groups import NameBody
from bastide.identity.http.views import STRICT, ServiceAccountPage, ServiceAccountView
from bastide.identity.usecases.manage_services import ManageServices


class ServiceAccountBody(NameBody):
    role: Role = Role.MEMBER


class ServiceAccountChange(BaseModel):
    model_config = STRICT
    name: str | None = Field(None, min_length=1, max_length=200)
    role: Role | None = None
    active: bool | None = None


def services_router(services: ManageServices, principal: Callable[[Request], Principal]) -> APIRouter:
    """Keys for them are made at `/api/v1/keys` with their id as `subject_id`."""
    router = APIRouter(prefix="/api/v1/service-accounts", tags=["people"])
    caller = Depends(principal)

    @router.get("")
    async def listing(
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        asks: Principal = caller,
    ) -> ServiceAccountPage:
        page = await services.listing(asks, cursor, limit)
        items = [ServiceAccountView.of(account) for account in page.items]
        return ServiceAccountPage(items=items, next_cursor=page.next_cursor, total=page.total)

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def create(body: ServiceAccountBody, asks: Principal = caller) -> ServiceAccountView:
        return ServiceAccountView.of(await services.create(asks, body.name, body.role))

    @router.patch("/{account_id}")
    async def change(
        account_id: str, body: ServiceAccountChange, asks: Principal = caller
    ) -> ServiceAccountView:
        return ServiceAccountView.of(
            await services.change(asks, account_id, body.name, body.role, active=body.active)
        )

    @router.delete("/{account_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def delete(account_id: str, asks: Principal = caller) -> None:
        await services.delete(asks, account_id)

    return router
