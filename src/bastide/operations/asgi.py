"""What orchestrators and Prometheus ask every process: `/health`, `/ready`, `/metrics`.

Raw ASGI, so that a process that only relays calls to models answers them without loading the platform API.
"""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bastide.identity.contract import Action, Policy
from bastide.kit.errors import BastideError
from bastide.operations.usecases.examine import Examine
from bastide.platform.http.errors import error_body, error_response

PROBES = ("/health", "/ready", "/metrics")


class Probes:
    """`GET /metrics` is for who may read `registry`; the others are open."""

    def __init__(self, examine: Examine, policy: Policy, registry: CollectorRegistry) -> None:
        self._examine = examine
        self._policy = policy
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._answer(scope)
        except BastideError as error:
            answer = error_response(error)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        path: str = scope["path"]
        if path not in PROBES:
            return JSONResponse(error_body("not_found", "Not Found"), 404)
        scope["state"]["route"] = path
        if scope["method"] not in {"GET", "HEAD"}:
            refused = error_body("method_not_allowed", "Method Not Allowed")
            return JSONResponse(refused, 405, {"allow": "GET, HEAD"})
        if path == "/health":
            return JSONResponse({"status": "ok"})
        if path == "/ready":
            return await self._ready()
        self._policy.require(scope["state"]["principal"], Action.METRICS_READ)
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

    async def _ready(self) -> Response:
        missing = [{"name": check.name, "code": check.code} for check in await self._examine.ready()]
        status = "not_ready" if missing else "ready"
        return JSONResponse({"status": status, "missing": missing}, 503 if missing else 200)
