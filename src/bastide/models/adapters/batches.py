"""Texts of like length go through a model together."""

from collections.abc import Iterator, Sequence


def cut(tokens: list[int], most: int) -> list[int]:
    """The longest beginning that a model reads, with the closing mark kept."""
    return tokens if len(tokens) <= most else [*tokens[: most - 1], tokens[-1]]


def batches(tokens: Sequence[list[int]], most_texts: int, most_tokens: int) -> Iterator[list[int]]:
    """Indices, sorted by length so that little padding is computed; tokens count with their padding."""
    batch: list[int] = []
    for index in sorted(range(len(tokens)), key=lambda item: len(tokens[item])):
        if batch and (len(batch) == most_texts or (len(batch) + 1) * len(tokens[index]) > most_tokens):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
