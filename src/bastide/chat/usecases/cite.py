"""Turns quotes into numbered citations that were found again in the stored text."""

from collections.abc import Sequence

from bastide.chat.contract import Citation
from bastide.identity.contract import Principal
from bastide.knowledge.contract import Hit, Knowledge
from bastide.models.contract import Quote


class Citer:
    """Numbers the citations of one answer, from 1; the same span keeps its number."""

    def __init__(self, knowledge: Knowledge, principal: Principal, hits: Sequence[Hit]) -> None:
        self._knowledge = knowledge
        self._principal = principal
        self._hits = hits
        self._known: dict[tuple[str, int, int, int], Citation] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(self._known.values())

    async def cite(self, quote: Quote) -> Citation:
        """`quote.passage_id` is the place of its hit."""
        hit = self._hits[int(quote.passage_id)]
        key = (hit.document_id, hit.version, quote.start, quote.end)
        if (known := self._known.get(key)) is not None:
            return known
        place = await self._knowledge.verify_quote(
            self._principal, hit.document_id, hit.version, quote.start, quote.text
        )
        citation = Citation(
            number=len(self._known) + 1,
            document_id=hit.document_id,
            version=hit.version,
            filename=hit.filename,
            collection=hit.collection,
            chunk_id=hit.chunk_id,
            page=place.page if place else hit.page,
            start=quote.start,
            end=quote.end,
            quote=quote.text,
            section=" › ".join(hit.heading_path),
            score=round(quote.confidence, 4),
            verified=place is not None,
        )
        self._known[key] = citation
        return citation
