"""The neighbours of the chat slice, in memory."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from bastide.gateway.contract import (
    READER,
    ChatMessage,
    Finished,
    GenerateRequest,
    ModelInfo,
    TokenDelta,
    Usage,
)
from bastide.identity.contract import CredentialKind, Principal, Role
from bastide.knowledge.contract import Hit, QuotePlace, SearchQuery, SearchResult

ALICE = Principal("usr_alice", "org_one", Role.MEMBER, CredentialKind.SESSION)


@dataclass
class Library:
    """A `Knowledge` whose documents are texts; every paragraph is a passage and every search finds all."""

    texts: dict[str, str]
    language: str = "fr"
    asked: list[SearchQuery] = field(default_factory=list[SearchQuery])
    forgotten: bool = False  # the stored text changed after the search
    labels: tuple[str, ...] = ()

    async def search(self, principal: Principal, query: SearchQuery) -> SearchResult:
        self.asked.append(query)
        hits = [hit for name, text in self.texts.items() for hit in self._hits(name, text)]
        hits = hits[: query.top_k]
        return SearchResult(hits, len(hits), 1)

    def _hits(self, name: str, text: str) -> list[Hit]:
        hits: list[Hit] = []
        start = 0
        for place, paragraph in enumerate(text.split("\n\n")):
            hits.append(
                Hit(
                    document_id=f"doc_{name}",
                    version=3,
                    chunk_id=f"chk_{name}_{place}",
                    filename=f"{name}.pdf",
                    collection_id="col_1",
                    collection="rh",
                    content=paragraph,
                    start=start,
                    end=start + len(paragraph),
                    page=1,
                    page_end=2,
                    heading_path=("Livret", "Congés"),
                    language=self.language,
                    score=0.9 - place / 100,
                    metadata={},
                    labels=self.labels,
                )
            )
            start += len(paragraph) + 2
        return hits

    async def verify_quote(
        self, principal: Principal, document_id: str, version: int, start: int, quote: str
    ) -> QuotePlace | None:
        text = self.texts[document_id.removeprefix("doc_")]
        if self.forgotten or text[start : start + len(quote)] != quote:
            return None
        return QuotePlace(1 + text[:start].count("\f"))


@dataclass
class Models:
    """A `Gateway` with the reader and one model that says what the test wrote, in the pieces it wrote."""

    pieces: Sequence[str] = ()
    error: Exception | None = None  # raised after the pieces
    context_tokens: int | None = 8192
    asked: list[GenerateRequest] = field(default_factory=list[GenerateRequest])
    closed: bool = False

    async def models(self, principal: Principal) -> Sequence[ModelInfo]:
        return [
            ModelInfo(READER, "bastide", extractive=True, context_tokens=None, available=True),
            ModelInfo(
                "tiny", "somebody", extractive=False, context_tokens=self.context_tokens, available=True
            ),
        ]

    async def generate(
        self, principal: Principal, request: GenerateRequest
    ) -> AsyncIterator[TokenDelta | Finished]:
        self.asked.append(request)
        try:
            for piece in self.pieces:
                yield TokenDelta(piece)
            if self.error is not None:
                raise self.error
            yield Finished("stop", Usage(11, 7), "tiny")
        finally:
            self.closed = True

    @property
    def prompt(self) -> Sequence[ChatMessage]:
        return self.asked[-1].messages
