"""What other slices may ask of this one."""

from dataclasses import dataclass, replace

from bastide.identity.contract import Principal
from bastide.knowledge.contract import QuotePlace, SearchQuery, SearchResult
from bastide.knowledge.usecases.read_text import ReadText
from bastide.knowledge.usecases.search import Search
from bastide.operations.contract import Audit, AuditEntry, done_by


@dataclass(frozen=True, slots=True)
class KnowledgeService:
    """Satisfies `Knowledge`."""

    find: Search
    texts: ReadText
    audit: Audit

    async def search(self, principal: Principal, query: SearchQuery) -> SearchResult:
        result = await self.find(principal, query)
        await self.audit.note(_entry(principal, query, result))
        return result

    async def verify_quote(
        self, principal: Principal, document_id: str, version: int, start: int, quote: str
    ) -> QuotePlace | None:
        return await self.texts.place_of_quote(principal, document_id, version, start, quote)


def _entry(principal: Principal, query: SearchQuery, result: SearchResult) -> AuditEntry:
    """Which documents were shown; the words of the query are kept as the organisation wants."""
    documents = tuple(dict.fromkeys(hit.document_id for hit in result.hits))
    entry = done_by(
        principal, "search.answered", None, collections=tuple(query.collections), documents=documents
    )
    return replace(entry, personal={"query": query.text})
