"""Tokens of one answer, by kind."""

import msgspec


class Counts(msgspec.Struct, frozen=True):
    """Tokens by kind.

    Attributes:
        cached: the part of `prompt` that the provider had read before.
        reasoning: the part of `completion` that the client is not shown.
        estimated: nobody counted.
    """

    prompt: int
    completion: int
    cached: int = 0
    reasoning: int = 0
    estimated: bool = False
