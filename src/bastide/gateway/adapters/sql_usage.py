"""The ledger and its totals in SQL. A batch of entries is one transaction; an entry counts once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from functools import lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Table, and_, func, or_, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.gateway.adapters.tables import group_usage, ledger, thresholds, usage
from bastide.gateway.domain.ledger import Entry, Outcome, Totals, moment_us, sums_of
from bastide.gateway.domain.limits import Bound, Metric, Subject
from bastide.gateway.domain.reports import Dimension, UsageQuery, UsageRow
from bastide.platform.database.dialects import insert_into

_SUMS = tuple(asdict(Totals()))
_COLUMNS: Mapping[Dimension, str] = MappingProxyType(
    {
        Dimension.DAY: "day",
        Dimension.KEY: "key_id",
        Dimension.USER: "subject_id",
        Dimension.GROUP: "group_id",
        Dimension.MODEL: "model",
    }
)
_ROW_FIELDS = tuple(name for name in Entry.__struct_fields__ if name != "at_us")
_in_columns = attrgetter(*("at_us" if column.name == "at" else column.name for column in ledger.columns))
_LISTS = tuple(index for index, column in enumerate(ledger.columns) if column.name in {"groups", "findings"})
_LINE = str(sqlite.insert(ledger).compile(dialect=sqlite.dialect()))
_encoder = msgspec.json.Encoder()


class SqlUsageRows:
    def __init__(self, connection: AsyncConnection, dialect: str) -> None:
        self._connection = connection
        self._dialect = dialect

    async def record(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Add those that are not there yet, and their sums; gives them back."""
        if not entries:
            return ()
        unique = {entry.id: entry for entry in entries}
        new = await (self._add_lines(unique) if self._dialect == "sqlite" else self._add_rows(unique))
        sums = sums_of(new)
        names = ("day", "organisation_id", "subject_id", "key_id", "model")
        await self._add(usage, names, sums.people)
        await self._add(group_usage, ("day", "organisation_id", "group_id", "model"), sums.groups)
        return new

    async def _add_rows(self, entries: Mapping[str, Entry]) -> list[Entry]:
        """Another process may bring some of them at this moment: the database says which were new."""
        statement = insert_into(self._dialect, ledger).on_conflict_do_nothing().returning(ledger.c.id)
        rows = [_row(entry) for entry in entries.values()]
        return [entries[row.id] for row in await self._connection.execute(statement, rows)]

    async def _add_lines(self, entries: Mapping[str, Entry]) -> list[Entry]:
        """The same for SQLite, where a transaction that writes is the only one: in half the
        processor time.
        """
        found = await self._connection.scalars(select(ledger.c.id).where(ledger.c.id.in_(list(entries))))
        known = set(found)
        new = [entry for key, entry in entries.items() if key not in known]
        if new:
            await self._connection.exec_driver_sql(_LINE, [_line(entry) for entry in new])
        return new

    async def used(self, bound: Bound, since: date) -> int:
        """What the ledger says of a budget, from that day on."""
        limit = bound.limit
        table = group_usage if limit.subject is Subject.GROUP else usage
        subject_columns = {
            Subject.KEY: "key_id",
            Subject.USER: "subject_id",
            Subject.GROUP: "group_id",
            Subject.MODEL: "model",
        }
        chosen: list[ColumnElement[bool]] = [
            table.c.organisation_id == limit.organisation_id,
            table.c.day >= since,
        ]
        if column := subject_columns.get(limit.subject):
            chosen.append(table.c[column] == bound.subject_id)
        if limit.model is not None:
            chosen.append(table.c.model == limit.model)
        counted: Mapping[Metric, ColumnElement[int]] = {
            Metric.REQUESTS: table.c.requests,
            Metric.TOKENS: table.c.prompt + table.c.completion,
            Metric.COST: table.c.cost,
        }
        total = await self._connection.scalar(select(func.sum(counted[limit.metric])).where(*chosen))
        return int(total or 0)

    async def report(self, query: UsageQuery) -> Sequence[UsageRow]:
        """Totals by the dimensions asked for, in their order."""
        by_group = Dimension.GROUP in query.by or query.group_id is not None
        table = group_usage if by_group else usage
        columns = [table.c[_COLUMNS[dimension]] for dimension in query.by]
        sums = [func.sum(table.c[name]).label(name) for name in _SUMS]
        statement = (
            select(*columns, *sums).where(*_chosen(table, query)).group_by(*columns).order_by(*columns)
        )
        return [
            UsageRow(tuple(str(value) for value in row[: len(columns)]), _totals(row))
            for row in await self._connection.execute(statement)
        ]

    async def entries(
        self, organisation_id: str, subject_id: str | None, after: Entry | None, limit: int
    ) -> Sequence[Entry]:
        """Newest first."""
        chosen: list[ColumnElement[bool]] = [ledger.c.organisation_id == organisation_id]
        if subject_id is not None:
            chosen.append(ledger.c.subject_id == subject_id)
        if after is not None:
            same_moment = and_(ledger.c.at == after.at, ledger.c.id < after.id)
            chosen.append(or_(ledger.c.at < after.at, same_moment))
        newest = (ledger.c.at.desc(), ledger.c.id.desc())
        rows = await self._connection.execute(select(ledger).where(*chosen).order_by(*newest).limit(limit))
        return [_entry(row) for row in rows]

    async def entry(self, entry_id: str) -> Entry | None:
        row = (await self._connection.execute(select(ledger).where(ledger.c.id == entry_id))).first()
        return None if row is None else _entry(row)

    async def cross(self, counter: str, percents: Sequence[int]) -> Sequence[int]:
        """Note that a budget has reached these; gives back those that were not noted before."""
        rows = [{"counter": counter, "percent": percent} for percent in percents]
        statement = (
            insert_into(self._dialect, thresholds).on_conflict_do_nothing().returning(thresholds.c.percent)
        )
        return sorted(row.percent for row in await self._connection.execute(statement, rows))

    async def _add(self, table: Table, names: tuple[str, ...], sums: Mapping[Any, Totals]) -> None:
        if not sums:
            return
        rows = [
            {**dict(zip(names, key, strict=True)), **asdict(totals)} for key, totals in sorted(sums.items())
        ]
        await self._connection.execute(_adding(self._dialect, table, names), rows)


