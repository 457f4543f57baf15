"""Searches the passages that the caller may read."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
import numpy.typing as npt
import structlog

from bastide.identity.contract import Principal
from bastide.kit.errors import UnavailableError
from bastide.kit.json import Json
from bastide.knowledge.contract import Hit, SearchQuery, SearchResult
from bastide.knowledge.domain.filters import Condition, Exists
from bastide.knowledge.domain.ranking import relevance
from bastide.knowledge.ports.index import Candidate, IndexQuery, PassageIndex
from bastide.knowledge.ports.passages import Passages, SearchScope
from bastide.knowledge.usecases.filters import nested_paths, parse_filters, unknown_operator
from bastide.models.contract import Embedder

_LEAST_CANDIDATES = 50
_CANDIDATES_PER_HIT = 3  # some are of a version that is not current, some only one stage thinks well of
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Search:
    """The search half of `Knowledge`.

    Attributes:
        detect_language: of a text, ISO 639-1, "" when unsure.
    """

    passages: Passages
    index: PassageIndex
    embedder: Embedder
    detect_language: Callable[[str], str]

    async def __call__(self, principal: Principal, query: SearchQuery) -> SearchResult:
        """By words alone while the embedder is not available or the index belongs to another one.

        Raises:
            CollectionNotFoundError: a named collection is not there, or not readable.
            FilterError: unknown operator or wrong type.
            UnavailableError: the index is not available.
        """
        begun = perf_counter()
        conditions = parse_filters(query.filters)
        embedding = asyncio.create_task(self._vector(query.text))  # while the scope is read
        try:
            hits = await self._hits(principal, query, conditions, embedding)
        finally:
            embedding.cancel()
        return SearchResult(hits, len(hits), round((perf_counter() - begun) * 1000))

    async def _hits(
        self,
        principal: Principal,
        query: SearchQuery,
        conditions: tuple[Condition, ...],
        embedding: Awaitable[npt.NDArray[np.float32] | None],
    ) -> list[Hit]:
        scope = await self.passages.scope(principal, query.collections)
        if scope.index is None or not scope.access.collections:
            for field, key in nested_paths(query.filters):  # there is no document that could have it
                raise unknown_operator(field, key)
            return []
        asked = IndexQuery(
            text=query.text,
            language=self.detect_language(query.text),
            vector=await embedding if scope.fingerprint == self.embedder.fingerprint else None,
            access=scope.access,
            conditions=conditions,
            limit=max(_LEAST_CANDIDATES, _CANDIDATES_PER_HIT * query.top_k),
        )
        found = await self.index.query(scope.index, asked)
        if not found:
            await self._refuse_mistyped(scope, scope.index, asked, query.filters)
        return await self._ranked(principal, found, query, asked.language)

    async def _vector(self, text: str) -> npt.NDArray[np.float32] | None:
        """None: go by words alone."""
        try:
            return await self.embedder.embed_query(text)
        except UnavailableError as error:
            _log.info("search.without_vector", code=error.code)
            return None

    async def _refuse_mistyped(
        self, scope: SearchScope, index: str, asked: IndexQuery, filters: Mapping[str, Json]
    ) -> None:
        """A key that no readable document has in its metadata was meant as an operator."""
        anything = replace(asked, vector=np.zeros(scope.dimensions, np.float32), limit=1)
        for field, key in nested_paths(filters):
            if not await self.index.query(index, replace(anything, conditions=(Exists(f"{field}.{key}"),))):
                raise unknown_operator(field, key)

    async def _ranked(
        self, principal: Principal, found: Sequence[Candidate], query: SearchQuery, language: str
    ) -> list[Hit]:
        """Best first, above the threshold, current versions only."""
        scored = [(self._score(one, language), one) for one in found]
        scored = [pair for pair in scored if pair[0] >= query.score_threshold]
        scored.sort(key=lambda pair: (-pair[0], pair[1].document_id, pair[1].ordinal))
        hits: list[Hit] = []
        for start in range(0, len(scored), query.top_k):
            part = scored[start : start + query.top_k]
            texts = await self.passages.hydrate(principal, [one for _, one in part])
            hits.extend(
                replace(texts[one.point_id], score=score) for score, one in part if one.point_id in texts
            )
            if len(hits) >= query.top_k:
                break
        return hits[: query.top_k]

    def _score(self, found: Candidate, language: str) -> float:
        embedder = self.embedder
        dense = None if found.dense is None else embedder.likeness(found.dense, language)
        return relevance(dense, found.lexical, embedder.trust(language))
