"""The operations slice's part of the platform API."""

from collections.abc import Callable

from fastapi import APIRouter, Request

from bastide.identity.contract import Policy, Principal
from bastide.operations.http.audit import AuditUseCases, audit_router, proofs_router
from bastide.operations.http.personal_data import personal_data_router
from bastide.operations.module import Auditing
from bastide.operations.personal import PersonalData


def audit_routers(
    auditing: Auditing, policy: Policy, principal: Callable[[Request], Principal]
) -> list[APIRouter]:
    """Reading the log, and what an auditor checks by himself."""
    uses = AuditUseCases(
        auditing.read,
        auditing.proofs,
        auditing.export,
        auditing.keep,
        auditing.audit,
        auditing.keyring,
        auditing.version,
        auditing.host,
    )
    return [audit_router(uses, policy, principal), proofs_router(uses, policy, principal)]


def personal_data_routers(
    personal: PersonalData, principal: Callable[[Request], Principal]
) -> list[APIRouter]:
    """Exports and erasures."""
    return [personal_data_router(personal.uses, personal.workflow.again, principal)]
