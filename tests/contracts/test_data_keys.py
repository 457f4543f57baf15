"""Data keys as rows."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from bastide.app.rekey import SEALED, KeyStillUsedError, retire, rewrap, rotate
from bastide.kit.clock import SystemClock
from bastide.operations.contract import SYSTEM_LOG
from bastide.operations.domain.log import Sought
from bastide.operations.module import Auditing
from bastide.platform.database.metadata import metadata
from bastide.platform.database.port import Database
from bastide.platform.secrets.local import LocalKeyring
from bastide.platform.secrets.port import SealBrokenError
from bastide.platform.secrets.sql_data_keys import SqlDataKeys
from bastide.platform.secrets.tables import data_keys


@pytest.fixture
def opened(database: Database, tmp_path: Path) -> Callable[[], SqlDataKeys]:
    """As the next process would."""
    return lambda: SqlDataKeys(database, LocalKeyring.load(tmp_path / "keys"), SystemClock())


async def test_a_key_is_made_once_and_found_after_a_restart(opened: Callable[[], SqlDataKeys]) -> None:
    keys = opened()
    assert await keys.find("org_a/ver_1") is None
    made = await keys.make("org_a/ver_1")
    assert len(made) == 32
    assert await keys.make("org_a/ver_1") == made
    again = opened()
    assert await again.find("org_a/ver_1") == made
    assert await again.make("org_a/ver_2") != made
    third = opened()
    await third.preload(["org_a/ver_1", "org_a/ver_2", "org_a/ver_9"])
    assert await third.find("org_a/ver_1") == made
    await third.destroy("org_a/ver_1")
    assert await third.find("org_a/ver_1") is None
    assert await opened().find("org_a/ver_1") is None


async def test_only_wrapped_keys_lie_there_bound_to_their_name(
    opened: Callable[[], SqlDataKeys], database: Database
) -> None:
    made = [await opened().make(f"org_a/ver_{n}") for n in range(2)]
    async with database.reading() as connection:
        rows = {row.name: bytes(row.wrapped) for row in await connection.execute(select(data_keys))}
    assert set(rows) == {"org_a", "org_a/ver_0", "org_a/ver_1"}
    assert not any(key in wrapped for key in made for wrapped in rows.values())
    async with database.transaction() as connection:
        moved = data_keys.update().where(data_keys.c.name == "org_a/ver_0")
        await connection.execute(moved.values(wrapped=rows["org_a/ver_1"]))
    with pytest.raises(SealBrokenError):
        await opened().find("org_a/ver_0")


async def test_a_new_master_key_rewraps_and_the_old_one_is_not_needed_any_more(
    opened: Callable[[], SqlDataKeys], database: Database, tmp_path: Path
) -> None:
    made = await opened().make("org_a/ver_1")
    await opened().make("org_b/ver_1")
    keyring = LocalKeyring.rotate(tmp_path / "keys")
    with pytest.raises(KeyStillUsedError):
        await retire(database, tmp_path / "keys")
    assert [await rewrap(database, keyring) for _ in range(2)] == [2, 2]
    assert await retire(database, tmp_path / "keys") == 1
    assert await opened().find("org_a/ver_1") == made


async def test_a_rotation_stands_in_the_audit_log(
    opened: Callable[[], SqlDataKeys], database: Database, tmp_path: Path
) -> None:
    await opened().make("org_a/ver_1")
    done = await rotate(database, tmp_path / "keys", SystemClock(), retire_old=True)
    assert (done.rewrapped, done.retired) == (1, 1)
    auditing = Auditing(database, LocalKeyring.load(tmp_path / "keys"), SystemClock(), "test")
    await auditing.stop()  # writes what waits
    (placed,) = (await auditing.read.search(SYSTEM_LOG, Sought("keyring.*"), None, 10)).items
    assert placed.body["details"] == {"master": done.master, "rewrapped": 1, "retired": 1}


class _Killed(BaseException):
    pass


class _Dying(LocalKeyring):
    """Its process is killed at the seal of this number."""

    left = 0

    async def seal(self, plaintext: bytes, context: str) -> bytes:
        if self.left == 0:
            raise _Killed
        self.left -= 1
        return await super().seal(plaintext, context)


async def test_a_rotation_killed_at_any_point_loses_nothing_and_goes_on(
    opened: Callable[[], SqlDataKeys], database: Database, tmp_path: Path
) -> None:
    names = [f"org_{n}" for n in range(5)]
    made = [await opened().make(name) for name in names]
    for survived in range(6):
        LocalKeyring.rotate(tmp_path / "keys")
        dying = _Dying.load(tmp_path / "keys")
        assert isinstance(dying, _Dying)
        dying.left = survived
        with suppress(_Killed):
            await rewrap(database, dying)
        assert [await opened().find(name) for name in names] == made
    assert await rewrap(database, LocalKeyring.load(tmp_path / "keys")) == 5
    assert await retire(database, tmp_path / "keys") == 6
    assert [await opened().find(name) for name in names] == made


def test_every_column_of_sealed_values_is_rewrapped() -> None:
    known = {(place.table.name, place.value.name) for place in SEALED}
    by_data_keys = {("chunks", "sealed"), ("gateway_prompts", "sealed")}
    sealed = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if "sealed" in column.name or "wrapped" in column.name
    }
    assert sealed == known | by_data_keys
