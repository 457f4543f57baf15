"""`/api/v1/keys`: API keys."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bastide.identity.domain.api_keys import PREFIX, ApiKey
from bastide.identity.domain.permissions import DEFAULT_SCOPES
from bastide.identity.domain.principal import Principal
from bastide.identity.usecases.create_key import CreateKey, KeyRequest
from bastide.identity.usecases.manage_keys import ManageKeys


class KeyBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=100)
    scopes: list[str] = Field(default_factory=lambda: sorted(DEFAULT_SCOPES), max_length=20)
    expires_at: AwareDatetime | None = None
    allowed_models: list[str] | None = Field(None, max_length=200)
    allowed_collections: list[str] | None = Field(None, max_length=200)
    allowed_networks: list[str] | None = Field(None, max_length=50)
    subject_id: str | None = Field(None, max_length=64)


class RotationBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    overlap_s: int = Field(86_400, ge=0, le=90 * 86_400)


class KeyView(BaseModel):
    id: str
    name: str
    prefix: str
    last_four: str
    subject_id: str
    scopes: list[str]
    allowed_models: list[str] | None
    allowed_collections: list[str] | None
    allowed_networks: list[str] | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewKeyView(KeyView):
    key: str


class KeyPage(BaseModel):
    items: list[KeyView]
    next_cursor: str | None
    total: int | None


def keys_router(
    create_key: CreateKey, manage_keys: ManageKeys, principal: Callable[[Request], Principal]
) -> APIRouter:
    router = APIRouter(prefix="/api/v1/keys", tags=["identity"])
    caller = Depends(principal)

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def create(body: KeyBody, asks: Principal = caller) -> NewKeyView:
        made = await create_key(asks, _request(body))
        return NewKeyView(**_fields(made.key), key=made.secret)

    @router.get("")
    async def listing(
        everyone: bool = False,  # noqa: FBT001, FBT002  # a query parameter
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        asks: Principal = caller,
    ) -> KeyPage:
        page = await manage_keys.listing(asks, everyone=everyone, cursor=cursor, limit=limit)
        items = [KeyView(**_fields(key)) for key in page.items]
        return KeyPage(items=items, next_cursor=page.next_cursor, total=page.total)

    @router.post("/{key_id}/rotate", status_code=status.HTTP_201_CREATED)
    async def rotate(key_id: str, body: RotationBody, asks: Principal = caller) -> NewKeyView:
        made = await manage_keys.rotate(asks, key_id, timedelta(seconds=body.overlap_s))
        return NewKeyView(**_fields(made.key), key=made.secret)

    @router.delete("/{key_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def revoke(key_id: str, asks: Principal = caller) -> None:
        await manage_keys.revoke(asks, key_id)

    return router


def _request(body: KeyBody) -> KeyRequest:
    return KeyRequest(
        name=body.name,
        scopes=frozenset(body.scopes),
        expires_at=body.expires_at,
        allowed_models=_set(body.allowed_models),
        allowed_collections=_set(body.allowed_collections),
        allowed_networks=None if body.allowed_networks is None else tuple(body.allowed_networks),
        subject_id=body.subject_id,
    )


def _set(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _fields(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "prefix": f"{PREFIX}{key.id}",
        "last_four": key.hint,
        "subject_id": key.subject_id,
        "scopes": sorted(key.scopes),
        "allowed_models": _listed(key.allowed_models),
        "allowed_collections": _listed(key.allowed_collections),
        "allowed_networks": _listed(key.allowed_networks),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
    }


def _listed(names: frozenset[str] | tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else sorted(names)
