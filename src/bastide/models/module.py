"""Builds the models that are always there."""

from bastide.models.contract import Reader
from bastide.models.usecases.read import ExtractiveReader


def open_reader() -> Reader:
    """The built-in extractive answerer; needs nothing."""
    return ExtractiveReader()


__all__ = ["open_reader"]
