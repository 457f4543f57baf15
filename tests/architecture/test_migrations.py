"""The migrations of all slices form one line: branches that were written side by side must not both land."""

import re
from pathlib import Path

VERSIONS = Path(__file__).parents[2] / "src" / "bastide" / "app" / "migrations" / "versions"


def test_each_migration_follows_the_one_before() -> None:
    scripts = [path.read_text() for path in sorted(VERSIONS.glob("[0-9]*.py"))]
    revisions = [re.findall(r'^revision = "(\w+)"$', script, re.MULTILINE) for script in scripts]
    parents = [re.findall(r'^down_revision = (?:"(\w+)"|None)$', script, re.MULTILINE) for script in scripts]
    assert parents == [[""], *revisions[:-1]]
    assert len({revision for [revision] in revisions}) == len(scripts)
