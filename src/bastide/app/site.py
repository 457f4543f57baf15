"""Which paths go where, and which of them are open to everyone."""

from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from bastide.app.roles import Role
from bastide.app.settings import Settings
from bastide.gateway.module import GatewayModule
from bastide.identity.asgi import PublicRoutes
from bastide.identity.module import PUBLIC_ROUTES
from bastide.operations.asgi import PROBES
from bastide.platform.http.assets import WebApplication

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


def compose(settings: Settings, api: ASGIApp, probing: ASGIApp, inference: ASGIApp | None) -> ASGIApp:
    """The applications that the roles of this process ask for, as one."""
    prefixes: dict[str, ASGIApp] = dict.fromkeys(PROBES, probing)
    rest: ASGIApp = api
    if Role.API in settings.roles:
        prefixes |= dict.fromkeys(("/api", "/openapi.json"), api)
    if inference is not None and Role.GATEWAY in settings.roles:
        prefixes |= dict.fromkeys(GatewayModule.prefixes, inference)
    if Role.WEB in settings.roles:
        prefixes["/v1"] = prefixes.get("/v1", api)  # an unknown inference path is an error, not a page
        rest = WebApplication(STATIC)
    return Dispatch(prefixes, rest)
