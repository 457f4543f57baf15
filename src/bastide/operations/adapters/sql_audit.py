import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.operations.adapters.tables import (
    audit_checkpoints,
    audit_entries,
    audit_logs,
    audit_nodes,
    audit_pending,
)
from bastide.operations.domain.checkpoint import Checkpoint
from bastide.operations.domain.log import TILE, Log, LogPolicy, Placed, QueryText, Sought
from bastide.operations.domain.merkle import CompactRange
from bastide.operations.domain.record import Record
from bastide.platform.database.dialects import insert_into
from bastide.platform.database.hooks import after_commit, at_commit
from bastide.platform.database.port import Database


class _Searched(msgspec.Struct):
    """The fields of a body that one searches by."""

    at: datetime
    action: str
    actor: str
    target: str | None
    outcome: str


_HASH_BYTES = 32
_SEARCHED = msgspec.json.Decoder(_Searched)
_PUT_PENDING = insert(audit_pending).inline()  # no need of the id it gets


async def _put_pending(connection: AsyncConnection, rows: list[dict[str, object]]) -> None:
    await connection.execute(_PUT_PENDING, rows)


class SqlAuditRows:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put_pending(self, log_id: str, record: Record) -> None:
        row = {"log_id": log_id, "body": record.body, "personal": record.personal}
        at_commit(self._connection, _put_pending, row)

    async def take_pending(self, limit: int) -> Sequence[tuple[str, Record]]:
        oldest = (
            select(audit_pending.c.id)
            .order_by(audit_pending.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = await self._connection.execute(
            delete(audit_pending).where(audit_pending.c.id.in_(oldest)).returning(audit_pending)
        )
        taken = sorted(rows.all(), key=lambda row: row.id)
        return [(row.log_id, Record(row.body, row.personal)) for row in taken]

    async def pending(self) -> bool:
        return await self._connection.scalar(select(audit_pending.c.id).limit(1)) is not None

    async def log(self, log_id: str, *, lock: bool = False) -> Log | None:
        query = select(audit_logs).where(audit_logs.c.log_id == log_id)
        if lock:
            query = query.with_for_update()
        row = (await self._connection.execute(query)).first()
        if row is None and lock:
            await self._connection.execute(self._missing(audit_logs, _new_log(log_id)))
            row = (await self._connection.execute(query)).first()
        return None if row is None else _log(row)

    async def log_ids(self) -> Sequence[str]:
        found = await self._connection.scalars(select(audit_logs.c.log_id).order_by(audit_logs.c.log_id))
        return found.all()

    async def set_policy(self, log_id: str, policy: LogPolicy) -> None:
        await self._connection.execute(
            update(audit_logs)
            .where(audit_logs.c.log_id == log_id)
            .values(
                query_text=policy.query_text.value,
                retention_days=policy.retention_days,
                fail_closed=policy.fail_closed,
            )
        )

    async def append(self, log: Log, records: Sequence[Record], tiles: Sequence[tuple[int, bytes]]) -> None:
        first = log.tree.size - len(records)
        rows = [_entry_row(log.log_id, first + offset, record) for offset, record in enumerate(records)]
        await self._connection.execute(insert(audit_entries), rows)
        if tiles:
            nodes = [{"log_id": log.log_id, "place": place, "hash": digest} for place, digest in tiles]
            await self._connection.execute(insert(audit_nodes), nodes)
        await self._connection.execute(
            update(audit_logs)
            .where(audit_logs.c.log_id == log.log_id)
            .values(size=log.tree.size, peaks=b"".join(log.tree.peaks))
        )

    async def leaves(self, log_id: str, start: int, end: int) -> Sequence[bytes]:
        rows = await self._connection.scalars(
            select(audit_entries.c.leaf)
            .where(*_between(log_id, start, end))
            .order_by(audit_entries.c.position)
        )
        return [bytes(leaf) for leaf in rows]

    async def tiles(self, log_id: str, start: int, end: int) -> Sequence[bytes]:
        rows = await self._connection.scalars(
            select(audit_nodes.c.hash)
            .where(audit_nodes.c.log_id == log_id, audit_nodes.c.place >= start, audit_nodes.c.place < end)
            .order_by(audit_nodes.c.place)
        )
        return [bytes(digest) for digest in rows]

    async def entry(self, log_id: str, position: int) -> Placed | None:
        found = await self.entries(log_id, position, position + 1)
        return found[0] if found else None

    async def entries(self, log_id: str, start: int, end: int) -> Sequence[Placed]:
        rows = await self._connection.execute(
            select(audit_entries).where(*_between(log_id, start, end)).order_by(audit_entries.c.position)
        )
        return [_placed(row) for row in rows]

    async def search(
        self, log_id: str, sought: Sought, before: int | None, limit: int
    ) -> tuple[Sequence[Placed], int]:
        wanted = [audit_entries.c.log_id == log_id, *_conditions(sought)]
        total = await self._connection.scalar(select(func.count()).select_from(audit_entries).where(*wanted))
        if before is not None:
            wanted.append(audit_entries.c.position < before)
        rows = await self._connection.execute(
            select(audit_entries).where(*wanted).order_by(audit_entries.c.position.desc()).limit(limit)
        )
        return [_placed(row) for row in rows], total or 0

    async def first_since(self, log_id: str, at: datetime) -> int | None:
        return await self._connection.scalar(
            select(func.min(audit_entries.c.position)).where(
                audit_entries.c.log_id == log_id, audit_entries.c.at >= at
            )
        )

    async def put_checkpoint(self, checkpoint: Checkpoint) -> None:
        values = {
            "log_id": checkpoint.log_id,
            "size": checkpoint.size,
            "root": checkpoint.root,
            "at": checkpoint.at,
            "key_id": checkpoint.key_id,
            "signature": checkpoint.signature,
        }
        await self._connection.execute(self._missing(audit_checkpoints, values))

    async def checkpoint(self, log_id: str, at_least: int = 0) -> Checkpoint | None:
        query = select(audit_checkpoints).where(
            audit_checkpoints.c.log_id == log_id, audit_checkpoints.c.size >= at_least
        )
        size = audit_checkpoints.c.size
        rows = await self._connection.execute(query.order_by(size if at_least else size.desc()).limit(1))
        row = rows.first()
        return None if row is None else _checkpoint(row)

    async def checkpoints(self, log_id: str) -> Sequence[Checkpoint]:
        rows = await self._connection.execute(
            select(audit_checkpoints)
            .where(audit_checkpoints.c.log_id == log_id)
            .order_by(audit_checkpoints.c.size)
        )
        return [_checkpoint(row) for row in rows]

    async def prune(self, log_id: str, below: int) -> None:
        if below % TILE:
            raise ValueError("only whole tiles")
        await self._connection.execute(delete(audit_entries).where(*_between(log_id, 0, below)))
        await self._connection.execute(
            update(audit_logs).where(audit_logs.c.log_id == log_id).values(pruned=below)
        )

    async def erase_personal(self, log_id: str, position: int) -> None:
        await self._connection.execute(
            update(audit_entries).where(*_between(log_id, position, position + 1)).values(personal=None)
        )

    def _missing(self, table: Any, values: Mapping[str, object]) -> Any:
        """An insert without effect when the row is there."""
        return insert_into(self._connection.dialect.name, table).values(values).on_conflict_do_nothing()


class SqlAuditStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[SqlAuditRows]:
        async with self._database.transaction() as connection:
            yield SqlAuditRows(connection)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[SqlAuditRows]:
        async with self._database.reading() as connection:
            yield SqlAuditRows(connection)

    def within(self, connection: AsyncConnection, wake: Callable[[], None]) -> SqlAuditRows:
        after_commit(connection, wake)
        return SqlAuditRows(connection)


def _between(log_id: str, start: int, end: int) -> tuple[ColumnElement[bool], ...]:
    position = audit_entries.c.position
    return audit_entries.c.log_id == log_id, position >= start, position < end


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    table, found = audit_entries.c, list[ColumnElement[bool]]()
    if sought.action is not None:
        prefix = sought.action.removesuffix("*")
        whole = prefix == sought.action
        found.append(table.action == prefix if whole else table.action.startswith(prefix, autoescape=True))
    for column, value in ((table.actor_id, sought.actor_id), (table.target, sought.target)):
        if value is not None:
            found.append(column == value)
    if sought.outcome is not None:
        found.append(table.outcome == sought.outcome)
    if sought.since is not None:
        found.append(table.at >= sought.since)
    if sought.until is not None:
        found.append(table.at < sought.until)
    return found


def _new_log(log_id: str) -> dict[str, object]:
    policy = LogPolicy()
    return {
        "log_id": log_id,
        "size": 0,
        "peaks": b"",
        "pruned": 0,
        "query_text": policy.query_text.value,
        "retention_days": policy.retention_days,
        "fail_closed": policy.fail_closed,
    }


def _log(row: Row[*tuple[Any, ...]]) -> Log:
    peaks = bytes(row.peaks)
    tree = CompactRange(row.size, [peaks[i : i + _HASH_BYTES] for i in range(0, len(peaks), _HASH_BYTES)])
    policy = LogPolicy(QueryText(row.query_text), row.retention_days, row.fail_closed)
    return Log(row.log_id, tree, row.pruned, policy)


def _entry_row(log_id: str, position: int, record: Record) -> dict[str, object]:
    searched = _SEARCHED.decode(record.body)
    return {
        "log_id": log_id,
        "position": position,
        "at": searched.at,
        "action": searched.action,
        "actor_id": searched.actor,
        "target": searched.target,
        "outcome": searched.outcome,
        "leaf": record.leaf,
        "body": record.body,
        "personal": record.personal,
    }


def _placed(row: Row[*tuple[Any, ...]]) -> Placed:
    return Placed(row.position, row.at, Record(row.body, row.personal), json.loads(row.body))


def _checkpoint(row: Row[*tuple[Any, ...]]) -> Checkpoint:
    return Checkpoint(row.log_id, row.size, bytes(row.root), row.at, row.key_id, bytes(row.signature))
