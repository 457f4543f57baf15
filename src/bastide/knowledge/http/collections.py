"""The routes of collections."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, Request, status
from pydantic import BaseModel, ConfigDict, Field

from bastide.identity.contract import Access, Grant, Principal
from bastide.knowledge.http.views import CollectionPage, CollectionView, collection_view
from bastide.knowledge.usecases.collections import Collections

Label: TypeAlias = Annotated[str, Field(max_length=100)]


class GrantBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    grantee: str = Field(pattern=r"^(user|group|department|organisation):[A-Za-z0-9_-]+$", max_length=100)
    access: Access


class CollectionBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    description: str = Field("", max_length=2000)
    access: list[GrantBody] = Field(default_factory=list[GrantBody], max_length=500)
    labels: list[Label] = Field(default_factory=list[str], max_length=20)


class CollectionChange(BaseModel):
    """What is left out stays."""

    model_config = ConfigDict(extra="forbid")
    name: str | None = None
    description: str | None = Field(None, max_length=2000)
    access: list[GrantBody] | None = Field(None, max_length=500)
    labels: list[Label] | None = Field(None, max_length=20)


def collections_router(collections: Collections, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/collections", tags=["collections"])
    caller = Depends(principal)

    @router.get("")
    async def listing(asks: Principal = caller) -> CollectionPage:
        items = [collection_view(one) for one in await collections.listing(asks)]
        return CollectionPage(items=items, next_cursor=None, total=len(items))

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def create(body: CollectionBody, asks: Principal = caller) -> CollectionView:
        made = await collections.create(
            asks, body.name, body.description, grants_in(body.access), body.labels
        )
        return collection_view(made)

    @router.get("/{collection}")
    async def get(collection: str, asks: Principal = caller) -> CollectionView:
        return collection_view(await collections.get(asks, collection))

    @router.patch("/{collection}")
    async def patch(collection: str, body: CollectionChange, asks: Principal = caller) -> CollectionView:
        grants = None if body.access is None else grants_in(body.access)
        changed = await collections.change(
            asks,
            collection,
            name=body.name,
            description=body.description,
            grants=grants,
            labels=body.labels,
        )
        return collection_view(changed)

    @router.delete("/{collection}", status_code=status.HTTP_202_ACCEPTED)
    async def remove(collection: str, asks: Principal = caller) -> None:
        await collections.delete(asks, collection)

    return router


def grants_in(bodies: Sequence[GrantBody]) -> tuple[Grant, ...]:
    return tuple(Grant(body.grantee, body.access) for body in bodies)
