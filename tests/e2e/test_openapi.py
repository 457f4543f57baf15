"""schemathesis on the whole OpenAPI document: no 5xx, nothing that the document does not say."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e.installation import Installation

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(420)]

PROGRAM = Path(__file__).parents[2] / ".cache" / "schemathesis" / "bin" / "schemathesis"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
SECONDS = 150
# A stream without an end; and what would move the index away under the other calls.
LEFT_OUT = "(documents/events|index/compact)$"


def test_answers_are_those_of_the_document(tmp_path: Path) -> None:
    if not PROGRAM.exists():
        pytest.skip("schemathesis is not installed: run make test-heavy, which installs it")
    settings = {
        "BASTIDE_EMBEDDER_URL": "none:",
        "BASTIDE_DOCUMENTS__SAMPLES": "false",
        "BASTIDE_REQUESTS_PER_S": "0",
    }
    with Installation(tmp_path / "home", settings).server() as server:
        token = server.with_token().client.headers["Authorization"]
        command = [
            *(str(PROGRAM), "run", f"{server.url}/openapi.json", "--header", f"Authorization: {token}"),
            *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"),
            *("--exclude-path-regex", LEFT_OUT, "--max-time", str(SECONDS)),
            *("--max-examples", "50", "--seed", "1"),  # what fails must not depend on chance
            *("--continue-on-failure", "--no-shrink", "--request-timeout", "30", "--warnings", "off"),
        ]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]
    assert "Test cases:" in ran.stdout
