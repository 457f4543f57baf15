"""Permissions and conditions, compiled into the filter that every stage of a query obeys."""

from functools import singledispatch

import qdrant_edge as edge

from bastide.knowledge.adapters.qdrant_edge.payload import ANYONE, date_text, equality, path_key, presence
from bastide.knowledge.domain.filters import PASSAGE_FIELDS, Condition, Exists, InPeriod, InRange, OneOf
from bastide.knowledge.ports.index import AccessFilter


def is_one_of(key: str, values: list[str]) -> edge.FieldCondition:
    """Of one value at least. A single one is no set: that would be three times as slow, for every point."""
    return edge.FieldCondition(
        key, match=edge.MatchAny(values) if len(values) > 1 else edge.MatchValue(values[0])
    )


def of_document(document_id: str, *, versions_below: int | None = None) -> edge.Filter:
    must = [edge.FieldCondition("document_id", match=edge.MatchValue(document_id))]
    if versions_below is not None:
        must.append(edge.FieldCondition("version", range=edge.RangeFloat(lt=versions_below)))
    return edge.Filter(must=[*must])


def compiled(access: AccessFilter, conditions: tuple[Condition, ...]) -> edge.Filter:
    return edge.Filter(
        must=[
            is_one_of("collection_id", sorted(access.collections)),
            is_one_of("readers", [ANYONE, *sorted(access.tokens)]),
            *(_positive(condition) for condition in conditions),
        ],
        must_not=[is_one_of("labels", sorted(access.barred))] if access.barred else None,
    )


def _positive(condition: Condition) -> edge.Filter:
    compiled_condition, negated = _compile(condition)
    return edge.Filter(must_not=[compiled_condition]) if negated else edge.Filter(must=[compiled_condition])


def _facets(field: str) -> str:
    return "place" if field in PASSAGE_FIELDS else "facets"


@singledispatch
def _compile(condition: Condition) -> tuple[edge.FieldCondition, bool]:
    raise TypeError(condition)


@_compile.register
def _(condition: OneOf) -> tuple[edge.FieldCondition, bool]:
    return is_one_of(
        _facets(condition.field), [equality(condition.field, value) for value in condition.values]
    ), condition.negated


@_compile.register
def _(condition: Exists) -> tuple[edge.FieldCondition, bool]:
    facet = edge.MatchValue(presence(condition.field))
    return edge.FieldCondition(_facets(condition.field), match=facet), not condition.present


@_compile.register
def _(condition: InRange) -> tuple[edge.FieldCondition, bool]:
    bounds = edge.RangeFloat(gt=condition.gt, gte=condition.gte, lt=condition.lt, lte=condition.lte)
    field = "place_numbers" if condition.field in PASSAGE_FIELDS else "numbers"
    return edge.FieldCondition(f"{field}.{path_key(condition.field)}", range=bounds), False


@_compile.register
def _(condition: InPeriod) -> tuple[edge.FieldCondition, bool]:
    texts = {
        name: date_text(bound) if (bound := getattr(condition, name)) is not None else None
        for name in ("gt", "gte", "lt", "lte")
    }
    return edge.FieldCondition(f"dates.{path_key(condition.field)}", range=edge.RangeDateTime(**texts)), False
