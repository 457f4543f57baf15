"""One page of a query, by the values of its sort columns rather than by an offset."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Column, Row, Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.kit.cursors import decode_cursor, encode_cursor
from bastide.kit.pages import Page

T = TypeVar("T")


async def page_of(
    connection: AsyncConnection,
    query: Select[*tuple[Any, ...]],
    order: Sequence[Column[str]],
    build: Callable[[Row[*tuple[Any, ...]]], T],
    after: str | None,
    limit: int,
) -> Page[T]:
    """`order`: text columns of the query that together are unique.

    Raises:
        CursorError: `after` is no cursor of this listing.
    """
    total = await connection.scalar(select(func.count()).select_from(query.subquery()))
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*decode_cursor(after, *(str for _ in order))))
    rows = (await connection.execute(query.order_by(*order).limit(limit + 1))).all()
    more = encode_cursor(*(getattr(rows[limit - 1], c.name) for c in order)) if len(rows) > limit else None
    return Page([build(row) for row in rows[:limit]], more, total)
