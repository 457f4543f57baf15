"""A chunk: what is embedded, ranked and shown as a passage."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chunk:
    """The stretch `text[start:end]` of a version's stored text.

    Attributes:
        ordinal: 0.. in the order of the text.
        heading_path: outermost first, as in ("Travel", "Refunds").
        context: text that is indexed with the chunk but is not in it at that place: the header of its table.
        page, page_end: 1-based, None without pages.
        language: ISO 639-1 of the chunk, falling back to the document's; "" when unknown.
        tokens: by the embedder's tokenizer, of what is embedded.
    """

    ordinal: int
    start: int
    end: int
    text: str
    heading_path: tuple[str, ...] = ()
    context: str = ""
    page: int | None = None
    page_end: int | None = None
    language: str = ""
    tokens: int = 0

    @property
    def indexed_text(self) -> str:
        """What the embedder and BM25 read: headings that are not in the text, table header, text."""
        lines = self.text.split("\n")
        above = " › ".join(heading for heading in self.heading_path if heading not in lines)
        return "\n".join(part for part in (above, self.context, self.text) if part)
