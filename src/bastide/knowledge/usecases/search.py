"""Find passages."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import structlog

from bastide.identity.contract import Principal
from bastide.kit.errors import UnavailableError
from bastide.knowledge.contract import SearchQuery, SearchResult
from bastide.knowledge.domain.ranking import fused
from bastide.knowledge.ports.index import IndexQuery, PassageIndex
from bastide.knowledge.ports.passages import Passages, SearchScope
from bastide.knowledge.usecases.filters import parse_filters
from bastide.models.contract import Embedder

_CANDIDATES = 50
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Search:
    """`detect`: language of a text, ISO 639-1, "" when unsure."""

    passages: Passages
    index: PassageIndex
    embedder: Embedder
    detect: Callable[[str], str]

    async def __call__(self, principal: Principal, query: SearchQuery) -> SearchResult:
        """Raises CollectionNotFoundError, FilterError."""
        started = time.perf_counter()
        conditions = parse_filters(query.filters)
        scope = await self.passages.scope(principal, query.collections)
        if scope.index is None or not scope.access.collections:
            return SearchResult((), 0, 0)
        language = self.detect(query.text)
        vector = await self._vector(scope, query.text)
        candidates = await self.index.query(
            scope.index,
            IndexQuery(query.text, language, vector, scope.access, conditions, max(_CANDIDATES, query.top_k)),
        )
        found = await self.passages.hydrate(principal, candidates)
        trust = 0.0 if vector is None else self.embedder.trust(language)
        hits = [
            replace(found[one.point_id], score=fused(one.lexical, one.dense, trust))
            for one in candidates
            if one.point_id in found
        ]
        hits.sort(key=lambda hit: (-hit.score, hit.chunk_id))
        hits = [hit for hit in hits if hit.score >= query.score_threshold][: query.top_k]
        return SearchResult(hits, len(hits), round((time.perf_counter() - started) * 1000))

    async def _vector(self, scope: SearchScope, text: str) -> npt.NDArray[np.float32] | None:
        """None: go by words alone."""
        if scope.fingerprint != self.embedder.fingerprint:
            return None
        try:
            return await self.embedder.embed_query(text)
        except UnavailableError as error:
            _log.info("search.without_vector", code=error.code)
            return None
