"""One hybrid query against one shard."""

from collections.abc import Mapping, Sequence
from itertools import islice
from math import log

import qdrant_edge as edge

from bastide.knowledge.adapters.qdrant_edge.analysis import ANALYSERS
from bastide.knowledge.adapters.qdrant_edge.filters import compiled
from bastide.knowledge.adapters.qdrant_edge.shard import DENSE
from bastide.knowledge.ports.index import Candidate, IndexQuery

_SHOWN = ("document_id", "version", "ordinal")
_MEASURED_TERMS = 48  # of a longer query, the first terms stand for all


def search(shard: edge.EdgeShard, query: IndexQuery, analysers: Sequence[str]) -> list[Candidate]:
    """Candidates of both stages, each with the scores of both."""
    return _Search(shard, query, analysers).run()


class _Search:
    def __init__(self, shard: edge.EdgeShard, query: IndexQuery, analysers: Sequence[str]) -> None:
        self._shard = shard
        self._limit = query.limit
        self._filter = compiled(query.access, query.conditions)
        self._dense = None if query.vector is None else query.vector.tolist()
        weights = {name: ANALYSERS[name].query(query.text) for name in analysers}
        self._weights = {name: terms for name, terms in weights.items() if terms}

    def run(self) -> list[Candidate]:
        stages: dict[str, edge.Query] = {
            name: edge.Query.Nearest(_sparse(terms), using=name) for name, terms in self._weights.items()
        }
        if self._dense is not None:
            stages[DENSE] = edge.Query.Nearest(self._dense, using=DENSE)
        asked = [self._request(stage, self._filter, self._limit) for stage in stages.values()]
        scores = dict(zip(stages, self._scores(asked), strict=True))
        points = {point for found in scores.values() for point in found}
        self._complete(scores, stages, points)
        reach = self._reach({name for name, found in scores.items() if name != DENSE and found})
        return [
            Candidate(
                point_id=(point_id := str(record.id)),
                document_id=(payload := record.payload or {})["document_id"],
                version=payload["version"],
                ordinal=payload["ordinal"],
                dense=scores.get(DENSE, {}).get(point_id),
                lexical=_lexical(point_id, scores, reach),
            )
            for record in self._shard.retrieve([*points], [*_SHOWN], with_vector=False)
        ]

    def _complete(
        self, scores: dict[str, dict[str, float]], stages: Mapping[str, edge.Query], points: set[str]
    ) -> None:
        """What only another stage has found is scored too."""
        missing = {
            name: unseen
            for name, found in scores.items()
            if len(found) == self._limit and (unseen := points - found.keys())
        }
        asked = [
            self._request(stages[name], edge.Filter(must=[edge.HasIdCondition({*unseen})]), len(unseen))
            for name, unseen in missing.items()
        ]
        for name, found in zip(missing, self._scores(asked), strict=True):
            scores[name].update(found)

    def _request(self, stage: edge.Query, condition: edge.Filter, limit: int) -> edge.QueryRequest:
        return edge.QueryRequest(limit=limit, query=stage, filter=condition, with_payload=False)

    def _answers(self, requests: Sequence[edge.QueryRequest]) -> list[list[edge.ScoredPoint]]:
        return self._shard.query_batch(edge.QueryBatchRequest([*requests])) if requests else []

    def _scores(self, requests: Sequence[edge.QueryRequest]) -> list[dict[str, float]]:
        """By point. An id is read once: that takes as long as finding the point."""
        return [{str(hit.id): hit.score for hit in hits} for hits in self._answers(requests)]

    def _reach(self, analysers: set[str]) -> dict[str, float]:
        """What a passage would score that is the best at every term of the query; by analyser."""
        total = self._shard.info().points_count
        terms = [
            (name, term, weight)
            for name in sorted(analysers)
            for term, weight in islice(self._weights[name].items(), _MEASURED_TERMS)
        ]
        queries = [edge.Query.Nearest(_sparse({term: weight}), using=name) for name, term, weight in terms]
        best = self._answers([self._request(query, self._filter, 1) for query in queries])
        unknown = log(2 * total + 1)  # the IDF of a term that no passage has
        reach = dict.fromkeys(analysers, 0.0)
        for (name, _, weight), hits in zip(terms, best, strict=True):
            reach[name] += hits[0].score if hits else unknown * weight
        return {
            name: value * max(1.0, len(self._weights[name]) / _MEASURED_TERMS)
            for name, value in reach.items()
        }


def _sparse(weights: Mapping[int, float]) -> edge.SparseVector:
    return edge.SparseVector([*weights], [*weights.values()])


def _lexical(
    point_id: str, scores: Mapping[str, Mapping[str, float]], reach: Mapping[str, float]
) -> float | None:
    shares = [
        min(1.0, scores[name][point_id] / best)
        for name, best in reach.items()
        if point_id in scores[name] and best > 0
    ]
    return max(shares, default=None)
