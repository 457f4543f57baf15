"""What other slices may ask of this one."""

from dataclasses import dataclass

from bastide.identity.contract import Principal
from bastide.knowledge.contract import QuotePlace, SearchQuery, SearchResult
from bastide.knowledge.usecases.read_text import ReadText
from bastide.knowledge.usecases.search import Search


@dataclass(frozen=True, slots=True)
class KnowledgeService:
    """Satisfies `Knowledge`."""

    find: Search
    texts: ReadText

    async def search(self, principal: Principal, query: SearchQuery) -> SearchResult:
        return await self.find(principal, query)

    async def verify_quote(
        self, principal: Principal, document_id: str, version: int, start: int, quote: str
    ) -> QuotePlace | None:
        return await self.texts.place_of_quote(principal, document_id, version, start, quote)
