"""`/api/v1/gateway/policy`."""

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from bastide.gateway.domain.policies import GatewayPolicy
from bastide.gateway.usecases.manage_policy import ManagePolicy
from bastide.identity.contract import Principal


class PolicyBody(BaseModel):
    """`cache_keys`: ids of API keys whose calls are answered from the cache without asking for it.

    `log_prompts`: requests and answers are kept, sealed, for `prompt_days`.
    """

    model_config = ConfigDict(extra="forbid")
    cache_keys: list[str] = Field(default_factory=list[str], max_length=1000)
    cache_ttl_s: int = Field(300, ge=1, le=86_400)
    log_prompts: bool = False
    prompt_days: int = Field(30, ge=1, le=3650)


def policy_router(manage: ManagePolicy, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/gateway/policy", tags=["gateway"])
    caller = Depends(principal)

    @router.get("")
    async def get(asks: Principal = caller) -> PolicyBody:
        return _out(await manage.get(asks))

    @router.put("")
    async def put(body: PolicyBody, asks: Principal = caller) -> PolicyBody:
        policy = GatewayPolicy(
            asks.organisation_id,
            frozenset(body.cache_keys),
            body.cache_ttl_s,
            body.log_prompts,
            body.prompt_days,
        )
        return _out(await manage.put(asks, policy))

    return router


def _out(policy: GatewayPolicy) -> PolicyBody:
    return PolicyBody(
        cache_keys=sorted(policy.cache_keys),
        cache_ttl_s=policy.cache_ttl_s,
        log_prompts=policy.log_prompts,
        prompt_days=policy.prompt_days,
    )
