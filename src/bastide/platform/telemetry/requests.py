"""Counts and times every request, gives it an id, and logs what failed. Raw ASGI: bodies pass untouched."""

import re
import time
from collections.abc import Iterator
from typing import Final

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bastide.kit.ids import new_id
from bastide.platform.telemetry.origin import Origin, begin
from bastide.platform.telemetry.tally import Tally

_BOUNDS_US: Final = (
    5_000,
    10_000,
    20_000,
    40_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    10_000_000,
)
_GIVEN_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_GONE: Final = 499  # nginx's number: the client left before an answer began
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestTelemetry:
    """Wraps an application. Every answer has `x-request-id`, and `server-timing` with the time to it."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._log = structlog.get_logger("bastide.http")
        self._figures = _Figures()
        registry.register(self._figures)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        now = time.perf_counter
        request_id = _request_id(scope)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        started: float = state.setdefault("began_at", now())
        begin(Origin(None, request_id))
        status = _GONE

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _complete(message, request_id, now() - started)
            await send(message)

        try:
            await self._app(scope, receive, with_id)
        except BaseException:
            status = 500 if status == _GONE else status
            raise
        finally:
            self._record(scope, status, int((now() - started) * 1_000_000))

    def _record(self, scope: Scope, status: int, duration_us: int) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = _route_template(scope)
        self._figures.add(method, route, status, duration_us)
        if status >= 500:
            self._log.error("request.failed", method=method, route=route, status=status)


class _Figures(Collector):
    """Requests by route template, so that ids make no new time series."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, int], int] = {}
        self._durations: dict[tuple[str, str], Tally] = {}

    def add(self, method: str, route: str, status: int, duration_us: int) -> None:
        key = (method, route, status)
        self._counts[key] = self._counts.get(key, 0) + 1
        if (tally := self._durations.get((method, route))) is None:
            tally = self._durations[method, route] = Tally(_BOUNDS_US)
        tally.add(duration_us)

    def collect(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "bastide_http_requests", "Requests answered.", labels=["method", "route", "status"]
        )
        for (method, route, status), count in self._counts.items():
            requests.add_metric([method, route, str(status)], count)
        yield requests
        seconds = HistogramMetricFamily(
            "bastide_http_request_duration_seconds",
            "From the first byte of the request to the last of the answer.",
            labels=["method", "route"],
        )
        for labels, tally in self._durations.items():
            tally.write(seconds, labels)
        yield seconds


def _complete(message: Message, request_id: str, elapsed_s: float) -> None:
    """Add what is not there yet: the gateway writes both itself, with more detail."""
    present = dict(message["headers"])
    if b"x-request-id" not in present:
        message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
    if b"server-timing" not in present:
        message["headers"] = [*message["headers"], (b"server-timing", b"app;dur=%.1f" % (elapsed_s * 1000))]


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value):
            return value.decode()
    return new_id("req")


def _route_template(scope: Scope) -> str:
    """The routed endpoint's template, so that ids make no new time series."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    return path if isinstance(path, str) else scope.get("state", {}).get("route", "other")
