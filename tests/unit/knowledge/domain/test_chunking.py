"""Chunks cover a document exactly, whatever its structure."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bastide.knowledge.domain.chunk import Chunk
from bastide.knowledge.domain.chunking import chunk
from bastide.knowledge.domain.extraction import Block, BlockKind, ExtractedText, PageSpan

PIECES = st.lists(
    st.tuples(
        st.sampled_from(BlockKind),
        st.text(alphabet="aé.?! \n|«»\u00a0", min_size=1, max_size=60),
        st.integers(1, 4),
        st.booleans(),
    ),
    max_size=12,
)


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def letters(texts: Sequence[str]) -> list[int]:
    return [len(text) for text in texts]


def visible(texts: Sequence[str]) -> list[int]:
    return [len("".join(text.split())) for text in texts]


def document(*parts: tuple[BlockKind, str, int], header: str = "") -> ExtractedText:
    text, blocks = "", list[Block]()
    for kind, body, level in parts:
        start = len(text) + (2 if text else 0)
        text = f"{text}\n\n{body}" if text else body
        blocks.append(Block(kind, start, len(text), level, header if kind is BlockKind.TABLE_ROW else ""))
    return ExtractedText(text, tuple(blocks))


def heading(text: str, level: int) -> tuple[BlockKind, str, int]:
    return BlockKind.HEADING, text, level


def paragraph(text: str) -> tuple[BlockKind, str, int]:
    return BlockKind.PARAGRAPH, text, 0


@given(PIECES, st.integers(1, 40))
def test_all_visible_text_is_in_exactly_one_chunk(
    parts: list[tuple[BlockKind, str, int, bool]], max_tokens: int
) -> None:
    text, blocks = "", list[Block]()
    for kind, body, level, known in parts:
        start = len(text)
        text += body
        if known:
            blocks.append(Block(kind, start, len(text), level, "h" if level == 1 else ""))
    chunks = chunk(ExtractedText(text, tuple(blocks)), "fr", letters, max_tokens=max_tokens)
    covered = [False] * len(text)
    for number, one in enumerate(chunks):
        assert one.ordinal == number
        assert one.text == text[one.start : one.end]
        assert one.text == one.text.strip() != ""
        assert not any(covered[one.start : one.end])
        assert all(other.end <= one.start for other in chunks[:number])
        covered[one.start : one.end] = [True] * (one.end - one.start)
    assert all(covered[at] for at, char in enumerate(text) if not char.isspace())


@given(st.text(alphabet="ab. \n", max_size=400), st.integers(2, 30))
def test_without_headings_no_chunk_is_longer_than_allowed(text: str, max_tokens: int) -> None:
    whole = ExtractedText(text, (Block(BlockKind.PARAGRAPH, 0, len(text)),))
    chunks = chunk(whole, "", visible, max_tokens=max_tokens)
    assert all(visible([one.text])[0] <= max_tokens for one in chunks)


def test_nothing_has_no_chunks() -> None:
    assert chunk(ExtractedText(" \n ", ()), "fr", words) == ()


def paths(chunks: Sequence[Chunk]) -> list[tuple[str, ...]]:
    return [one.heading_path for one in chunks]


def test_a_chunk_does_not_cross_a_heading_of_the_first_levels() -> None:
    chunks = chunk(
        document(
            heading("Travel", 1),
            heading("Refunds", 2),
            paragraph("Ask in May."),
            heading("Trains", 2),
            paragraph("Second class."),
        ),
        "en",
        words,
    )
    assert [one.text for one in chunks] == ["Travel\n\nRefunds\n\nAsk in May.", "Trains\n\nSecond class."]
    assert paths(chunks) == [("Travel", "Refunds"), ("Travel", "Trains")]
    assert chunks[1].indexed_text == "Travel\nTrains\n\nSecond class."


def test_a_heading_of_the_first_levels_ends_a_row_of_deeper_ones() -> None:
    chunks = chunk(
        document(heading("A", 1), heading("a", 3), heading("B", 1), heading("b", 2), paragraph("Text.")),
        "en",
        words,
    )
    assert [one.text for one in chunks] == ["A\n\na", "B\n\nb\n\nText."]


def test_short_neighbours_under_the_same_heading_are_merged() -> None:
    chunks = chunk(
        document(heading("A", 1), heading("a", 3), paragraph("One."), heading("b", 3), paragraph("Two.")),
        "en",
        words,
    )
    assert paths(chunks) == [("A",)]


def test_a_deeper_heading_begins_a_chunk_when_enough_stands_before_it() -> None:
    long = " ".join(["word"] * 100)
    chunks = chunk(
        document(heading("A", 1), heading("a", 3), paragraph(long), heading("b", 3), paragraph("Two.")),
        "en",
        words,
    )
    assert paths(chunks) == [("A", "a"), ("A", "b")]


def test_a_long_paragraph_is_cut_at_sentences_into_parts_of_about_the_same_size() -> None:
    text = " ".join(f"Sentence number {n} has eight words in it." for n in range(40))
    chunks = chunk(document(paragraph(text)), "en", words, max_tokens=220)
    assert len(chunks) == 2
    assert all(one.text.endswith(".") and one.text.startswith("Sentence") for one in chunks)
    assert abs(len(chunks[0].text) - len(chunks[1].text)) < 60


def test_a_heading_stays_with_what_it_heads() -> None:
    first, second = " ".join(["one"] * 85), " ".join(["two"] * 150)
    chunks = chunk(
        document(heading("A", 3), paragraph(first), heading("B", 4), paragraph(second)), "en", words
    )
    assert [one.text.split()[0] for one in chunks] == ["A", "B"]


def test_rows_keep_the_header_of_their_table() -> None:
    rows = [(BlockKind.TABLE_ROW, f"Ann {n} | {n}", 0) for n in range(90)]
    chunks = chunk(document(*rows, header="Name | Amount"), "en", words, max_tokens=100)
    assert len(chunks) > 2
    assert {one.context for one in chunks} == {"Name | Amount"}
    assert chunks[1].indexed_text.startswith("Name | Amount\nAnn")


def test_pages_are_kept() -> None:
    text = "One.\n\nTwo.\n\nThree."
    whole = ExtractedText(
        text,
        (
            Block(BlockKind.PARAGRAPH, 0, 4),
            Block(BlockKind.PARAGRAPH, 6, 10),
            Block(BlockKind.HEADING, 12, 18, 1),
        ),
        (PageSpan(1, 0, 4), PageSpan(2, 5, 5), PageSpan(3, 6, 10), PageSpan(4, 12, 18)),
    )
    chunks = chunk(whole, "en", words)
    assert [(one.page, one.page_end) for one in chunks] == [(1, 3), (4, 4)]


def test_the_language_of_a_chunk_falls_back_to_that_of_the_document() -> None:
    chunks = chunk(
        document(heading("Un", 1), paragraph("Bonjour."), heading("Two", 1), paragraph("Hello.")),
        "en",
        words,
        detect_language=lambda text: "fr" if "Bonjour" in text else "",
    )
    assert [one.language for one in chunks] == ["fr", "en"]
