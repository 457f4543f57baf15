"""`/api/v1/auth/…` and `/api/v1/me`: log in, log out, and one's own account."""

from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bastide.identity.domain.factors import Challenge
from bastide.identity.domain.principal import Principal
from bastide.identity.http.cookies import browser_of, clear_cookies, device_of, set_cookies
from bastide.identity.http.views import EndedView, MeView, SessionPage, SessionView
from bastide.identity.usecases.change_password import ChangePassword, PasswordChange
from bastide.identity.usecases.log_in import LogIn, LoginAttempt
from bastide.identity.usecases.log_out import LogOut
from bastide.identity.usecases.open_session import NewSession, SessionOpener
from bastide.identity.usecases.organisations import ManageOrganisations
from bastide.identity.usecases.own_sessions import OwnSessions
from bastide.identity.usecases.profile import Profiles
from bastide.identity.usecases.second_step import SecondStep

_EXACT = ConfigDict(extra="forbid")  # a password may begin with a space


class LoginBody(BaseModel):
    model_config = _EXACT
    email: str = Field(max_length=254)
    password: str = Field(max_length=1024)


class PasswordBody(BaseModel):
    model_config = _EXACT
    current_password: str = Field(max_length=1024)
    new_password: str = Field(max_length=1024)


class ProfileBody(BaseModel):
    model_config = _EXACT
    name: str | None = Field(None, min_length=1, max_length=200)
    locale: Literal["en", "fr"] | None = None


class SwitchBody(BaseModel):
    model_config = _EXACT
    organisation_id: str = Field(max_length=64)


class ChallengeView(BaseModel):
    """Goes to `POST /api/v1/auth/second-factor`, or with the next try to `/join`, with an answer of one of
    the `methods` (`passkey`, `totp`, `recovery`). `passkey`: options for `navigator.credentials.get`.
    """

    challenge: str
    methods: list[str]
    passkey: dict[str, Any] | None

    @classmethod
    def of(cls, challenge: Challenge) -> "ChallengeView":
        return cls(
            challenge=challenge.token, methods=list(challenge.methods), passkey=challenge.passkey_options
        )


class LoginView(BaseModel):
    """One of the two: logged in, or asked for the second factor."""

    user: MeView | None
    second_factor: ChallengeView | None = None


class SecondFactorBody(BaseModel):
    model_config = _EXACT
    """One of `code` and `credential` (what `navigator.credentials.get` gave, as JSON)."""

    challenge: str = Field(max_length=200)
    code: str | None = Field(None, max_length=40)
    credential: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _one_answer(self) -> "SecondFactorBody":
        if (self.code is None) == (self.credential is None):
            raise ValueError("send one of code and credential")
        return self

    @property
    def answer(self) -> str | dict[str, Any]:
        return self.code if self.credential is None else self.credential  # pyright: ignore[reportReturnType]


def auth_router(
    log_in: LogIn,
    second: SecondStep,
    sessions: SessionOpener,
    log_out: LogOut,
    profiles: Profiles,
    organisations: ManageOrganisations,
    principal: Callable[[Request], Principal],
) -> APIRouter:
    """Log in, with its second step, is what is open here without credentials."""
    router = APIRouter(prefix="/api/v1/auth", tags=["identity"])
    caller = Depends(principal)

    @router.post("/login")
    async def login(body: LoginBody, request: Request, response: Response) -> LoginView:
        attempt = LoginAttempt(
            body.email, body.password, *browser_of(request), device_cookie=device_of(request)
        )
        return await logged_in(request, response, await log_in(attempt), profiles)

    @router.post("/second-factor")
    async def second_factor(body: SecondFactorBody, request: Request, response: Response) -> LoginView:
        user = await second.answer(body.challenge, body.answer)
        opened = await sessions.open(user, *browser_of(request), strong=True)
        return await logged_in(request, response, opened, profiles)

    @router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
    async def logout(request: Request, response: Response, asks: Principal = caller) -> None:
        await log_out(asks)
        clear_cookies(request, response)

    @router.post("/switch")
    async def switch(
        body: SwitchBody, request: Request, response: Response, asks: Principal = caller
    ) -> LoginView:
        opened = await organisations.switch(asks, body.organisation_id, *browser_of(request))
        return await logged_in(request, response, opened, profiles)

    return router


async def logged_in(
    request: Request, response: Response, opened: NewSession | Challenge, profiles: Profiles
) -> LoginView:
    """Sets the cookies of a session; a challenge goes back to the page."""
    if isinstance(opened, Challenge):
        return LoginView(user=None, second_factor=ChallengeView.of(opened))
    set_cookies(request, response, opened)
    return LoginView(user=MeView.of(await profiles.of_session(opened)))


def me_router(
    profiles: Profiles,
    change_password: ChangePassword,
    own_sessions: OwnSessions,
    principal: Callable[[Request], Principal],
) -> APIRouter:
    """One's own account, password and sessions."""
    router = APIRouter(prefix="/api/v1/me", tags=["identity"])
    caller = Depends(principal)

    @router.get("")
    async def me(asks: Principal = caller) -> MeView:
        return MeView.of(await profiles.read(asks))

    @router.patch("")
    async def update_me(body: ProfileBody, asks: Principal = caller) -> MeView:
        return MeView.of(await profiles.update(asks, body.name, body.locale))

    @router.post("/password", status_code=status.HTTP_204_NO_CONTENT)
    async def password(
        body: PasswordBody, request: Request, response: Response, asks: Principal = caller
    ) -> None:
        change = PasswordChange(body.current_password, body.new_password, *browser_of(request))
        set_cookies(request, response, await change_password(asks, change))

    @router.get("/sessions")
    async def sessions(asks: Principal = caller) -> SessionPage:
        found = await own_sessions.listing(asks)
        items = [SessionView.of(session, asks.session_id) for session in found]
        return SessionPage(items=items, total=len(items))

    @router.delete("/sessions")
    async def end_other_sessions(asks: Principal = caller) -> EndedView:
        return EndedView(ended=await own_sessions.end_others(asks))

    @router.delete("/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def end_session(session_id: str, asks: Principal = caller) -> None:
        await own_sessions.end(asks, session_id)

    return router
