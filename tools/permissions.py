"""Writes the permission table of the code for readers and for the page: `python tools/permissions.py`."""

import json
from pathlib import Path

from bastide.identity.domain.permissions import SCOPES, TABLE, Rule
from bastide.identity.domain.principal import Role

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "permissions.md"
TABLE_OF_THE_PAGE = ROOT / "web" / "src" / "features" / "people" / "permissions.json"
WORDS = {Rule.YES: "yes", Rule.GRANT: "grant", Rule.NO: "no"}
MARKS = {Rule.YES: "yes", Rule.GRANT: "with a grant", Rule.NO: "–"}
HEAD = """# Permissions

Written by `tools/permissions.py` from `src/bastide/identity/domain/permissions.py`; a test keeps both equal.

Whatever is not allowed here is refused. Organisations are isolated tenants: nothing of one can be seen from
another, whatever the role. What somebody may not know of answers 404, what they may know of and not do 403.

## Roles
"""
GRANTS = """
`with a grant`: for who made the thing, and for people, groups, departments or the whole organisation that
were given `read`, `contribute` or `manage` on it. A document follows its collection, or narrows to a list of
its own: then only those on the list who may also read the collection can read it, its owner, and the
administrators.

## Scopes of API keys

A key may do what its person or service account may, narrowed to its scopes.
"""


def render() -> str:
    """The whole page."""
    names = [role.value for role in Role]
    lines = [HEAD, _row("action", *names), _row(*["---"] * (len(names) + 1))]
    lines += [_row(f"`{action}`", *(MARKS[cells[role]] for role in Role)) for action, cells in TABLE.items()]
    lines += [GRANTS, _row("scope", "covers"), _row("---", "---")]
    lines += [
        _row(
            f"`{scope}`",
            "everything" if scope == "admin" else ", ".join(f"`{one}`" for one in sorted(covers)),
        )
        for scope, covers in SCOPES.items()
    ]
    return "\n".join(lines) + "\n"


def render_json() -> str:
    """By action and role."""
    table = {action: {role.value: WORDS[cells[role]] for role in Role} for action, cells in TABLE.items()}
    return json.dumps(table, indent=2) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    TABLE_OF_THE_PAGE.write_text(render_json(), encoding="utf-8")
