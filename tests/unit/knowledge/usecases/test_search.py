"""The search use case over the embedded index, with rows and vectors that the test makes up."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from bastide.identity.contract import Principal, system_principal
from bastide.kit.errors import UnavailableError
from bastide.kit.ids import derived_uuid
from bastide.kit.json import JsonObject
from bastide.knowledge.adapters.qdrant_edge import EdgeIndex
from bastide.knowledge.contract import CollectionNotFoundError, FilterError, Hit, SearchQuery, SearchResult
from bastide.knowledge.ports.index import AccessFilter, Candidate, IndexedPassage
from bastide.knowledge.ports.passages import SearchScope
from bastide.knowledge.usecases.search import Search
from bastide.models.contract import Vectors

CALLER = system_principal("org_1")
WORDS = ["refund", "travel", "cat", "contract", "notice", "remboursement"]


@dataclass
class WordEmbedder:
    """A vector counts a few known words; "reimbursement" means the same as "refund"."""

    name: str = "words"
    fingerprint: str = "words:1"
    dimensions: int = len(WORDS) + 1
    max_tokens: int = 256
    available: bool = True
    trusted: float = 1.0

    def trust(self, language: str) -> float:  # noqa: ARG002
        return self.trusted

    def likeness(self, cosine: float, language: str) -> float:  # noqa: ARG002
        return cosine

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    async def embed(self, texts: Sequence[str]) -> Vectors:
        lowered = [text.lower().replace("reimbursement", "refund") for text in texts]
        rows = [[0.1, *(float(text.count(word)) for word in WORDS)] for text in lowered]
        vectors = np.array(rows, np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    async def embed_query(self, text: str) -> np.ndarray:
        if not self.available:
            raise UnavailableError("gone")
        return (await self.embed([text]))[0]


@dataclass
class Rows:
    """`Passages` whose rows are hits; `outdated` are point ids of versions that are not current."""

    hits: dict[str, Hit] = field(default_factory=dict[str, Hit])
    outdated: set[str] = field(default_factory=set[str])
    index: str | None = "main"
    fingerprint: str = "words:1"
    hydrated: int = 0

    async def scope(self, principal: Principal, collections: Sequence[str]) -> SearchScope:  # noqa: ARG002
        known = {hit.collection for hit in self.hits.values()}
        for name in collections:
            if name not in known:
                raise CollectionNotFoundError("none", collection=name)
        return SearchScope(
            self.index,
            AccessFilter(frozenset(collections or known), frozenset()),
            self.fingerprint,
            len(WORDS) + 1,
        )

    async def hydrate(self, _: Principal, candidates: Sequence[Candidate]) -> dict[str, Hit]:
        self.hydrated += len(candidates)
        wanted = {one.point_id for one in candidates} - self.outdated
        return {point: self.hits[point] for point in wanted}


@dataclass
class World:
    rows: Rows
    index: EdgeIndex
    embedder: WordEmbedder

    async def add(
        self, *texts: str, collection: str = "docs", metadata: JsonObject | None = None
    ) -> list[str]:
        passages: list[IndexedPassage] = []
        for text, vector in zip(texts, await self.embedder.embed(texts), strict=True):
            point = str(derived_uuid(text, collection))
            document = f"doc {text}"
            passages.append(
                IndexedPassage(point, document, 1, 0, collection, "en", text, vector, metadata or {})
            )
            self.rows.hits[point] = Hit(
                document,
                1,
                point,
                "file",
                collection,
                collection,
                text,
                0,
                len(text),
                None,
                None,
                (),
                "en",
                0,
                {},
            )
        await self.index.upsert("main", passages)
        return [passage.point_id for passage in passages]

    async def ask(self, text: str, **options: object) -> SearchResult:
        search = Search(self.rows, self.index, self.embedder, lambda _: "en")
        return await search(CALLER, SearchQuery(text, **options))  # pyright: ignore[reportArgumentType]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    embedder = WordEmbedder()
    index = EdgeIndex(tmp_path)
    await index.create("main", embedder.dimensions)
    yield World(Rows(), index, embedder)
    await index.close()


def texts(result: SearchResult) -> list[str]:
    return [hit.content for hit in result.hits]


async def test_words_and_meaning_find_together(world: World) -> None:
    await world.add(
        "Rules for the refund of costs", "The cat sleeps", "Notice of the contract", "Reimbursement"
    )
    found = await world.ask("refund of costs")
    assert texts(found)[:2] == ["Rules for the refund of costs", "Reimbursement"]
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)
    assert scores[0] > 0.8
    assert found.total_results == len(found.hits)
    assert found.search_time_ms >= 0


async def test_the_threshold_leaves_out_what_is_below(world: World) -> None:
    await world.add("Rules for the refund of travel costs", "The cat sleeps on the contract")
    everything = await world.ask("refund of travel costs")
    assert len(everything.hits) == 2
    some = await world.ask("refund of travel costs", score_threshold=everything.hits[0].score)
    assert some.hits == everything.hits[:1]
    assert some.total_results == 1


async def test_without_the_embedder_words_find(world: World) -> None:
    await world.add("Rules for the refund of costs", "Reimbursement")
    world.embedder.available = False
    assert texts(await world.ask("refund of costs")) == ["Rules for the refund of costs"]


async def test_vectors_of_another_embedder_are_not_compared(world: World) -> None:
    await world.add("Rules for the refund of costs", "Reimbursement")
    world.rows.fingerprint = "other:1"
    assert texts(await world.ask("refund of costs")) == ["Rules for the refund of costs"]


async def test_an_embedder_that_is_not_trusted_decides_nothing(world: World) -> None:
    await world.add("The cat of the notice", "A zebra")
    world.embedder.trusted = 0
    found = await world.ask("zebra cat cat cat")
    by_words = [hit.score for hit in found.hits]
    world.embedder.available = False
    assert [hit.score for hit in (await world.ask("zebra cat cat cat")).hits] == pytest.approx(by_words)


async def test_collections_narrow(world: World) -> None:
    await world.add("refund one", collection="a")
    await world.add("refund two", collection="b")
    assert texts(await world.ask("refund", collections=["a"])) == ["refund one"]
    assert len((await world.ask("refund")).hits) == 2
    with pytest.raises(CollectionNotFoundError):
        await world.ask("refund", collections=["a", "zzz"])


async def test_filters_narrow(world: World) -> None:
    await world.add("refund one", metadata={"year": 2023, "contract": {"type": "lease"}})
    await world.add("refund two", metadata={"year": 2024})
    assert texts(await world.ask("refund", filters={"year": {"gte": 2024}})) == ["refund two"]
    assert texts(await world.ask("refund", filters={"contract": {"type": "lease"}})) == ["refund one"]
    assert texts(await world.ask("refund", filters={"contract": {"type": "sale"}})) == []


async def test_a_mistyped_operator_is_refused_even_where_it_could_be_a_key(world: World) -> None:
    await world.add("refund one", metadata={"year": 2023})
    with pytest.raises(FilterError, match="approx") as refusal:
        await world.ask("refund", filters={"year": {"approx": 2023}})
    assert refusal.value.details == {"field": "year", "operator": "approx"}


async def test_old_versions_do_not_crowd_out_current_ones(world: World) -> None:
    old = await world.add(*(f"refund refund {number}" for number in range(40)))
    await world.add("some words about travel and a refund")
    world.rows.outdated.update(old)
    assert texts(await world.ask("refund", top_k=3)) == ["some words about travel and a refund"]


async def test_no_more_rows_are_read_than_needed(world: World) -> None:
    await world.add(*(f"refund {number}" for number in range(60)))
    found = await world.ask("refund", top_k=4)
    assert len(found.hits) == 4
    assert world.rows.hydrated <= 12


async def test_before_anything_was_indexed(world: World) -> None:
    world.rows.index = None
    assert (await world.ask("refund")).hits == []


async def test_equal_scores_keep_one_order(world: World) -> None:
    await world.add(*(f"refund {letter}" for letter in "fedcb"))
    found = [(-hit.score, hit.document_id) for hit in (await world.ask("refund")).hits]
    assert found == sorted(found)
    assert len({score for score, _ in found}) < len(found)
