"""CSV and its relatives."""

import csv
import io
from statistics import pstdev

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.plain import text_of
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.adapters.parsing.tables import add_table

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50
_MAX_CELL = 1 << 20


def read_csv(source: Source, out: TextBuilder) -> None:
    text = text_of(source)
    csv.field_size_limit(_MAX_CELL)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error:  # a quote that never closes
        rows = [line.split(_delimiter(text)) for line in text.split("\n")]
    add_table(rows, out)


def _delimiter(text: str) -> str:
    """The character that cuts the first lines into the most columns, evenly."""
    lines = [line for line in text.split("\n")[:_SAMPLE_LINES] if line.strip()]

    def evenness(delimiter: str) -> float:
        counts = [line.count(delimiter) for line in lines]
        return sum(counts) / (1 + pstdev(counts) * len(counts)) if counts else 0.0

    return max(_DELIMITERS, key=evenness)
