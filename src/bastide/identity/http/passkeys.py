"""`/api/v1/me/passkeys`, and `/api/v1/auth/passkey`: log in with one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field

from bastide.identity.domain.passkeys import Passkey
from bastide.identity.domain.principal import Principal
from bastide.identity.http.auth import LoginView, logged_in
from bastide.identity.http.cookies import browser_of
from bastide.identity.http.second_factor import PasswordOnlyBody
from bastide.identity.usecases.passkeys import ManagePasskeys, PasskeyLogin
from bastide.identity.usecases.profile import Profiles

_EXACT = ConfigDict(extra="forbid")


class PasskeyOptionsView(BaseModel):
    """For `PublicKeyCredential.parseCreationOptionsFromJSON`, or `parseRequestOptionsFromJSON`."""

    options: dict[str, Any]


class CredentialBody(BaseModel):
    """`credential.toJSON()` of what the browser gave."""

    model_config = _EXACT
    credential: dict[str, Any]


class NewPasskeyBody(CredentialBody):
    name: str = Field(max_length=100)


class PasskeyNameBody(BaseModel):
    model_config = _EXACT
    name: str = Field(max_length=100)


class PasskeyView(BaseModel):
    """`synced`: kept by a provider on several devices."""

    id: str
    name: str
    synced: bool
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, passkey: Passkey) -> "PasskeyView":
        return cls(
            id=passkey.id,
            name=passkey.name,
            synced=passkey.credential.synced,
            created_at=passkey.created_at,
            last_used_at=passkey.last_used_at,
        )


class NewPasskeyView(PasskeyView):
    """`recovery_codes`: shown this once; empty if there were some before."""

    recovery_codes: list[str]


class PasskeyPage(BaseModel):
    items: list[PasskeyView]
    next_cursor: str | None = None
    total: int


def passkeys_router(manage: ManagePasskeys, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/me/passkeys", tags=["identity"])
    caller = Depends(principal)

    @router.get("")
    async def listing(asks: Principal = caller) -> PasskeyPage:
        return _page(await manage.listing(asks))

    @router.post("/begin")
    async def begin(body: PasswordOnlyBody, asks: Principal = caller) -> PasskeyOptionsView:
        return PasskeyOptionsView(options=await manage.begin(asks, body.password))

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def add(body: NewPasskeyBody, asks: Principal = caller) -> NewPasskeyView:
        passkey, codes = await manage.add(asks, body.name, body.credential)
        return NewPasskeyView(**dict(PasskeyView.of(passkey)), recovery_codes=list(codes))

    @router.patch("/{passkey_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def rename(passkey_id: str, body: PasskeyNameBody, asks: Principal = caller) -> None:
        await manage.rename(asks, passkey_id, body.name)

    @router.post("/{passkey_id}/remove", status_code=status.HTTP_204_NO_CONTENT)
    async def remove(passkey_id: str, body: PasswordOnlyBody, asks: Principal = caller) -> None:
        await manage.remove(asks, passkey_id, body.password)

    return router


def passkey_login_router(login: PasskeyLogin, profiles: Profiles) -> APIRouter:
    """Both routes are open: the passkey is the credential."""
    router = APIRouter(prefix="/api/v1/auth/passkey", tags=["identity"])

    @router.post("/begin")
    async def begin() -> PasskeyOptionsView:
        return PasskeyOptionsView(options=login.begin())

    @router.post("")
    async def finish(body: CredentialBody, request: Request, response: Response) -> LoginView:
        opened = await login.finish(body.credential, *browser_of(request))
        return await logged_in(request, response, opened, profiles)

    return router


def _page(passkeys: Sequence[Passkey]) -> PasskeyPage:
    return PasskeyPage(items=[PasskeyView.of(one) for one in passkeys], total=len(passkeys))
