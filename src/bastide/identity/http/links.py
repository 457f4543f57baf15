"""`/api/v1/auth/invitation`, `/join`, `/forgot`, `/reset`: what links let people do without credentials."""

from typing import Literal

from fastapi import APIRouter, BackgroundTasks, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field

from bastide.identity.http.auth import LoginView, SecondFactorBody, logged_in
from bastide.identity.http.cookies import browser_of
from bastide.identity.usecases.join import Acceptance, Join, SecondAnswer
from bastide.identity.usecases.profile import Profiles
from bastide.identity.usecases.reset_password import ResetPassword

_EXACT = ConfigDict(extra="forbid")


class TokenBody(BaseModel):
    model_config = _EXACT
    token: str = Field(max_length=100)


class JoinBody(TokenBody):
    """`second_factor`: for an account that has one, after the first try was answered with a challenge."""

    password: str = Field(max_length=1024)
    name: str = Field("", max_length=200)
    locale: Literal["en", "fr"] = "en"
    second_factor: SecondFactorBody | None = None

    @property
    def second(self) -> SecondAnswer | None:
        given = self.second_factor
        return None if given is None else SecondAnswer(given.challenge, given.answer)


class ForgotBody(BaseModel):
    model_config = _EXACT
    email: str = Field(max_length=254)


class ResetBody(TokenBody):
    new_password: str = Field(max_length=1024)


class WelcomeView(BaseModel):
    organisation: str
    email: str
    has_account: bool


def links_router(join: Join, reset: ResetPassword, profiles: Profiles) -> APIRouter:
    """Every route here is open: the token is the credential."""
    router = APIRouter(prefix="/api/v1/auth", tags=["identity"])

    @router.post("/invitation")
    async def look(body: TokenBody) -> WelcomeView:
        welcome = await join.look(body.token)
        return WelcomeView(
            organisation=welcome.organisation, email=welcome.email, has_account=welcome.has_account
        )

    @router.post("/join")
    async def accept(body: JoinBody, request: Request, response: Response) -> LoginView:
        acceptance = Acceptance(
            body.token, body.password, body.name, body.locale, *browser_of(request), second=body.second
        )
        return await logged_in(request, response, await join(acceptance), profiles)

    @router.post("/forgot", status_code=status.HTTP_202_ACCEPTED)
    async def forgot(body: ForgotBody, request: Request, background: BackgroundTasks) -> None:
        await reset.admit(body.email, request.state.client_address)
        background.add_task(reset.by_mail, body.email)  # after the answer: its time tells nothing

    @router.post("/reset", status_code=status.HTTP_204_NO_CONTENT)
    async def redeem(body: ResetBody) -> None:
        await reset.redeem(body.token, body.new_password)

    return router
