"""The models that are always there: the embedder and the built-in reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:  # numpy takes a tenth of a second to load: whoever only routes requests needs none of it
    import numpy as np
    import numpy.typing as npt

Vectors: TypeAlias = "npt.NDArray[np.float32]"


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their likeness (unit length)."""

    @property
    def name(self) -> str:
        """Public name, `all-minilm-l6-v2`."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever equal texts would get other vectors; an index belongs to one fingerprint."""
        ...

    @property
    def dimensions(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """What it reads of one text; the rest is cut off."""
        ...

    def trust(self, language: str) -> float:
        """How far to believe its likeness in a language (ISO 639-1), 0..1: a property of the model."""
        ...

    def likeness(self, cosine: float, language: str) -> float:
        """A dot product on the scale that search ranks by: models differ in what they give to texts that
        have nothing to do with each other. Rises with the cosine.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions), float32. For passages. Raises UnavailableError."""
        ...

    async def embed_query(self, text: str) -> "npt.NDArray[np.float32]":
        """Shape (dimensions,). Ahead of passages in the queue."""
        ...


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved passage as the reader sees it.

    Attributes:
        start: offset of `text` in the document's stored text, in characters; quotes are given in offsets
            of the stored text.
        score: of the search, 0..1.
    """

    passage_id: str
    text: str
    start: int
    score: float
    title: str = ""
    heading_path: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """One quoted sentence: `text == stored_text[start:end]`.

    Attributes:
        confidence: 0..1, calibrated: how likely it is that this sentence answers the question.
    """

    passage_id: str
    start: int
    end: int
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader found: `quotes` best first (at most `max_quotes`), none when nothing answers.

    Attributes:
        language: `fr` or `en`, in which to speak to who asks: the question's where it tells.
    """

    quotes: tuple[Quote, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Support:
    """How a statement stands to passages: `quote` is what comes nearest to saying the same.

    Attributes:
        supported: the quote says it, as far as words, numbers and names can tell. True also where they cannot
            tell, because statement and passage are in two languages and share no number or name.
    """

    quote: Quote
    supported: bool


class Reader(Protocol):
    """The built-in extractive answerer. Deterministic, no weights of its own, milliseconds."""

    def read(
        self,
        question: str,
        passages: Sequence[Passage],
        *,
        max_quotes: int = 3,
        context: str = "",
        language: str = "",
    ) -> Reading:
        """`context`: what was asked before; its words count too, but less than the question's. `language`: of
        who asks, for a question that is in no clear language; "" where nobody knows.
        """
        ...

    def support(self, statement: str, passages: Sequence[Passage]) -> Support | None:
        """The sentence that best supports a statement; None when the passages hold none at all."""
        ...
