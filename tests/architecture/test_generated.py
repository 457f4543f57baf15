"""What is written from the code says what the code says."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_permission_table_in_the_documentation_is_current() -> None:
    written = (ROOT / "docs/reference/permissions.md").read_text()
    render = runpy.run_path(str(ROOT / "tools/permissions.py"))["render"]
    assert written == render(), "run: python tools/permissions.py"


def test_the_permission_table_of_the_page_is_current() -> None:
    written = (ROOT / "web/src/features/people/permissions.json").read_text()
    render = runpy.run_path(str(ROOT / "tools/permissions.py"))["render_json"]
    assert written == render(), "run: python tools/permissions.py"
