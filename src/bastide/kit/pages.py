"""Cursor pagination."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a listing.

    Attributes:
        items: At most as many as were asked for.
        next_cursor: Pass it back for the next page; None on the last one.
        total: How many there are in all, as far as the caller may know.
    """

    items: Sequence[T]
    next_cursor: str | None = None
    total: int | None = None
