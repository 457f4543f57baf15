"""What a key may do whose scopes are narrow: every route, with keys of somebody who may do everything."""

from contextlib import closing

import pytest

from bastide.gateway.asgi.app import PREFIXES
from tests.e2e.test_authorisation import ROWS, Stage, call, stage, unique

__all__ = ["stage"]  # the fixture
pytestmark = pytest.mark.heavy

# Its holder's own name and roles, what everybody is told, and a search that finds nothing to read.
ANY_KEY = {
    "GET /api/v1/me",
    "POST /api/v1/auth/logout",
    "POST /api/v1/personal-data/verify",
    "POST /api/v1/search",
    "GET /api/v1/status",
    "GET /openapi.json",
}
DOCUMENT = "/api/v1/documents/{document_id}"
COLLECTION = "/api/v1/collections/{collection}"
READING = {
    "GET /api/v1/collections",
    f"GET {COLLECTION}",
    "GET /api/v1/documents",
    *(f"GET {DOCUMENT}{tail}" for tail in ("", "/content", "/versions", "/text", "/rectangles")),
    "GET /api/v1/suggestions",
    "GET /api/v1/index",
}
EXPLAINING = {f"GET /api/v1/access/{what}" for what in ("explain", "readers", "changes")}
SCOPES = {
    "chat": {
        route
        for route in ROWS
        if route.split(" ")[1] in PREFIXES or route == "GET /v1/models/{model}" or "/usage" in route
    }
    | {"GET /api/v1/gateway/limits/mine"},
    "documents:read": READING,
    "documents:write": READING
    | EXPLAINING
    | {"POST /api/v1/collections", f"PATCH {COLLECTION}", f"DELETE {COLLECTION}", "POST /api/v1/documents"}
    | {f"{verb} {DOCUMENT}" for verb in ("PATCH", "DELETE")}
    | {f"POST {DOCUMENT}/{verb}" for verb in ("erasure", "cancel", "retry")}
    | {f"{verb} {DOCUMENT}/access" for verb in ("GET", "PUT")},
    "metrics": {"GET /metrics", "GET /api/v1/doctor"},
    "audit": {route for route in ROWS if route.startswith("GET /api/v1/audit")}
    | {"POST /api/v1/audit/verify"}
    | EXPLAINING,
}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_does_what_its_scope_says_and_nothing_else(stage: Stage, scope: str) -> None:  # the fixture
    made = stage.admin.post("/api/v1/keys", json={"name": unique(), "scopes": [scope]}).json()
    with closing(stage.client()) as client:
        client.headers["Authorization"] = f"Bearer {made['key']}"
        answers = {
            route: {call(stage, client, route, row).status_code for row in rows} - {403, 404}
            for route, rows in ROWS.items()
            if rows
        }
    answered = {route for route, statuses in answers.items() if statuses}
    not_ready = {f"GET {DOCUMENT}/text", f"GET {DOCUMENT}/rectangles"}  # 404 until the document is read
    assert answered - ANY_KEY == SCOPES[scope] - not_ready
