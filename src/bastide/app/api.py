"""The platform API, of the routes of every slice.

Loaded by name: a process that only relays calls to models has no use for it until somebody manages something
there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from bastide.app.subjects import KnownSubjects
from bastide.app.version import VERSION
from bastide.gateway.http.inference import inference_paths
from bastide.gateway.module import GatewayModule
from bastide.gateway.routes import gateway_routers
from bastide.identity.contract import Principal
from bastide.identity.module import Identity
from bastide.identity.routes import identity_routers
from bastide.operations.http.status import probe_paths, status_router
from bastide.operations.module import Auditing
from bastide.operations.ports import Facts
from bastide.operations.routes import audit_routers
from bastide.operations.usecases.examine import Examine
from bastide.platform.http.handlers import ERROR_RESPONSES, install_error_handlers
from bastide.platform.http.hardening import BodyLimit

STREAMED = frozenset({("POST", "/api/v1/documents")})
"""Bodies that go to the disk piece by piece, with a limit of their own."""

DocumentsRouters: TypeAlias = Callable[[Callable[[Request], Principal]], list[APIRouter]]
"""Makes the routes of the documents service."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs in this process and is managed through the API."""

    identity: Identity
    auditing: Auditing
    examine: Examine
    facts: Facts
    gateway: GatewayModule | None
    documents: DocumentsRouters | None


def principal_of(request: Request) -> Principal:
    """Whom the identity middleware let in."""
    return request.state.principal


def platform_api(parts: Parts) -> FastAPI:
    """With one shape of error. No interactive docs: they load code from elsewhere."""
    policy = parts.identity.policy
    routers = identity_routers(parts.identity, principal_of)
    routers += audit_routers(parts.auditing, policy, principal_of)
    if parts.documents is not None:
        routers += parts.documents(principal_of)
    if parts.gateway is not None:
        subjects = KnownSubjects(parts.identity.parts.store)
        routers += gateway_routers(parts.gateway, principal_of, subjects)
    routers.append(status_router(parts.examine, parts.facts, policy, principal_of))
    return _compose(routers)


def _compose(routers: list[APIRouter]) -> FastAPI:
    api = FastAPI(title="Bastide", version=VERSION, openapi_url=None, responses=dict(ERROR_RESPONSES))
    api.add_middleware(BodyLimit, streamed=STREAMED)
    install_error_handlers(api)
    for router in routers:
        api.include_router(router)

    @api.get("/openapi.json", include_in_schema=False)
    def described() -> JSONResponse:
        """With the probes and the inference routes, which are no routes of this application.

        In a thread: the first time takes a second of processor time, and answers go on meanwhile.
        """
        document = api.openapi()
        paths = document["paths"] | probe_paths() | inference_paths()
        return JSONResponse({**document, "paths": paths})

    return api
