"""`/api/v1/auth/…` and `/api/v1/me`: log in, log out, and one's own account."""

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field

from bastide.identity.domain.principal import Principal
from bastide.identity.domain.sessions import ABSOLUTE, CSRF_COOKIE, DEVICE_COOKIE, SESSION_COOKIE
from bastide.identity.usecases.change_password import ChangePassword, PasswordChange
from bastide.identity.usecases.log_in import LogIn, LoginAttempt
from bastide.identity.usecases.log_out import LogOut
from bastide.identity.usecases.open_session import NewSession
from bastide.identity.usecases.profile import Profile, Profiles

_DEVICE_AGE_S = 400 * 86_400  # the longest that browsers keep a cookie
_STRICT = ConfigDict(extra="forbid")


class LoginBody(BaseModel):
    model_config = _STRICT
    email: str = Field(max_length=254)
    password: str = Field(max_length=1024)


class PasswordBody(BaseModel):
    model_config = _STRICT
    current_password: str = Field(max_length=1024)
    new_password: str = Field(max_length=1024)


class ProfileBody(BaseModel):
    model_config = _STRICT
    name: str | None = Field(None, min_length=1, max_length=200)
    locale: Literal["en", "fr"] | None = None


class OrganisationView(BaseModel):
    id: str
    name: str


class MeView(BaseModel):
    id: str
    email: str | None
    name: str
    role: str
    organisation: OrganisationView
    locale: str
    must_change_password: bool


class LoginView(BaseModel):
    user: MeView


def auth_router(
    log_in: LogIn,
    log_out: LogOut,
    change_password: ChangePassword,
    profiles: Profiles,
    principal: Callable[[Request], Principal],
) -> APIRouter:
    """Log in is the one route here that is open without credentials."""
    router = APIRouter(prefix="/api/v1", tags=["identity"])
    caller = Depends(principal)

    @router.post("/auth/login")
    async def login(body: LoginBody, request: Request, response: Response) -> LoginView:
        attempt = LoginAttempt(
            body.email, body.password, *_browser(request), device_cookie=request.cookies.get(DEVICE_COOKIE)
        )
        opened = await log_in(attempt)
        _set_cookies(request, response, opened)
        return LoginView(user=_me(await profiles.of_session(opened)))

    @router.post("/auth/logout", status_code=status.HTTP_204_NO_CONTENT)
    async def logout(response: Response, asks: Principal = caller) -> None:
        await log_out(asks)
        for name in (SESSION_COOKIE, CSRF_COOKIE):
            response.delete_cookie(name)

    @router.get("/me")
    async def me(asks: Principal = caller) -> MeView:
        return _me(await profiles.read(asks))

    @router.patch("/me")
    async def update_me(body: ProfileBody, asks: Principal = caller) -> MeView:
        return _me(await profiles.update(asks, body.name, body.locale))

    @router.post("/me/password", status_code=status.HTTP_204_NO_CONTENT)
    async def password(
        body: PasswordBody, request: Request, response: Response, asks: Principal = caller
    ) -> None:
        change = PasswordChange(body.current_password, body.new_password, *_browser(request))
        _set_cookies(request, response, await change_password(asks, change))

    return router


def _browser(request: Request) -> tuple[str | None, str]:
    """Address and user agent."""
    return request.state.client_address, request.headers.get("user-agent", "")


def _set_cookies(request: Request, response: Response, opened: NewSession) -> None:
    age_s = int(ABSOLUTE.total_seconds())
    cookies = (
        (SESSION_COOKIE, opened.token, age_s, True),
        (CSRF_COOKIE, opened.csrf, age_s, False),
        (DEVICE_COOKIE, opened.device, _DEVICE_AGE_S, True),
    )
    for name, value, max_age, http_only in cookies:
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            secure=request.url.scheme == "https",
            httponly=http_only,
            samesite="lax",
        )


def _me(profile: Profile) -> MeView:
    user = profile.user
    return MeView(
        id=profile.principal.subject_id,
        email=user and user.email,
        name=user.name if user else "Bastide",
        role=profile.principal.role.value,
        organisation=OrganisationView(id=profile.organisation.id, name=profile.organisation.name),
        locale=user.locale if user else "en",
        must_change_password=bool(user and user.must_change_password),
    )
