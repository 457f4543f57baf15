"""Dates of files become dates that filters compare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.dates import iso_date
from bastide.knowledge.domain.filters import as_date


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("D:20181128151551Z00'00'", "2018-11-28T15:15:51+00:00"),
        ("D:20250305165928+01'00'", "2025-03-05T16:59:28+01:00"),
        ("D:20240131093000-05'30", "2024-01-31T09:30:00-05:30"),
        ("D:202401310930", "2024-01-31T09:30:00+00:00"),
        ("D:202402", "2024-02-01"),
        ("Fri, 23 Dec 2022 12:08:48 -0600", "2022-12-23T12:08:48-06:00"),
    ],
)
def test_a_date_of_a_pdf_file_or_of_an_email_is_iso_8601(said: str, expected: str) -> None:
    assert iso_date(said) == expected
    assert as_date(expected) is not None


@pytest.mark.parametrize(
    "said", ["2021-01-15T15:15:04Z", "hier", "D:20240230", "Fri, 45 Dec 2022 12:08:48", "5"]
)
def test_what_is_neither_stays(said: str) -> None:
    assert iso_date(said) == said


@given(st.text() | st.from_regex(r"\A(D:)?[0-9 :'+-]{0,30}\Z") | st.emails())
def test_any_text_will_do(said: str) -> None:
    assert isinstance(iso_date(said), str)


def test_only_dates_are_read_as_dates() -> None:
    out = TextBuilder(100)
    out.metadata |= {"created": "D:2024", "author": "D:2024", "subject": " "}
    assert out.build("application/pdf").metadata == {"created": "2024-01-01", "author": "D:2024"}
