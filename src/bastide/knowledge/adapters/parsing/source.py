"""What a reader is given."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.ports.parser import ParseLimits


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read.

    Attributes:
        folder: where temporary files and attachments go; it is emptied with the request.
        report: tells the parent how far the reader is: pages done, pages in all.
    """

    path: Path
    filename: str
    folder: Path
    limits: ParseLimits
    report: Callable[[int, int], None]
    password: str | None = None


# Reads the file and adds what it finds; raises one of the errors of `knowledge.domain.errors`.
Reader: TypeAlias = Callable[[Source, TextBuilder], None]
