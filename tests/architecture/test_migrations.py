"""Migrations are one chain, each named by its place in it."""

import re
from pathlib import Path

VERSIONS = Path(__file__).parents[2] / "src" / "bastide" / "app" / "migrations" / "versions"


def test_each_migration_follows_the_one_before() -> None:
    previous: str | None = None
    for path in sorted(VERSIONS.glob("[0-9]*.py")):
        source = path.read_text()
        revision = re.search(r'^revision = "(\d+)"', source, re.MULTILINE)
        follows = re.search(r'^down_revision = (?:"(\d+)"|None)', source, re.MULTILINE)
        assert revision is not None, path.name
        assert follows is not None, path.name
        assert revision[1] == path.name[:4], path.name
        assert follows[1] == previous, f"{path.name} must follow {previous}"
        previous = revision[1]
