"""`/api/v1/auth/token` and `/api/v1/me/tokens`: tokens for clients that keep no cookies."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Request, status
from pydantic import BaseModel, ConfigDict, Field

from bastide.identity.domain.access_tokens import ACCESS_AGE, TokenPair
from bastide.identity.domain.factors import Challenge
from bastide.identity.domain.principal import Principal
from bastide.identity.http.auth import ChallengeView, LoginBody, SecondFactorBody
from bastide.identity.http.cookies import browser_of
from bastide.identity.ports import AccessTokens
from bastide.identity.usecases.client_tokens import Client, ClientTokens
from bastide.identity.usecases.log_in import LogIn, LoginAttempt
from bastide.identity.usecases.second_step import SecondStep


class ClientBody(BaseModel):
    """`client`: how the session is called in the list; what the client sends as `User-Agent` if left out."""

    model_config = ConfigDict(extra="forbid")
    client: str | None = Field(None, max_length=200)


class TokenLoginBody(LoginBody, ClientBody):
    pass


class TokenSecondFactorBody(SecondFactorBody, ClientBody):
    pass


class RefreshBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    refresh_token: str = Field(max_length=300)


class TokensView(BaseModel):
    """`session_id` names it in `/api/v1/me/sessions`. `expires_in_s` is that of the access token."""

    access_token: str
    token_type: str = "Bearer"
    expires_in_s: int
    refresh_token: str
    session_id: str

    @classmethod
    def of(cls, pair: TokenPair) -> "TokensView":
        return cls(
            access_token=pair.access,
            expires_in_s=int(ACCESS_AGE.total_seconds()),
            refresh_token=pair.refresh,
            session_id=pair.session_id,
        )


class TokenLoginView(BaseModel):
    """One of the two: the tokens, or what to send to `POST /api/v1/auth/token/second-factor`."""

    tokens: TokensView | None
    second_factor: ChallengeView | None = None


class KeysView(BaseModel):
    """A JWK set (RFC 7517)."""

    keys: list[dict[str, Any]]


def tokens_router(
    log_in: LogIn, second: SecondStep, clients: ClientTokens, access: AccessTokens
) -> APIRouter:
    """Every route here is open: a password or a refresh token is the credential."""
    router = APIRouter(prefix="/api/v1/auth", tags=["identity"])

    @router.post("/token")
    async def token(body: TokenLoginBody, request: Request) -> TokenLoginView:
        attempt = LoginAttempt(body.email, body.password, *browser_of(request))
        proved = await log_in.prove(attempt)
        if isinstance(proved, Challenge):
            return TokenLoginView(tokens=None, second_factor=ChallengeView.of(proved))
        return TokenLoginView(tokens=TokensView.of(await clients.open(proved, _client(body, request))))

    @router.post("/token/second-factor")
    async def second_factor(body: TokenSecondFactorBody, request: Request) -> TokensView:
        user = await second.answer(body.challenge, body.answer)
        return TokensView.of(await clients.open(user, _client(body, request), strong=True))

    @router.post("/token/refresh")
    async def refresh(body: RefreshBody) -> TokensView:
        return TokensView.of(await clients.refresh(body.refresh_token))

    @router.get("/jwks")
    async def jwks() -> KeysView:
        return KeysView(keys=list(access.public_keys()))

    return router


def own_tokens_router(clients: ClientTokens, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/me/tokens", tags=["identity"])
    caller = Depends(principal)

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def create(body: ClientBody, request: Request, asks: Principal = caller) -> TokensView:
        return TokensView.of(await clients.open_beside(asks, _client(body, request)))

    return router


def _client(body: ClientBody, request: Request) -> Client:
    address, user_agent = browser_of(request)
    return Client(address, body.client or user_agent)
