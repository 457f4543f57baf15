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
        scores = self._each(stages, self._filter, self._limit)
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

    def _each(
        self, stages: Mapping[str, edge.Query], condition: edge.Filter, limit: int
    ) -> dict[str, dict[str, float]]:
        """Scores by stage and point. An id is read once: that takes as long as finding the point."""
        requests = [
            edge.QueryRequest(limit=limit, query=stage, filter=condition, with_payload=False)
            for stage in stages.values()
        ]
        answers = self._shard.query_batch(edge.QueryBatchRequest(requests))
        return {
            name: {str(hit.id): hit.score for hit in hits} for name, hits in zip(stages, answers, strict=True)
        }

    def _complete(
        self, scores: dict[str, dict[str, float]], stages: Mapping[str, edge.Query], points: set[str]
    ) -> None:
        """What only another stage has found is scored too."""
        full = {name: stages[name] for name, found in scores.items() if len(found) == self._limit}
        missing = {point for point in points if any(point not in scores[name] for name in full)}
        if missing:
            only = edge.Filter(must=[edge.HasIdCondition({*missing})])
            for name, found in self._each(full, only, len(missing)).items():
                scores[name].update(found)

    def _reach(self, analysers: set[str]) -> dict[str, float]:
        """What a passage would score that is the best at every term of the query; by analyser."""
        total = self._shard.info().points_count
        terms = [
            (name, term, weight)
            for name in sorted(analysers)
            for term, weight in islice(self._weights[name].items(), _MEASURED_TERMS)
        ]
        queries = {
            f"{name}/{term}": edge.Query.Nearest(_sparse({term: weight}), using=name)
            for name, term, weight in terms
        }
        unknown = log(2 * total + 1)  # the IDF of a term that no passage has
        best = self._each(queries, self._filter, 1)
        reach = dict.fromkeys(analysers, 0.0)
        for name, term, weight in terms:
            reach[name] += next(iter(best[f"{name}/{term}"].values()), unknown * weight)
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
