"""`/api/v1/gateway/providers`."""

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from fastapi import APIRouter, Depends, Request, status
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bastide.gateway.domain.catalogue import ProviderKind, Zone, base_url
from bastide.gateway.domain.entries import ProviderEntry
from bastide.gateway.http.trouble import TroubleOut, trouble_out
from bastide.gateway.usecases.manage_providers import ManageProviders, ProviderView
from bastide.identity.contract import Principal

Protocol: TypeAlias = Literal["chat", "messages", "responses"]


class ProviderChange(BaseModel):
    """What may be changed. `api_key` empty takes the key away; left out, it stays."""

    model_config = ConfigDict(extra="forbid")
    url: str | None = Field(None, max_length=2000)
    zone: Literal["internal", "cloud"] | None = None
    lists: bool | None = None
    api_version: str | None = Field(None, max_length=50)
    protocols: set[Protocol] | None = None
    api_key: SecretStr | None = Field(None, max_length=4000)


class ProviderBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=100)
    kind: Literal["openai", "azure", "anthropic"] = "openai"
    url: str = Field(max_length=2000)
    zone: Literal["internal", "cloud"] = "internal"
    lists: bool = True
    api_version: str | None = Field(None, max_length=50)
    protocols: set[Protocol] = Field(default_factory=set)
    api_key: SecretStr | None = Field(None, max_length=4000)


class ProviderOut(BaseModel):
    name: str
    kind: str
    url: str
    zone: str
    source: str
    lists: bool
    api_version: str | None
    protocols: list[str]
    has_key: bool
    reachable: bool
    trouble: TroubleOut | None


class ProviderPage(BaseModel):
    items: list[ProviderOut]
    next_cursor: str | None = None
    total: int


def providers_router(manage: ManageProviders, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/gateway/providers", tags=["gateway"])
    caller = Depends(principal)

    @router.get("")
    async def listing(asks: Principal = caller) -> ProviderPage:
        items = [_out(view) for view in await manage.listing(asks)]
        return ProviderPage(items=items, total=len(items))

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def add(body: ProviderBody, asks: Principal = caller) -> ProviderOut:
        entry = ProviderEntry(
            body.name.strip(),
            ProviderKind(body.kind),
            base_url(ProviderKind(body.kind), body.url),
            Zone(body.zone),
            body.lists,
            body.api_version,
            protocols=frozenset(body.protocols),
        )
        return _out(await manage.add(asks, entry, _secret(body.api_key)))

    @router.patch("/{name}")
    async def change(name: str, body: ProviderChange, asks: Principal = caller) -> ProviderOut:
        before = await manage.entry(asks, name)
        given: dict[str, Any] = body.model_dump(exclude_unset=True, exclude={"api_key"})
        entry = ProviderEntry(
            name,
            before.kind,
            base_url(before.kind, given.get("url") or before.url),
            Zone(given.get("zone") or before.zone),
            before.lists if body.lists is None else body.lists,
            given.get("api_version", before.api_version),
            protocols=before.protocols if body.protocols is None else frozenset(body.protocols),
        )
        return _out(await manage.replace(asks, entry, _secret(body.api_key)))

    @router.delete("/{name}", status_code=status.HTTP_204_NO_CONTENT)
    async def remove(name: str, asks: Principal = caller) -> None:
        await manage.remove(asks, name)

    return router


def _secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()


def _out(view: ProviderView) -> ProviderOut:
    return ProviderOut(
        name=view.name,
        kind=view.kind,
        url=view.url,
        zone=view.zone,
        source=view.source,
        lists=view.lists,
        api_version=view.api_version,
        protocols=sorted(view.protocols),
        has_key=view.has_key,
        reachable=view.trouble is None,
        trouble=trouble_out(view.trouble),
    )
