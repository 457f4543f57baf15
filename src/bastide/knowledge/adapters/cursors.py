"""Keyset pagination: a cursor is the sort value and the id of the last row shown."""

import base64
import binascii
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, and_, or_

from bastide.kit.errors import InvalidError

T = TypeVar("T", bound=Select[Any])


class CursorError(InvalidError):
    """Not a cursor that this listing gave."""

    code = "cursor.invalid"


def cursor_of(value: object, row_id: str) -> str:
    moment = isinstance(value, datetime)
    data = msgspec.json.encode([value.isoformat() if moment else value, moment, row_id])
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def page(
    query: T, column: ColumnElement[Any], row_id: ColumnElement[str], cursor: str | None, *, descending: bool
) -> T:
    """The rows after the cursor, sorted by the column, then by id."""
    if cursor is not None:
        value, last = _decoded(cursor)
        beyond = column < value if descending else column > value
        among = row_id < last if descending else row_id > last
        query = query.where(or_(beyond, and_(column == value, among)))
    return query.order_by(column.desc(), row_id.desc()) if descending else query.order_by(column, row_id)


def _decoded(cursor: str) -> tuple[Any, str]:
    try:
        data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        value, moment, row_id = msgspec.json.decode(data, type=tuple[str | int, bool, str])
        return datetime.fromisoformat(str(value)) if moment else value, row_id
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise CursorError("This cursor is not one that this listing gave.", cursor=cursor) from error
