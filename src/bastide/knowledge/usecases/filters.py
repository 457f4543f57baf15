"""Parses the filters of a search request."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from bastide.kit.json import Json
from bastide.knowledge.contract import FilterError
from bastide.knowledge.domain.filters import (
    DATE_ONLY,
    Condition,
    Exists,
    InPeriod,
    InRange,
    OneOf,
    Scalar,
    as_date,
)

OPERATORS = ("eq", "ne", "in", "nin", "gt", "gte", "lt", "lte", "exists")
_PAGE = "page"
_TEXTS = frozenset({"language", "filename", "media_type"})
_MOMENT = "upload_time"  # a date is compared as a period with it, never as a text
_VALUES = frozenset({"eq", "ne", "in", "nin"})
_BOUNDS = ("gt", "gte", "lt", "lte")
_BOUND_TO_NEXT_DAY: Mapping[str, str] = MappingProxyType({"gt": "gte", "lte": "lt"})


def parse_filters(filters: Mapping[str, Json]) -> tuple[Condition, ...]:
    """All of them must hold. An object under a field holds operators, or more fields of a nested object.

    Raises:
        FilterError: unknown operator or wrong type; message and details name field and operator.
    """
    return tuple(condition for path, value in filters.items() for condition in _parse(path, value))


def nested_paths(filters: Mapping[str, Json]) -> list[tuple[str, str]]:
    """Field and key of every object key that is not an operator: a nested field, or a mistyped operator.

    Only the metadata can tell which; the search looks when it finds nothing.
    """
    return [
        pair for path, value in filters.items() if isinstance(value, dict) for pair in _nested(path, value)
    ]


def unknown_operator(field: str, operator: str) -> FilterError:
    return FilterError(
        f"'{operator}' is not an operator for field '{field}', nor a key in it; operators are "
        f"{', '.join(OPERATORS)}.",
        field=field,
        operator=operator,
    )


def _nested(path: str, value: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        if key not in OPERATORS:
            yield path, key
            if isinstance(inner, dict):
                yield from _nested(f"{path}.{key}", inner)


def _parse(path: str, value: Json) -> Iterator[Condition]:
    if not path.strip("."):
        raise FilterError("A filter needs the name of a field.", field=path)
    if path.startswith("$"):
        raise unknown_operator("", path)
    if isinstance(value, dict):
        yield from _parse_object(path, value)
    elif path == _MOMENT:
        yield _at(path, "eq", value)
    elif isinstance(value, list):
        yield OneOf(path, _scalars(path, "in", value))
    else:
        yield OneOf(path, (_scalar(path, "eq", value),))


def _parse_object(path: str, value: Mapping[str, Json]) -> Iterator[Condition]:
    operators = {key: operand for key, operand in value.items() if key in OPERATORS}
    others = {key: inner for key, inner in value.items() if key not in OPERATORS}
    if not value:
        raise FilterError(f"The filter on field '{path}' is empty.", field=path)
    for key, inner in others.items():
        if operators or key.startswith("$"):
            raise unknown_operator(path, key)
        yield from _parse(f"{path}.{key}", inner)
    bounds = {key: operand for key, operand in operators.items() if key in _BOUNDS}
    if bounds:
        yield _bounded(path, bounds)
    for key, operand in operators.items():
        if path == _MOMENT and key in _VALUES:
            yield _at(path, key, operand)
        elif key in _SIMPLE:
            yield _SIMPLE[key](path, operand)


def _exists(path: str, operand: Json) -> Condition:
    if not isinstance(operand, bool):
        raise _wrong(path, "exists", "true or false")
    return Exists(path, operand)


_SIMPLE: Mapping[str, Callable[[str, Json], Condition]] = MappingProxyType(
    {
        "eq": lambda path, operand: OneOf(path, (_scalar(path, "eq", operand),)),
        "ne": lambda path, operand: OneOf(path, (_scalar(path, "ne", operand),), negated=True),
        "in": lambda path, operand: OneOf(path, _scalars(path, "in", operand)),
        "nin": lambda path, operand: OneOf(path, _scalars(path, "nin", operand), negated=True),
        "exists": _exists,
    }
)


def _at(path: str, operator: str, operand: Json) -> Condition:
    """The day or the moment; no other comparison with it as a value means anything."""
    if operator != "eq":
        raise _wrong(path, operator, "nothing; compare it with eq, gt, gte, lt and lte")
    _moment(path, operator, operand)
    return _period(path, {"gte": operand, "lte": operand})


def _bounded(path: str, bounds: Mapping[str, Json]) -> Condition:
    dated = any(isinstance(operand, str) for operand in bounds.values())
    if path == _MOMENT or (dated and path != _PAGE):
        return _period(path, bounds)
    return InRange(path, **{key: _number(path, key, operand) for key, operand in bounds.items()})


def _period(path: str, bounds: Mapping[str, Json]) -> InPeriod:
    moments: dict[str, datetime] = {}
    for operator, operand in bounds.items():
        bound, moment = _moment(path, operator, operand)
        known = moments.get(bound, moment)
        moments[bound] = max(known, moment) if bound.startswith("g") else min(known, moment)
    return InPeriod(path, **moments)


def _number(path: str, operator: str, operand: Json) -> float:
    if isinstance(operand, bool) or not isinstance(operand, int | float):
        raise _wrong(path, operator, "a number" if path == _PAGE else "a number or an ISO 8601 date")
    try:
        return float(operand)
    except OverflowError as error:
        raise _wrong(path, operator, "a number of ordinary size") from error


def _moment(path: str, operator: str, operand: Json) -> tuple[str, datetime]:
    """A date without a time means the whole day: `lte` reaches to its end, `gt` begins after it."""
    date = as_date(operand) if isinstance(operand, str) else None
    if date is None:
        raise _wrong(path, operator, "an ISO 8601 date, such as 2024-01-31")
    if operator in _BOUND_TO_NEXT_DAY and isinstance(operand, str) and DATE_ONLY.fullmatch(operand):
        try:
            return _BOUND_TO_NEXT_DAY[operator], date + timedelta(days=1)
        except OverflowError:
            return operator, date
    return operator, date


def _scalar(path: str, operator: str, operand: Json) -> Scalar:
    if operand is None or isinstance(operand, list | dict):
        raise _wrong(path, operator, "a string, a number, true or false")
    if path == _PAGE:
        _number(path, operator, operand)
    elif path in _TEXTS and not isinstance(operand, str):
        raise _wrong(path, operator, "a string")
    return operand


def _scalars(path: str, operator: str, operand: Json) -> tuple[Scalar, ...]:
    items: Sequence[Json] = operand if isinstance(operand, list) else ()
    if not items:
        raise _wrong(path, operator, "a list of one or more strings, numbers or booleans")
    return tuple(_scalar(path, operator, item) for item in items)


def _wrong(path: str, operator: str, expected: str) -> FilterError:
    return FilterError(
        f"Operator '{operator}' on field '{path}' takes {expected}.", field=path, operator=operator
    )
