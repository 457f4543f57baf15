"""What organisations keep of their calls, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.gateway.adapters.tables import prompts
from bastide.gateway.domain.prompts import LoggedPrompt, PromptQuery

_FIELDS = tuple(field.name for field in fields(LoggedPrompt))
_COLUMNS = tuple(prompts.c[name] for name in _FIELDS)


class SqlPromptRows:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, rows: Sequence[tuple[LoggedPrompt, bytes]]) -> None:
        values = [{**asdict(entry), "sealed": sealed} for entry, sealed in rows]
        await self._connection.execute(insert(prompts), values)

    async def listing(
        self, query: PromptQuery, after: LoggedPrompt | None, limit: int
    ) -> Sequence[LoggedPrompt]:
        newest = (prompts.c.at.desc(), prompts.c.id.desc())
        chosen = select(*_COLUMNS).where(*_chosen(query, after)).order_by(*newest).limit(limit)
        return [prompt_of(row) for row in await self._connection.execute(chosen)]

    async def find(self, organisation_id: str, prompt_id: str) -> tuple[LoggedPrompt, bytes] | None:
        wanted = (prompts.c.organisation_id == organisation_id, prompts.c.id == prompt_id)
        row = (await self._connection.execute(select(prompts).where(*wanted))).first()
        return None if row is None else (prompt_of(row), bytes(row.sealed))

    async def delete(self, organisation_id: str, before: datetime) -> int:
        old = (prompts.c.organisation_id == organisation_id, prompts.c.at < before)
        return (await self._connection.execute(delete(prompts).where(*old))).rowcount


def prompt_of(row: Row[Any]) -> LoggedPrompt:
    """A row without its words."""
    return LoggedPrompt(**{name: getattr(row, name) for name in _FIELDS})


def _chosen(query: PromptQuery, after: LoggedPrompt | None) -> list[ColumnElement[bool]]:
    given = {"subject_id": query.subject_id, "key_id": query.key_id, "model": query.model}
    chosen: list[ColumnElement[bool]] = [prompts.c.organisation_id == query.organisation_id]
    chosen += [prompts.c[name] == value for name, value in given.items() if value is not None]
    if query.first is not None:
        chosen.append(prompts.c.at >= query.first)
    if query.last is not None:
        chosen.append(prompts.c.at < query.last)
    if after is not None:
        same_moment = and_(prompts.c.at == after.at, prompts.c.id < after.id)
        chosen.append(or_(prompts.c.at < after.at, same_moment))
    return chosen
