from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from bastide.platform.database.types import UtcDateTime

DIALECT = sqlite.dialect()
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
RANGE = {"min_value": datetime(2, 1, 1), "max_value": datetime(9998, 1, 1)}  # noqa: DTZ001


@given(st.datetimes(**RANGE, timezones=ZONES))
def test_a_moment_survives_to_the_microsecond(moment: datetime) -> None:
    column = UtcDateTime()
    stored = column.process_bind_param(moment, DIALECT)
    read = column.process_result_value(stored, DIALECT)
    assert read == moment
    assert read.tzinfo is UTC


@given(st.datetimes(**RANGE, timezones=ZONES), st.datetimes(**RANGE, timezones=ZONES))
def test_the_order_is_kept(one: datetime, other: datetime) -> None:
    column = UtcDateTime()
    stored = [column.process_bind_param(moment, DIALECT) for moment in (one, other)]
    assert (stored[0] < stored[1]) == (one < other)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), DIALECT)  # noqa: DTZ001
