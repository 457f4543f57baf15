"""`/api/v1/me/second-factor`: a generator of one-time passwords, and recovery codes."""

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request, status
from pydantic import BaseModel, ConfigDict, Field

from bastide.identity.domain.principal import Principal
from bastide.identity.usecases.second_factor import SecondFactor

_EXACT = ConfigDict(extra="forbid")


class PasswordOnlyBody(BaseModel):
    model_config = _EXACT
    password: str = Field(max_length=1024)


class CodeBody(BaseModel):
    model_config = _EXACT
    code: str = Field(max_length=40)


class FactorsView(BaseModel):
    totp: bool
    recovery_codes: int
    passkeys: int


class EnrolmentView(BaseModel):
    """`uri` is for a QR code, `secret` for typing it; shown this once."""

    secret: str
    uri: str


class RecoveryCodesView(BaseModel):
    """Each is good for one login; shown this once."""

    codes: list[str]


def second_factor_router(second: SecondFactor, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["identity"])
    caller = Depends(principal)

    @router.get("/me/second-factor")
    async def read(asks: Principal = caller) -> FactorsView:
        factors = await second.of(asks)
        return FactorsView(
            totp=factors.totp, recovery_codes=factors.recovery_codes, passkeys=factors.passkeys
        )

    @router.post("/me/second-factor")
    async def begin(body: PasswordOnlyBody, asks: Principal = caller) -> EnrolmentView:
        begun = await second.begin(asks, body.password)
        return EnrolmentView(secret=begun.secret, uri=begun.uri)

    @router.post("/me/second-factor/confirm")
    async def confirm(body: CodeBody, asks: Principal = caller) -> RecoveryCodesView:
        return RecoveryCodesView(codes=list(await second.confirm(asks, body.code)))

    @router.post("/me/second-factor/recovery-codes")
    async def renew(body: PasswordOnlyBody, asks: Principal = caller) -> RecoveryCodesView:
        return RecoveryCodesView(codes=list(await second.renew_codes(asks, body.password)))

    @router.post("/me/second-factor/remove", status_code=status.HTTP_204_NO_CONTENT)
    async def remove(body: PasswordOnlyBody, asks: Principal = caller) -> None:
        await second.remove(asks, body.password)

    @router.delete("/people/{user_id}/second-factor", status_code=status.HTTP_204_NO_CONTENT)
    async def reset(user_id: str, asks: Principal = caller) -> None:
        await second.reset(asks, user_id)

    return router
