"""Rules that keep the code small and honest. A rule that is only written down does not last."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bastide.app.settings import DocumentSettings, GatewaySettings, Provider, Settings

SOURCE = Path(__file__).parents[2] / "src" / "bastide"
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations/versions" not in path.as_posix())
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
ENVIRONMENT_FILE = SOURCE / "app" / "settings.py"

# Edges where an unknown fault must be turned into a recorded failure instead of ending a loop.
BROAD_EXCEPT_ALLOWED: dict[str, str] = {
    "platform/bus/memory.py": "a subscriber may raise anything: it is logged and sees the event again",
    "knowledge/adapters/parsing/worker.py": "a library may raise anything: the document is corrupt",
    "platform/outbox/sql.py": "a receiver may raise anything: the event stays and is tried again",
    "platform/workflows/run.py": "a step may raise anything: it is tried again, then the workflow fails",
}

# Where a part is loaded by name, so that processes which never use it neither wait nor pay for it (ADR 0016).
LOADED_BY_NAME: dict[str, str] = {
    "app/backends.py": "the Redis cache",
    "app/cli/client.py": "httpx2, in a command that asks a server",
    "app/container.py": "documents: index, parsers, workflow engine; the platform API: FastAPI; a SIEM",
    "app/models.py": "OpenTelemetry",
    "gateway/adapters/counters.py": "the Redis counters",
    "identity/adapters/later.py": "py_webauthn and joserfc, with the first passkey or access token",
    "identity/adapters/common_passwords.py": "the list of the commonest, where somebody chooses one",
    "platform/database/dialects.py": "SQLAlchemy's part for PostgreSQL or SQLite",
    "platform/database/schema.py": "Alembic, at a start that finds an older schema",
}

IDS = [path.relative_to(SOURCE).as_posix() for path in FILES]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_a_file_has_one_purpose_and_fits_in_a_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_FILE_LINES


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = [
        node.name
        for node in functions(parsed(path))
        if (node.end_lineno or node.lineno) - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert not long


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_no_first_party_import_hides_in_a_function(path: Path) -> None:
    hidden = [
        ast.unparse(statement)
        for function in functions(parsed(path))
        for statement in ast.walk(function)
        if (isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("bastide"))
        or (isinstance(statement, ast.Import) and any(n.name.startswith("bastide") for n in statement.names))
    ]
    assert not hidden


def test_parts_are_loaded_by_name_only_where_it_is_said_why() -> None:
    found = {name for name, path in zip(IDS, FILES, strict=True) if "import_module(" in path.read_text()}
    assert found == set(LOADED_BY_NAME)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    if path != ENVIRONMENT_FILE:
        assert not re.search(r"\bos\.(environ|getenv)\b(?!/)", path.read_text())  # os.environ/X is LiteLLM's


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Catches everything and does not end by raising it again."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or ast.unparse(kind) in {"Exception", "BaseException"} for kind in kinds)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_nothing_catches_everything(path: Path) -> None:
    broad = [
        node.lineno
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler) and is_broad(node)
    ]
    if path.relative_to(SOURCE).as_posix() not in BROAD_EXCEPT_ALLOWED:
        assert not broad


MUTABLE_MAKERS = {"dict", "list", "set", "defaultdict", "deque"}


def is_mutable(value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp):
        return True
    return isinstance(value, ast.Call) and ast.unparse(value.func) in MUTABLE_MAKERS


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_a_module_keeps_no_state(path: Path) -> None:
    """A constant table (a dict literal) is fine; what is made to be filled is not, nor is `global`."""
    tree = parsed(path)
    mutable = [
        ast.unparse(node)
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and node.value is not None
        and is_mutable(node.value)
        and "__all__" not in ast.unparse(node)
    ]
    assert not mutable
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)]


def test_the_import_contracts_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([program], capture_output=True, text=True, check=False, cwd=SOURCE.parents[1])
    assert result.returncode == 0, result.stdout


def test_settings_stay_few() -> None:
    count = sum(len(model.model_fields) for model in (Settings, DocumentSettings, GatewaySettings, Provider))
    assert count <= 60
