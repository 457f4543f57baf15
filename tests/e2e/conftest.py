"""Installations to test: embedded as on a laptop, and on PostgreSQL and Redis."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.installation import Installation, Server


def link_models(home: Path) -> None:
    """Share the embedder that `make test` fetched."""
    models = os.environ.get("BASTIDE_TEST_MODELS")
    if models is None or not Path(models).is_dir():
        pytest.skip("the embedder is not fetched: run make test, which sets BASTIDE_TEST_MODELS")
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(models)


def new_embedded(home: Path) -> Installation:
    link_models(home)
    return Installation(home, {"BASTIDE_DOCUMENTS__SAMPLES": "false"})


@pytest.fixture
def embedded(tmp_path: Path) -> Installation:
    return new_embedded(tmp_path / "home")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server, and a client with a key, for those tests of a file that do not mind each other's traces."""
    with new_embedded(tmp_path_factory.mktemp("running") / "home").server() as server:
        yield server.with_key()


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
