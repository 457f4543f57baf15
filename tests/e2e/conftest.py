"""Installations to test: embedded as on a laptop, and on PostgreSQL and Redis."""

import os
from pathlib import Path

import pytest

from tests.e2e.installation import Installation


def link_models(home: Path) -> None:
    """Share the embedder that `make test` fetched."""
    models = os.environ.get("BASTIDE_TEST_MODELS")
    if models is None or not Path(models).is_dir():
        pytest.skip("the embedder is not fetched: run make test, which sets BASTIDE_TEST_MODELS")
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(models)


@pytest.fixture
def embedded(tmp_path: Path) -> Installation:
    home = tmp_path / "home"
    link_models(home)
    return Installation(home, {"BASTIDE_DOCUMENTS__SAMPLES": "false"})


@pytest.fixture(params=["embedded", pytest.param("production", marks=pytest.mark.heavy)])
def installation(request: pytest.FixtureRequest, embedded: Installation) -> Installation:
    """The same tests on SQLite and memory, and on PostgreSQL and Redis."""
    if request.param == "embedded":
        return embedded
    urls = {
        "BASTIDE_DATABASE_URL": request.getfixturevalue("postgres_url"),
        "BASTIDE_CACHE_URL": request.getfixturevalue("redis_url"),
    }
    return Installation(embedded.home, {**embedded.environment, **urls})
