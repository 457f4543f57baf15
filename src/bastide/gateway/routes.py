"""The gateway's part of the platform API: what administrators call."""

from collections.abc import Callable

from fastapi import APIRouter, Request

from bastide.gateway.http.guardrails import guardrails_router
from bastide.gateway.http.health import health_router
from bastide.gateway.http.limits import limits_router
from bastide.gateway.http.models import deployments_router, models_router
from bastide.gateway.http.policy import policy_router
from bastide.gateway.http.prompts import prompts_router
from bastide.gateway.http.providers import providers_router
from bastide.gateway.http.usage import usage_router
from bastide.gateway.module import GatewayModule
from bastide.gateway.ports.subjects import Subjects
from bastide.gateway.usecases.manage_guardrails import ManageGuardrails
from bastide.gateway.usecases.manage_limits import ManageLimits
from bastide.gateway.usecases.manage_models import ManageModels
from bastide.gateway.usecases.manage_policy import ManagePolicy
from bastide.gateway.usecases.manage_providers import ManageProviders
from bastide.gateway.usecases.observe import Observe
from bastide.identity.contract import Principal


def gateway_routers(
    gateway: GatewayModule, principal: Callable[[Request], Principal], subjects: Subjects
) -> list[APIRouter]:
    """For administrators, and for everybody's own usage. Limits can be for whom `subjects` know."""
    changes = gateway.changes
    limits = ManageLimits(changes, gateway.books.limiter, gateway.catalogue, subjects)
    models = ManageModels(changes, gateway.catalogue)
    return [
        providers_router(ManageProviders(changes, gateway.catalogue, gateway.keyring), principal),
        models_router(models, principal),
        deployments_router(models, principal),
        limits_router(limits, principal),
        guardrails_router(ManageGuardrails(changes, gateway.catalogue), principal),
        policy_router(ManagePolicy(changes, gateway.policies, subjects), principal),
        prompts_router(gateway.read_prompts, principal),
        usage_router(gateway.report, principal),
        health_router(Observe(gateway.catalogue, gateway.stations, gateway.policy), principal),
    ]
