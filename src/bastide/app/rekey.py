"""Changes the master key: everything that it wraps is wrapped by the new one, then the old one may go.

Every step may be killed and run again: a value is opened by whichever key wrapped it, as long as that is
there, and old keys go only when nothing needs them any more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Column, Table, select, update

from bastide.app.version import VERSION
from bastide.gateway.adapters.tables import providers
from bastide.gateway.domain.entries import provider_seal_context
from bastide.identity.adapters.tables import totp_generators
from bastide.identity.domain.totp import totp_context
from bastide.kit.clock import Clock
from bastide.kit.errors import ConflictError
from bastide.kit.json import JsonObject
from bastide.operations.contract import SYSTEM_LOG, AuditEntry
from bastide.operations.module import Auditing
from bastide.platform.database.port import Database
from bastide.platform.secrets.envelope import key_id_of
from bastide.platform.secrets.local import LocalKeyring
from bastide.platform.secrets.port import Keyring
from bastide.platform.secrets.sql_data_keys import data_key_context
from bastide.platform.secrets.tables import data_keys

_AT_A_TIME = 200


class KeyStillUsedError(ConflictError):
    """Something is still wrapped by an old master key: run `bastide keyring rotate` first."""

    code = "secrets.in_use"


@dataclass(frozen=True, slots=True)
class Sealed:
    """Where values sealed by the key port lie. `context`: of a row's key; None: sealed by something else."""

    table: Table
    key: Column[str]
    value: Column[bytes]
    context: Callable[[str], str | None]


def _organisation_key(name: str) -> str | None:
    return None if "/" in name else data_key_context(name)


SEALED: Final[Sequence[Sealed]] = (
    Sealed(data_keys, data_keys.c.name, data_keys.c.wrapped, _organisation_key),
    Sealed(totp_generators, totp_generators.c.user_id, totp_generators.c.sealed_seed, totp_context),
    Sealed(providers, providers.c.name, providers.c.sealed_key, provider_seal_context),
)
"""Whoever adds a column of sealed values adds it here; a test looks for columns that are missing."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What was done: the master key in use, values wrapped with it, old keys destroyed."""

    master: str
    rewrapped: int
    retired: int


async def rotate(database: Database, keys: Path, clock: Clock, *, retire_old: bool) -> Rotation:
    """Put a new master key in use, wrap everything with it, and say so in the system's audit log.

    Raises KeyStillUsedError.
    """
    keyring = LocalKeyring.rotate(keys)
    rewrapped = await rewrap(database, keyring)
    retired = await retire(database, keys) if retire_old else 0
    done = Rotation(keyring.master_id, rewrapped, retired)
    details: JsonObject = {"master": done.master, "rewrapped": rewrapped, "retired": retired}
    audit = Auditing(database, keyring, clock, VERSION).audit
    async with database.transaction() as connection:
        await audit.record(connection, AuditEntry("keyring.rotated", SYSTEM_LOG, "system", details=details))
    return done


async def rewrap(database: Database, keyring: Keyring) -> int:
    """Seal every value with the master key in use; how many there are."""
    return sum([await _rewrap(database, keyring, place) for place in SEALED])


async def retire(database: Database, keys: Path) -> int:
    """Destroy the old master keys; how many they were. Raises KeyStillUsedError."""
    used = LocalKeyring.load(keys).master_id
    for place in SEALED:
        for key, value in await _values(database, place):
            if key_id_of(value) != used:
                raise KeyStillUsedError(
                    "Run `bastide keyring rotate` first.", table=place.table.name, key=key
                )
    return LocalKeyring.retire(keys)


async def _rewrap(database: Database, keyring: Keyring, place: Sealed) -> int:
    values = await _values(database, place)
    for first in range(0, len(values), _AT_A_TIME):
        async with database.transaction() as connection:
            for key, _ in values[first : first + _AT_A_TIME]:
                context = place.context(key) or ""
                value = await connection.scalar(select(place.value).where(place.key == key))
                if value is not None:
                    fresh = await keyring.seal(await keyring.open(bytes(value), context), context)
                    changed = update(place.table).where(place.key == key)
                    await connection.execute(changed.values({place.value: fresh}))
    return len(values)


async def _values(database: Database, place: Sealed) -> list[tuple[str, bytes]]:
    async with database.reading() as connection:
        rows = await connection.execute(
            select(place.key, place.value).where(place.value.is_not(None)).order_by(place.key)
        )
        return [(key, bytes(value)) for key, value in rows if place.context(key) is not None]
