"""The page about the ASVS names every requirement of levels 1 and 2 once, and nothing that is not there."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations" / "asvs.md"
_ROW = re.compile(
    r"^\| (?P<number>\d+\.\d+\.\d+) \| (?P<level>[12]) \| (?P<short>[^|]+) \| (?P<state>[^|]+) \| "
    r"(?P<how>[^|]+) \| (?P<shown>[^|]*) \|$",
    re.MULTILINE,
)
ROWS = [match.groupdict() for match in _ROW.finditer(PAGE.read_text())]
STATES = {"met", "partly", "not met", "operator", "n/a"}


def test_every_requirement_stands_there_once() -> None:
    """ASVS 5.0.0 has 70 requirements of level 1 and 183 of level 2."""
    assert Counter(row["level"] for row in ROWS) == {"1": 70, "2": 183}
    assert len({row["number"] for row in ROWS}) == len(ROWS)
    assert {row["state"] for row in ROWS} <= STATES


def test_what_is_claimed_is_shown_and_what_is_shown_exists() -> None:
    for row in ROWS:
        shown = re.findall(r"`([^`]+)`", row["shown"])
        assert shown or row["state"] in {"n/a", "not met"}, row["number"]
        for path in shown:
            assert (ROOT / path).exists(), (row["number"], path)


def test_the_sums_are_right() -> None:
    said = re.findall(r"^\| ([a-z/ ]+) \| (\d+) \|$", PAGE.read_text(), re.MULTILINE)
    assert {state: int(count) for state, count in said} == Counter(row["state"] for row in ROWS)
