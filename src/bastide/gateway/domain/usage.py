"""Tokens of one answer, by kind."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """`cached` is the part of `prompt` that the provider had read before; `estimated` when nobody counted."""

    prompt: int
    completion: int
    cached: int = 0
    estimated: bool = False
