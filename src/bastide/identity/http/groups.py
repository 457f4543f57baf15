"""`/api/v1/groups`: groups and departments."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status
from pydantic import BaseModel, Field

from bastide.identity.domain.groups import GroupKind
from bastide.identity.domain.principal import Principal
from bastide.identity.http.views import STRICT, GroupPage, GroupView
from bastide.identity.usecases.manage_groups import ManageGroups


class NameBody(BaseModel):
    model_config = STRICT
    name: str = Field(min_length=1, max_length=200)


class GroupBody(NameBody):
    kind: GroupKind = GroupKind.GROUP


class MembersView(BaseModel):
    """Ids of people and service accounts."""

    items: list[str]
    total: int


def groups_router(groups: ManageGroups, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/groups", tags=["people"])
    caller = Depends(principal)

    @router.get("")
    async def listing(
        kind: GroupKind | None = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 100,
        asks: Principal = caller,
    ) -> GroupPage:
        page = await groups.listing(asks, kind, cursor, limit)
        items = [GroupView.of(group) for group in page.items]
        return GroupPage(items=items, next_cursor=page.next_cursor, total=page.total)

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def create(body: GroupBody, asks: Principal = caller) -> GroupView:
        return GroupView.of(await groups.create(asks, body.kind, body.name))

    @router.patch("/{group_id}")
    async def rename(group_id: str, body: NameBody, asks: Principal = caller) -> GroupView:
        return GroupView.of(await groups.rename(asks, group_id, body.name))

    @router.delete("/{group_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def delete(group_id: str, asks: Principal = caller) -> None:
        await groups.delete(asks, group_id)

    @router.get("/{group_id}/members")
    async def members(group_id: str, asks: Principal = caller) -> MembersView:
        found = await groups.members(asks, group_id)
        return MembersView(items=list(found), total=len(found))

    @router.put("/{group_id}/members/{subject_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def add(group_id: str, subject_id: str, asks: Principal = caller) -> None:
        await groups.add_member(asks, group_id, subject_id)

    @router.delete("/{group_id}/members/{subject_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def remove(group_id: str, subject_id: str, asks: Principal = caller) -> None:
        await groups.remove_member(asks, group_id, subject_id)

    return router
