"""Which paths go where, and which of them are open to everyone."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from bastide.app.roles import Role
from bastide.app.settings import Settings
from bastide.app.version import VERSION
from bastide.gateway.module import GatewayModule, inference_paths
from bastide.identity.asgi import PublicRoutes
from bastide.identity.contract import Principal
from bastide.identity.module import PUBLIC_ROUTES
from bastide.platform.http.assets import WebApplication
from bastide.platform.http.errors import ERROR_RESPONSES, install_error_handlers
from bastide.platform.http.hardening import BodyLimit

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
SAMPLES = next(path for path in (_HERE / "samples", _HERE.parents[2] / "samples") if path.is_dir())
"""In the installed package, else in the checkout."""

_PAGES = ("login", "ask", "library", "settings", "people", "audit", "models", "usage", "join", "reset")
_FILES = ("favicon.svg", "favicon.ico", "manifest.webmanifest", "robots.txt")

PUBLIC = PublicRoutes(
    exact=frozenset(
        {
            ("GET", "/health"),
            ("GET", "/ready"),
            *PUBLIC_ROUTES,
            ("GET", "/"),
            *(("GET", f"/{name}") for name in (*_PAGES, *_FILES)),
        }
    ),
    folders=("/assets/", *(f"/{name}/" for name in _PAGES)),
)
"""The page is the same file for everyone: what it shows, it asks the API for."""


STREAMED = frozenset({("POST", "/api/v1/documents")})
"""Bodies that go to the disk piece by piece, with a limit of their own."""


class Dispatch:
    """Sends a request to the application whose prefix fits longest; every other path to `rest`."""

    def __init__(self, prefixes: dict[str, ASGIApp], rest: ASGIApp) -> None:
        self._exact = prefixes
        self._prefixes = [(f"{path}/", prefixes[path]) for path in sorted(prefixes, key=len, reverse=True)]
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if (exact := self._exact.get(path)) is not None:
            await exact(scope, receive, send)
            return
        for prefix, app in self._prefixes:
            if path.startswith(prefix):
                await app(scope, receive, send)
                return
        await self._rest(scope, receive, send)


def principal_of(request: Request) -> Principal:
    """Whom the identity middleware let in."""
    return request.state.principal


def platform_api(routers: list[APIRouter]) -> FastAPI:
    """The platform API, with one shape of error. No interactive docs: they load code from elsewhere."""
    api = FastAPI(
        title="Bastide", version=VERSION, docs_url=None, redoc_url=None, responses=dict(ERROR_RESPONSES)
    )
    api.add_middleware(BodyLimit, streamed=STREAMED)
    install_error_handlers(api)
    for router in routers:
        api.include_router(router)
    written = api.openapi

    def described() -> dict[str, Any]:
        """With the inference routes, which are no routes of this application."""
        if api.openapi_schema is None:
            document = written()
            document["paths"] |= inference_paths()
        return written()

    api.openapi = described
    return api


def compose(settings: Settings, api: ASGIApp, inference: ASGIApp | None) -> ASGIApp:
    """The applications that the roles of this process ask for, as one."""
    prefixes: dict[str, ASGIApp] = dict.fromkeys(("/health", "/ready", "/metrics"), api)
    rest: ASGIApp = api
    if Role.API in settings.roles:
        prefixes |= dict.fromkeys(("/api", "/openapi.json"), api)
    if inference is not None and Role.GATEWAY in settings.roles:
        prefixes |= dict.fromkeys(GatewayModule.prefixes, inference)
    if Role.WEB in settings.roles:
        prefixes["/v1"] = prefixes.get("/v1", api)  # an unknown inference path is an error, not a page
        rest = WebApplication(STATIC)
    return Dispatch(prefixes, rest)
