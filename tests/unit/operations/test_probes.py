"""What orchestrators and Prometheus ask."""

import httpx
import pytest
from prometheus_client import CollectorRegistry, Gauge
from starlette.types import Receive, Scope, Send

from bastide.identity.contract import CredentialKind, Principal, Role
from bastide.identity.usecases.policy import TablePolicy
from bastide.kit.errors import UnavailableError
from bastide.operations.adapters.probes import CallProbe, SettingsProbe
from bastide.operations.asgi import Probes
from bastide.operations.domain.check import CheckState
from bastide.operations.usecases.examine import Examine

ROOT = Principal("usr_root", "org_one", Role.SYSTEM_ADMIN, CredentialKind.SESSION)
MEMBER = Principal("usr_one", "org_one", Role.MEMBER, CredentialKind.SESSION)


class Place:
    def __init__(self) -> None:
        self.broken = False
        self.caller = ROOT
        registry = CollectorRegistry()
        Gauge("bastide_answer", "Of everything.", registry=registry).set(42)
        self._probes = Probes(Examine([CallProbe("database", self.ask)]), TablePolicy(), registry)

    async def ask(self) -> str:
        if self.broken:
            raise UnavailableError("gone")
        return "sqlite"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {"principal": self.caller}
        await self._probes(scope, receive, send)


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
def http(place: Place) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(place), base_url="http://test")


async def test_it_lives_and_is_ready(http: httpx.AsyncClient) -> None:
    assert (await http.get("/health")).json() == {"status": "ok"}
    assert (await http.get("/ready")).json() == {"status": "ready", "missing": []}
    assert (await http.head("/ready")).status_code == 200


async def test_it_says_what_is_missing(place: Place, http: httpx.AsyncClient) -> None:
    place.broken = True
    answer = await http.get("/ready")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not_ready",
        "missing": [{"name": "database", "code": UnavailableError.code}],
    }
    assert (await http.get("/health")).status_code == 200


async def test_figures_are_for_who_may_read_them(place: Place, http: httpx.AsyncClient) -> None:
    answer = await http.get("/metrics")
    assert "bastide_answer 42.0" in answer.text
    place.caller = MEMBER
    refused = await http.get("/metrics")
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "permission.denied"


async def test_nothing_else_is_here(http: httpx.AsyncClient) -> None:
    assert (await http.get("/health/deep")).status_code == 404
    refused = await http.post("/ready")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    assert refused.json()["error"]["code"] == "method_not_allowed"


async def test_variables_that_are_no_settings_are_told() -> None:
    assert (await SettingsProbe([]).check()).state is CheckState.OK
    found = await SettingsProbe(["BASTIDE_PROT"]).check()
    assert (found.state, found.code) == (CheckState.WARNING, "settings.unknown")
    assert "BASTIDE_PROT" in found.message
