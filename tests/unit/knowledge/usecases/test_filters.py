"""Filters as the API takes them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.kit.json import Json
from bastide.knowledge.contract import FilterError
from bastide.knowledge.domain.filters import Condition, Exists, InPeriod, InRange, OneOf, as_date
from bastide.knowledge.usecases.filters import OPERATORS, nested_paths, parse_filters


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("given_filter", "expected"),
    [
        ("finance", OneOf("f", ("finance",))),
        (True, OneOf("f", (True,))),
        (["a", 2, 2.5, False], OneOf("f", ("a", 2, 2.5, False))),
        ({"eq": 3}, OneOf("f", (3,))),
        ({"ne": "x"}, OneOf("f", ("x",), negated=True)),
        ({"in": ["a"]}, OneOf("f", ("a",))),
        ({"nin": ["a", "b"]}, OneOf("f", ("a", "b"), negated=True)),
        ({"gte": 2023, "lt": 2025.5}, InRange("f", gte=2023, lt=2025.5)),
        ({"exists": False}, Exists("f", present=False)),
        ({"g": {"h": 1}}, OneOf("f.g.h", (1,))),
        ({"gt": "2024-01-05T10:00:00+02:00"}, InPeriod("f", gt=moment(2024, 1, 5, 8))),
        (
            {"gte": "2024-01-01", "lt": "2025-01-01"},
            InPeriod("f", gte=moment(2024, 1, 1), lt=moment(2025, 1, 1)),
        ),
        ({"lte": "2024-01-31"}, InPeriod("f", lt=moment(2024, 2, 1))),
        ({"gt": "2024-01-31"}, InPeriod("f", gte=moment(2024, 2, 1))),
        ({"gt": "2024-01-31", "gte": "2024-05-01"}, InPeriod("f", gte=moment(2024, 5, 1))),
    ],
)
def test_what_is_understood(given_filter: Json, expected: Condition) -> None:
    assert parse_filters({"f": given_filter}) == (expected,)


@pytest.mark.parametrize("day", ["2024-01-31", {"eq": "2024-01-31"}])
def test_the_day_of_an_upload_is_a_period(day: Json) -> None:
    whole = InPeriod("upload_time", gte=moment(2024, 1, 31), lt=moment(2024, 2, 1))
    assert parse_filters({"upload_time": day}) == (whole,)


@pytest.mark.parametrize(
    ("field", "value", "operator"),
    [
        ("page", "4", "eq"),
        ("page", {"in": [1, True]}, "in"),
        ("page", {"gte": "first"}, "gte"),
        ("page", {"gte": "2024-01-31"}, "gte"),
        ("upload_time", {"gte": 2024}, "gte"),
        ("language", 1, "eq"),
        ("filename", {"ne": 2}, "ne"),
        ("media_type", [True], "in"),
        ("upload_time", "yesterday", "eq"),
        ("upload_time", 2024, "eq"),
        ("upload_time", {"in": ["2024-01-31"]}, "in"),
        ("upload_time", ["2024-01-31"], "eq"),
    ],
)
def test_fields_of_the_product_have_a_type(field: str, value: Json, operator: str) -> None:
    with pytest.raises(FilterError) as raised:
        parse_filters({field: value})
    assert (raised.value.details["field"], raised.value.details["operator"]) == (field, operator)


def test_every_part_becomes_a_condition() -> None:
    filters: dict[str, Json] = {"a": 1, "b": {"ne": 2, "exists": True}, "c": {"d": [3], "e": {"lt": 4}}}
    assert set(parse_filters(filters)) == {
        OneOf("a", (1,)),
        OneOf("b", (2,), negated=True),
        Exists("b"),
        OneOf("c.d", (3,)),
        InRange("c.e", lt=4),
    }


@pytest.mark.parametrize(
    ("given_filter", "field", "operator"),
    [
        ({"f": {"gte": 1, "approx": 2}}, "f", "approx"),
        ({"f": {"$regex": "x"}}, "f", "$regex"),
        ({"$or": [1]}, "", "$or"),
        ({"f": {"gte": True}}, "f", "gte"),
        ({"f": {"gte": "high"}}, "f", "gte"),
        ({"f": {"gte": 1, "lt": "2024-01-01"}}, "f", "gte"),
        ({"f": {"lt": [1]}}, "f", "lt"),
        ({"f": {"lt": 10**400}}, "f", "lt"),
        ({"f": {"in": "a"}}, "f", "in"),
        ({"f": {"in": []}}, "f", "in"),
        ({"f": {"nin": [["a"]]}}, "f", "nin"),
        ({"f": {"exists": "yes"}}, "f", "exists"),
        ({"f": {"eq": None}}, "f", "eq"),
        ({"f": None}, "f", "eq"),
        ({"f": [None]}, "f", "in"),
        ({"f": {"g": {"gt": {}}}}, "f.g", "gt"),
    ],
)
def test_what_is_refused_is_named(given_filter: dict[str, Json], field: str, operator: str) -> None:
    with pytest.raises(FilterError) as refusal:
        parse_filters(given_filter)
    assert refusal.value.details == {"field": field, "operator": operator}
    assert operator in refusal.value.message
    assert field in refusal.value.message


@pytest.mark.parametrize("filters", [{"": 1}, {"f": {}}, {"f": {"g": {}}}, {"..": 2}])
def test_a_filter_that_says_nothing_is_refused(filters: dict[str, Json]) -> None:
    with pytest.raises(FilterError):
        parse_filters(filters)


def test_keys_that_may_be_mistyped_operators() -> None:
    filters: dict[str, Json] = {"a": 1, "b": {"gte": 2}, "c": {"type": "x", "d": {"e": 1, "ne": 2}}}
    assert nested_paths(filters) == [("c", "type"), ("c", "d"), ("c.d", "e")]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*OPERATORS, "a", "b", "$x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=3))
def test_anything_is_understood_or_refused(filters: dict[str, Json]) -> None:
    try:
        conditions = parse_filters(filters)
    except FilterError as error:
        assert "field" in error.details  # noqa: PT017
    else:
        assert len(conditions) >= len(filters)


@given(st.datetimes(timezones=st.just(UTC)))
def test_dates_come_back(date: datetime) -> None:
    assert as_date(date.isoformat()) == date


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_not(text: str) -> None:
    date = as_date(text)
    assert date is None or date.tzinfo is UTC