@lru_cache(maxsize=8)
def _adding(dialect: str, table: Table, names: tuple[str, ...]) -> Any:
    """Written once: it is executed several times a second."""
    statement = insert_into(dialect, table)
    added = {name: table.c[name] + statement.excluded[name] for name in _SUMS}
    return statement.on_conflict_do_update(index_elements=list(names), set_=added)


def _chosen(table: Table, query: UsageQuery) -> list[ColumnElement[bool]]:
    given = {
        "subject_id": query.subject_id,
        "key_id": query.key_id,
        "group_id": query.group_id,
        "model": query.model,
    }
    chosen: list[ColumnElement[bool]] = [
        table.c.organisation_id == query.organisation_id,
        table.c.day >= query.first,
        table.c.day < query.last + timedelta(days=1),
    ]
    chosen += [
        table.c[name] == value for name, value in given.items() if value is not None and name in table.c
    ]
    return chosen


def _totals(row: Row[Any]) -> Totals:
    return Totals(**{name: int(getattr(row, name) or 0) for name in _SUMS})


def _row(entry: Entry) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in _ROW_FIELDS}
    return {
        **row,
        "at": entry.at,
        "outcome": entry.outcome.value,
        "groups": list(entry.groups),
        "findings": list(entry.findings),
    }


def _line(entry: Entry) -> tuple[Any, ...]:
    """The columns as SQLite stores them."""
    line: list[Any] = list(_in_columns(entry))
    for index in _LISTS:
        line[index] = _encoder.encode(line[index]).decode()
    return tuple(line)


def _entry(row: Row[Any]) -> Entry:
    fields: dict[str, Any] = {name: getattr(row, name) for name in _ROW_FIELDS}
    fields |= {
        "at_us": moment_us(row.at),
        "outcome": Outcome(row.outcome),
        "groups": tuple(row.groups),
        "findings": tuple(row.findings),
    }
    return Entry(**fields)
