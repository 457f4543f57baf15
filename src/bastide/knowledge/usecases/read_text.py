"""Read what was extracted of a version, and find stretches of it again: as text and on the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from bastide.identity.contract import Principal
from bastide.kit.errors import NotFoundError
from bastide.knowledge.contract import QuotePlace
from bastide.knowledge.domain.document import Version
from bastide.knowledge.domain.errors import SpanError
from bastide.knowledge.domain.extraction import ExtractedText
from bastide.knowledge.ports.geometry import Geometry, PageGeometry
from bastide.knowledge.usecases.materialise import Materialise
from bastide.knowledge.usecases.read_documents import ReadDocuments
from bastide.knowledge.usecases.texts import Texts
from bastide.knowledge.usecases.witness import Witness

_PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class ReadText:
    documents: ReadDocuments
    texts: Texts
    materialise: Materialise
    geometry: Geometry
    witness: Witness

    async def text(
        self, principal: Principal, document_id: str, number: int | None
    ) -> tuple[Version, ExtractedText]:
        """Raises DocumentNotFoundError, VersionNotFoundError, TextNotReadyError, DeniedError."""
        document, version = await self.documents.version(principal, document_id, number)
        await self.witness(principal, document, version.number, "text")
        return version, (await self.texts.read(version)).extracted

    async def rectangles(
        self, principal: Principal, document_id: str, number: int | None, start: int, end: int
    ) -> Sequence[PageGeometry]:
        """Where the stretch `text[start:end]` stands on the pages; nothing where there is no PDF, or no text
        layer. Raises as `text`, and SpanError.
        """
        document, version = await self.documents.version(principal, document_id, number)
        await self.witness(principal, document, version.number, "rectangles")
        extracted = (await self.texts.read(version)).extracted
        if not 0 <= start < end <= len(extracted.text):
            raise SpanError("The document's text has no such stretch.", start=start, end=end)
        if version.media_type != _PDF:
            return []
        found: list[PageGeometry] = []
        async with self.materialise(version, document.filename) as path:
            for page in extracted.pages:
                first, last = max(start, page.start), min(end, page.end)
                quote = extracted.text[first:last].strip() if first < last else ""
                if quote:
                    found += await self.geometry.locate(
                        path, quote, [page.number], before=extracted.text[page.start : first]
                    )
        return found

    async def place_of_quote(
        self, principal: Principal, document_id: str, number: int, start: int, quote: str
    ) -> QuotePlace | None:
        """None unless the version's text has exactly this quote at that offset.

        The chunk around it tells in most cases. The whole text is read for a quote of several chunks, in one
        of several pages, or of a version that is not searched any more.
        """
        try:
            document, version = await self.documents.version(principal, document_id, number)
            await self.witness(principal, document, number, "quote")
            async with self.documents.store.reading() as unit:
                chunk = await unit.chunks.around(document_id, number, start, start + len(quote))
            if quote and chunk is not None and chunk.page == chunk.page_end:
                is_there = chunk.text.startswith(quote, start - chunk.start)
                return QuotePlace(chunk.page) if is_there else None
            extracted = (await self.texts.read(version)).extracted
        except NotFoundError:
            return None
        if not quote or not extracted.text.startswith(quote, start):
            return None
        return QuotePlace(
            next((page.number for page in extracted.pages if page.start <= start < page.end), None)
        )
