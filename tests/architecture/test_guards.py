"""Rules that keep the code small and honest. A rule that is only written down does not last."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from bastide.app.settings import DocumentSettings, GatewaySettings, Provider, Settings

SOURCE = Path(__file__).parents[2] / "src" / "bastide"
FILES = {
    path.relative_to(SOURCE).as_posix(): path
    for path in sorted(SOURCE.rglob("*.py"))
    if "migrations/versions" not in path.as_posix()
}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
ENVIRONMENT_FILE = "app/settings.py"

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
    "app/grants.py": "the rows of documents, where the first person is taken out",
    "app/models.py": "OpenTelemetry",
    "gateway/adapters/counters.py": "the Redis counters",
    "identity/adapters/later.py": "py_webauthn and joserfc, with the first passkey or access token",
    "identity/adapters/common_passwords.py": "the list of the commonest, where somebody chooses one",
    "platform/database/dialects.py": "SQLAlchemy's part for PostgreSQL or SQLite",
    "platform/database/schema.py": "Alembic, at a start that finds an older schema",
}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    nodes = ast.walk(parsed(path))
    return (node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def offenders(found_in: Callable[[Path], list[str]]) -> dict[str, list[str]]:
    """What a rule finds, by file; a file without a finding is left out."""
    return {name: found for name, path in FILES.items() if (found := found_in(path))}


def test_a_file_has_one_purpose_and_fits_in_a_sitting() -> None:
    lines = {name: len(path.read_text().splitlines()) for name, path in FILES.items()}
    assert lines
    assert not {name: count for name, count in lines.items() if count > MAX_FILE_LINES}


def test_a_function_fits_on_a_screen() -> None:
    def long(path: Path) -> list[str]:
        return [
            node.name
            for node in functions(path)
            if (node.end_lineno or node.lineno) - node.lineno + 1 > MAX_FUNCTION_LINES
        ]

    assert not offenders(long)


def is_ours(statement: ast.AST) -> bool:
    """Imports something of this package."""
    if isinstance(statement, ast.ImportFrom):
        return (statement.module or "").startswith("bastide")
    return isinstance(statement, ast.Import) and any(n.name.startswith("bastide") for n in statement.names)


def test_no_first_party_import_hides_in_a_function() -> None:
    def hidden(path: Path) -> list[str]:
        inside = (statement for function in functions(path) for statement in ast.walk(function))
        return [ast.unparse(statement) for statement in inside if is_ours(statement)]

    assert not offenders(hidden)


def test_parts_are_loaded_by_name_only_where_it_is_said_why() -> None:
    found = {name for name, path in FILES.items() if "import_module(" in path.read_text()}
    assert found == set(LOADED_BY_NAME)


def test_only_the_settings_read_the_environment() -> None:
    def reads(path: Path) -> list[str]:
        # os.environ/X is LiteLLM's
        return [found[0] for found in re.finditer(r"\bos\.(environ|getenv)\b(?!/)", path.read_text())]

    assert offenders(reads).keys() == {ENVIRONMENT_FILE}


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Catches everything and does not end by raising it again."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or ast.unparse(kind) in {"Exception", "BaseException"} for kind in kinds)


def test_nothing_catches_everything() -> None:
    def broad(path: Path) -> list[str]:
        handlers = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.ExceptHandler))
        return [f"line {handler.lineno}" for handler in handlers if is_broad(handler)]

    assert offenders(broad).keys() == BROAD_EXCEPT_ALLOWED.keys()


MUTABLE_MAKERS = {"dict", "list", "set", "defaultdict", "deque"}


def is_mutable(value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp):
        return True
    return isinstance(value, ast.Call) and ast.unparse(value.func) in MUTABLE_MAKERS


def test_a_module_keeps_no_state() -> None:
    """A constant table (a dict literal) is fine; what is made to be filled is not, nor is `global`."""

    def state(path: Path) -> list[str]:
        mutable = [
            ast.unparse(node)
            for node in parsed(path).body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            and node.value is not None
            and is_mutable(node.value)
            and "__all__" not in ast.unparse(node)
        ]
        written = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Global))
        return [*mutable, *(ast.unparse(node) for node in written)]

    assert not offenders(state)


def test_the_import_contracts_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([program], capture_output=True, text=True, check=False, cwd=SOURCE.parents[1])
    assert result.returncode == 0, result.stdout


def test_settings_stay_few() -> None:
    count = sum(len(model.model_fields) for model in (Settings, DocumentSettings, GatewaySettings, Provider))
    assert count <= 60
