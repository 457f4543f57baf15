"""Migrations on SQLite and PostgreSQL: once, together, never backwards, and equal to the declared tables."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from bastide.platform.database.engine import open_database
from bastide.platform.database.errors import DatabaseUnavailableError, SchemaTooNewError
from bastide.platform.database.metadata import metadata
from bastide.platform.database.schema import upgrade

SCRIPTS = "bastide.app:migrations"
PROGRAM = f"""
import asyncio, sys
from bastide.platform.database.schema import upgrade
asyncio.run(upgrade(sys.argv[1], "{SCRIPTS}"))
"""


async def inspected(database_url: str, ask: object) -> object:
    database = open_database(database_url)
    async with database.reading() as connection:
        answer = await connection.run_sync(ask)
    await database.close()
    return answer


async def test_an_empty_database_gets_every_declared_table(database_url: str, every_table: None) -> None:
    def differences(connection: Connection) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    await upgrade(database_url, SCRIPTS)
    assert await inspected(database_url, differences) == []


async def test_running_again_changes_nothing(database_url: str) -> None:
    await upgrade(database_url, SCRIPTS)
    await upgrade(database_url, SCRIPTS)
    tables = await inspected(database_url, lambda connection: inspect(connection).get_table_names())
    assert "outbox" in tables


def test_a_start_that_has_nothing_to_migrate_loads_no_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bastide.db"
    for loaded in (b"True", b"False"):
        program = f"{PROGRAM}print('alembic' in sys.modules)"
        ended = subprocess.run([sys.executable, "-c", program, url], capture_output=True, check=True)
        assert ended.stdout.strip() == loaded


async def test_a_newer_schema_is_refused_and_left_alone(database_url: str) -> None:
    await upgrade(database_url, SCRIPTS)
    database = open_database(database_url)
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(SchemaTooNewError) as refusal:
        await upgrade(database_url, SCRIPTS)
    assert refusal.value.code == "database.schema_too_new"
    assert refusal.value.details == {"revisions": ["9999"]}


async def test_several_processes_start_at_once(database_url: str) -> None:
    def start() -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([sys.executable, "-c", PROGRAM, database_url], capture_output=True, check=False)

    ended = await asyncio.gather(*(asyncio.to_thread(start) for _ in range(4)))
    assert [(program.returncode, program.stderr) for program in ended] == [(0, b"")] * 4
    versions = await inspected(
        database_url, lambda connection: connection.execute(text("SELECT * FROM alembic_version")).all()
    )
    assert len(versions) == 1


async def test_a_failing_migration_leaves_nothing(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "scripts_that_fail"
    (package / "versions").mkdir(parents=True)
    env = Path(__file__).parents[2] / "src/bastide/app/migrations/env.py"
    (package / "env.py").write_text(env.read_text())
    (package / "versions" / "1.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        'revision = "1"\ndown_revision = None\n'
        "def upgrade():\n    op.create_table('half', sa.Column('id', sa.Integer))\n    1 / 0\n"
    )
    with pytest.raises(ZeroDivisionError):
        await upgrade(database_url, str(package))
    assert await inspected(database_url, lambda connection: inspect(connection).get_table_names()) == []


async def test_a_database_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(DatabaseUnavailableError):
        await upgrade("postgresql://nobody@127.0.0.1:1/none", SCRIPTS)
