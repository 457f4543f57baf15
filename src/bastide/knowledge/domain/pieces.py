"""The pieces that chunks are packed from: blocks, or parts of blocks that are too long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

from bastide.kit.sentences import sentences
from bastide.knowledge.domain.extraction import Block, BlockKind, ExtractedText

CountTokens: TypeAlias = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text that is not divided.

    Attributes:
        level: of a heading, 0 for anything else.
        path: the headings that it stands under, with itself if it is one.
        header: of its table.
    """

    start: int
    end: int
    level: int = 0
    path: tuple[str, ...] = ()
    header: str = ""
    tokens: int = 0


def pieces(extracted: ExtractedText, count_tokens: CountTokens, max_tokens: int) -> list[Piece]:
    """All text that is not blank, in order, in pieces of at most `max_tokens`."""
    text = extracted.text
    whole = _counted(text, _placed(extracted), count_tokens)
    parts: list[Piece] = []
    long: list[int] = []
    for piece in whole:
        if piece.tokens <= max_tokens:
            parts.append(piece)
            continue
        for part in _sentences(text, piece):
            long.append(len(parts))
            parts.append(part)
    for index, part in zip(long, _counted(text, [parts[i] for i in long], count_tokens), strict=True):
        parts[index] = part
    while any(part.tokens > max_tokens and part.end - part.start > 1 for part in parts):
        parts = _halved(text, parts, count_tokens, max_tokens)
    return parts


def _placed(extracted: ExtractedText) -> list[Piece]:
    """Blocks, and what lies between them, each under its headings."""
    found: list[Piece] = []
    path: list[tuple[int, str]] = []
    at = 0
    for block in (*extracted.blocks, Block(BlockKind.PARAGRAPH, len(extracted.text), len(extracted.text))):
        headings = tuple(heading for _, heading in path)
        _add(found, extracted.text, Piece(at, block.start, path=headings))
        level = max(1, block.level) if block.kind is BlockKind.HEADING else 0
        if level:
            path = [entry for entry in path if entry[0] < level]
            path.append((level, " ".join(extracted.text[block.start : block.end].split())))
            headings = tuple(heading for _, heading in path)
        _add(found, extracted.text, Piece(block.start, block.end, level, headings, block.header))
        at = max(at, block.end)
    return found


def _add(found: list[Piece], text: str, piece: Piece) -> None:
    """Without the white space around it; nothing when there is nothing else."""
    body = text[piece.start : piece.end]
    start = piece.start + len(body) - len(body.lstrip())
    end = piece.start + len(body.rstrip())
    if start < end:
        found.append(replace(piece, start=start, end=end))


def _counted(text: str, found: Sequence[Piece], count_tokens: CountTokens) -> list[Piece]:
    if not found:
        return []
    counts = count_tokens([text[piece.start : piece.end] for piece in found])
    return [replace(piece, tokens=count) for piece, count in zip(found, counts, strict=True)]


def _sentences(text: str, piece: Piece) -> list[Piece]:
    spans = sentences(text[piece.start : piece.end])
    return [replace(piece, start=piece.start + start, end=piece.start + end) for start, end in spans]


def _halved(text: str, parts: Sequence[Piece], count_tokens: CountTokens, max_tokens: int) -> list[Piece]:
    """Cut what is still too long in equal lengths, at spaces where there are any."""
    result: list[Piece] = []
    cut: list[int] = []
    for part in parts:
        if part.tokens <= max_tokens or part.end - part.start <= 1:
            result.append(part)
            continue
        wanted = min(-(-part.tokens // max_tokens), part.end - part.start)
        edges = _edges(text, part, max(2, wanted))
        for start, end in pairwise(edges):
            before = len(result)
            _add(result, text, replace(part, start=start, end=end))
            cut.extend(range(before, len(result)))
    for index, part in zip(cut, _counted(text, [result[i] for i in cut], count_tokens), strict=True):
        result[index] = part
    return result


def _edges(text: str, part: Piece, count: int) -> list[int]:
    length = part.end - part.start
    edges = [part.start]
    for number in range(1, count):
        aim = part.start + number * length // count
        space = max(text.rfind(" ", edges[-1] + 1, aim), text.rfind("\n", edges[-1] + 1, aim))
        far = space < aim - length // (2 * count)
        edges.append(aim if space < 0 or far else space)
    return [*edges, part.end]
