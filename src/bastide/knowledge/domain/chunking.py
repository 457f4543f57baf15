"""Chunks along the structure of a document."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import takewhile

from bastide.knowledge.domain.chunk import Chunk
from bastide.knowledge.domain.extraction import ExtractedText, PageSpan
from bastide.knowledge.domain.pieces import CountTokens, Piece, pieces

MAX_TOKENS = 220
# Headings down to this level always begin a chunk; deeper ones do unless what stands before them is short.
_HARD_LEVEL = 2
_SHORT = 0.4  # of the maximum


def chunk(
    extracted: ExtractedText,
    language: str,
    count_tokens: CountTokens,
    *,
    detect_language: Callable[[str], str] | None = None,
    max_tokens: int = MAX_TOKENS,
) -> tuple[Chunk, ...]:
    """Divide a document into passages that can be embedded and read on their own.

    In order and without overlap; every character that is not white space lies in exactly one chunk, and
    `chunk.text == extracted.text[chunk.start:chunk.end]`.

    Args:
        extracted: what the parser found.
        language: of the document, for chunks whose own is not sure.
        count_tokens: token counts of many texts at once, by the embedder's tokenizer.
        detect_language: language of a text, "" when unsure.
        max_tokens: of a chunk's own text; headings and table header come on top when it is embedded.
    """
    found = pieces(extracted, count_tokens, max_tokens)
    groups = [group for section in _sections(found, max_tokens) for group in _packed(section, max_tokens)]
    chunks = [_chunk(extracted.text, number, group, extracted.pages) for number, group in enumerate(groups)]
    if not chunks:
        return ()
    counts = count_tokens([one.indexed_text for one in chunks])
    return tuple(
        replace(
            one, tokens=tokens, language=(detect_language(one.text) if detect_language else "") or language
        )
        for one, tokens in zip(chunks, counts, strict=True)
    )


def _sections(found: Sequence[Piece], max_tokens: int) -> list[list[Piece]]:
    """Stretches that a chunk may not reach beyond."""
    result: list[list[Piece]] = []
    size = 0
    for piece in found:
        current = result[-1] if result else []
        if not current or _begins_section(current, piece, size, max_tokens):
            result.append([])
            size = 0
        result[-1].append(piece)
        size += piece.tokens
    return result


def _begins_section(current: Sequence[Piece], piece: Piece, size: int, max_tokens: int) -> bool:
    last = current[-1]
    if not piece.level:
        return bool(piece.header and last.header and piece.header != last.header)
    if all(other.level for other in current):  # headings in a row, each under the one before
        return piece.level <= _HARD_LEVEL and piece.level <= min(other.level for other in current)
    return piece.level <= _HARD_LEVEL or (not last.level and size >= _SHORT * max_tokens)


def _packed(section: Sequence[Piece], max_tokens: int) -> list[list[Piece]]:
    """As few chunks as fit, of about the same size."""
    total = sum(piece.tokens for piece in section)
    aim = total / -(-total // max_tokens) if total else 0
    result: list[list[Piece]] = [[]]
    size = 0
    for piece in section:
        full = size + piece.tokens > max_tokens or size + piece.tokens / 2 > aim
        only_headings = all(other.level for other in result[-1])
        if full and result[-1] and not (only_headings and size + piece.tokens <= max_tokens):
            result.append(_headings_at_end(result[-1]))
            size = sum(other.tokens for other in result[-1])
        result[-1].append(piece)
        size += piece.tokens
    return [group for group in result if group]


def _headings_at_end(group: list[Piece]) -> list[Piece]:
    """A heading goes with what it heads: take it out of the chunk that ends before that."""
    taken: list[Piece] = []
    while len(group) > 1 and group[-1].level:
        taken.insert(0, group.pop())
    return taken


def _chunk(text: str, ordinal: int, group: Sequence[Piece], pages: Sequence[PageSpan]) -> Chunk:
    start, end = group[0].start, group[-1].end
    first = bisect_right(pages, start, key=lambda span: span.end)
    last = bisect_left(pages, end, key=lambda span: span.start)
    touched = pages[first:last]
    header = next((piece.header for piece in group if piece.header), "")
    body = text[start:end]
    return Chunk(
        ordinal=ordinal,
        start=start,
        end=end,
        text=body,
        heading_path=_common_path([piece for piece in group if not piece.level] or group[-1:]),
        context="" if header in body.split("\n") else header,
        page=touched[0].number if touched else None,
        page_end=touched[-1].number if touched else None,
    )


def _common_path(group: Sequence[Piece]) -> tuple[str, ...]:
    columns = zip(*(piece.path for piece in group), strict=False)
    return tuple(headings[0] for headings in takewhile(lambda column: len(set(column)) == 1, columns))
