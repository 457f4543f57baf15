"""What the index port promises, on every adapter."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from bastide.kit.json import JsonObject
from bastide.knowledge.adapters.qdrant_edge import EdgeIndex
from bastide.knowledge.domain.filters import Condition, Exists, InPeriod, InRange, OneOf
from bastide.knowledge.ports.index import AccessFilter, Candidate, IndexedPassage, IndexQuery, PassageIndex

DIMENSIONS = 8
NAME = "org_1.minilm/1"
EVERYTHING = AccessFilter(frozenset({"c1", "c2"}), frozenset())


@pytest.fixture(params=["edge"])
async def index(home: Path) -> AsyncIterator[PassageIndex]:
    opened = EdgeIndex(home / "index")
    await opened.create(NAME, DIMENSIONS)
    yield opened
    await opened.close()


def direction(angle: float) -> np.ndarray:
    vector = np.zeros(DIMENSIONS, np.float32)
    vector[:2] = np.cos(angle), np.sin(angle)
    return vector


def passage(number: int, text: str = "a word", **changes: object) -> IndexedPassage:
    """Number n is of document d<n>, in the direction of n tenths."""
    values: dict[str, object] = {
        "point_id": str(UUID(int=number)),
        "document_id": f"d{number}",
        "version": 1,
        "ordinal": 0,
        "collection_id": "c1",
        "language": "en",
        "text": text,
        "vector": direction(number / 10),
        "metadata": {},
        **changes,
    }
    return IndexedPassage(**values)  # pyright: ignore[reportArgumentType]


async def ask(
    index: PassageIndex,
    text: str = "word",
    *conditions: Condition,
    name: str = NAME,
    access: AccessFilter = EVERYTHING,
    vector: np.ndarray | None = None,
    limit: int = 50,
    language: str = "en",
) -> dict[str, Candidate]:
    query = IndexQuery(text, language, vector, access, conditions, limit)
    return {candidate.document_id: candidate for candidate in await index.query(name, query)}


async def test_words_find(index: PassageIndex) -> None:
    await index.upsert(NAME, [passage(1, "Refunds of travel costs"), passage(2, "The cat sleeps")])
    found = await ask(index, "Who refunds my travel?")
    assert set(found) == {"d1"}
    one = found["d1"]
    assert (one.point_id, one.version, one.ordinal, one.dense) == (str(UUID(int=1)), 1, 0, None)
    assert one.lexical is not None
    assert 0 < one.lexical <= 1


async def test_inflected_and_unaccented_words_find_in_their_language(index: PassageIndex) -> None:
    await index.upsert(
        NAME,
        [
            passage(1, "Les congés payés sont accordés aux salariés de l’entreprise.", language="fr"),
            passage(2, "The employees are reimbursed.", language="en"),
            passage(3, "Der Urlaub ist bezahlt.", language="de"),
        ],
    )
    assert set(await ask(index, "conge paye du salarie", language="fr")) == {"d1"}
    assert set(await ask(index, "l'ENTREPRISE", language="fr")) == {"d1"}
    assert set(await ask(index, "reimbursing employee")) == {"d2"}
    assert set(await ask(index, "Urlaub", language="de")) == {"d3"}


async def test_a_wrongly_detected_query_language_finds_all_the_same(index: PassageIndex) -> None:
    await index.upsert(NAME, [passage(1, "Mise à jour de Windows 10 sur les postes", language="fr")])
    assert set(await ask(index, "Windows 10", language="en")) == {"d1"}


async def test_a_rare_word_weighs_more_than_a_common_one(index: PassageIndex) -> None:
    common = [passage(n, "a common word among others") for n in range(1, 20)]
    await index.upsert(NAME, [*common, passage(20, "a rare thing among others")])
    found = await ask(index, "common rare")
    assert max(found.values(), key=lambda one: one.lexical or 0).document_id == "d20"


async def test_term_statistics_are_those_of_the_named_index(index: PassageIndex) -> None:
    await index.upsert(NAME, [passage(1, "alpha beta"), *(passage(n, "gamma beta") for n in range(2, 9))])
    before = await ask(index, "alpha beta")
    await index.create("other", DIMENSIONS)
    await index.upsert("other", [passage(n, "alpha delta") for n in range(100, 160)])
    assert await ask(index, "alpha beta") == before
    assert len(await ask(index, "alpha beta", name="other", limit=99)) == 60
    assert not await ask(index, "gamma", name="other")


async def test_term_statistics_are_those_of_the_language(index: PassageIndex) -> None:
    english = [passage(1, "alpha beta"), *(passage(n, "gamma beta") for n in range(2, 9))]
    await index.upsert(NAME, english)
    before = await ask(index, "alpha beta")
    await index.upsert(NAME, [passage(n, "alpha omega", language="fr") for n in range(20, 60)])
    after = await ask(index, "alpha beta", limit=100)
    assert after["d2"].lexical == pytest.approx(before["d2"].lexical, rel=0.05)


async def test_vectors_find_without_common_words(index: PassageIndex) -> None:
    await index.upsert(NAME, [passage(n) for n in range(1, 10)])
    found = await ask(index, "nothing alike", vector=direction(0.3), limit=3)
    assert set(found) == {"d2", "d3", "d4"}
    assert found["d3"].dense == pytest.approx(1, abs=1e-3)
    assert found["d3"].lexical is None


async def test_candidates_carry_the_scores_of_both_stages(index: PassageIndex) -> None:
    await index.upsert(NAME, [passage(n, "filler words") for n in range(10, 20)])
    await index.upsert(NAME, [passage(1, "other text"), passage(2, "needle thread"), passage(3, "needle")])
    found = await ask(index, "needle", vector=direction(0.1), limit=1)
    assert set(found) == {"d1", "d3"}
    assert found["d3"].dense == pytest.approx(float(direction(0.1) @ direction(0.3)), abs=1e-3)
    assert found["d1"].lexical is None


async def test_the_better_passage_has_the_higher_lexical_score(index: PassageIndex) -> None:
    await index.upsert(
        NAME,
        [
            passage(1, "travel costs are refunded within thirty days"),
            passage(2, "travel by train " + "and many other words " * 30),
            passage(3, "costs"),
        ],
    )
    found = await ask(index, "refunded travel costs")
    ranking = sorted(found.values(), key=lambda one: -(one.lexical or 0))
    assert ranking[0].document_id == "d1"
    assert (ranking[0].lexical or 0) > 0.8
    assert (found["d2"].lexical or 0) < 0.3


async def test_words_that_no_passage_has_lower_the_score(index: PassageIndex) -> None:
    await index.upsert(NAME, [passage(1, "travel costs")])
    known = (await ask(index, "travel costs"))["d1"].lexical
    partly = (await ask(index, "travel costs zebra"))["d1"].lexical
    assert known == pytest.approx(1)
    assert partly is not None
    assert partly < 0.7


async def test_a_query_without_words(index: PassageIndex) -> None:
    await index.upsert(NAME, [passage(1)])
    for text in ("", "?", "the of and", "   ", "\0", "’ '"):
        assert await ask(index, text) == {}
        assert set(await ask(index, text, vector=direction(0.1))) == {"d1"}


async def test_a_very_long_query(index: PassageIndex) -> None:
    await index.upsert(NAME, [passage(1, "needle")])
    text = " ".join(f"word{n}" for n in range(3000)) + " needle"
    found = await ask(index, text)
    assert 0 < (found["d1"].lexical or 0) < 0.1


async def test_only_readable_collections_are_searched(index: PassageIndex) -> None:
    await index.upsert(NAME, [passage(1), passage(2, collection_id="c2"), passage(3, collection_id="c3")])
    assert set(await ask(index, access=AccessFilter(frozenset({"c2"}), frozenset()))) == {"d2"}
    assert await ask(index, access=AccessFilter(frozenset(), frozenset({"g"}))) == {}


async def test_narrowed_documents_need_a_token(index: PassageIndex) -> None:
    await index.upsert(
        NAME, [passage(1), passage(2, readers=("group:a", "user:b")), passage(3, readers=("user:c",))]
    )
    for tokens, expected in [
        ((), {"d1"}),
        (("user:b", "x"), {"d1", "d2"}),
        (("user:c", "group:a"), {"d1", "d2", "d3"}),
    ]:
        access = AccessFilter(frozenset({"c1"}), frozenset(tokens))
        assert set(await ask(index, access=access)) == expected
        assert set(await ask(index, "zzz", access=access, vector=direction(0.2))) == expected


METADATA: dict[str, JsonObject] = {
    "d1": {
        "year": 2023,
        "tag": ["a", "b"],
        "signed": "2024-01-05",
        "contract": {"type": "lease"},
        "draft": True,
    },
    "d2": {"year": 2024.5, "tag": "b", "signed": "2024-06-05T10:00:00+02:00", 'odd key.with "dots"': "x"},
    "d3": {
        "year": "2023",
        "signed": "soon",
        "contract": {"type": "sale", "parts": [{"n": 1}, {"n": 7}]},
        "draft": 1,
    },
    "d4": {"year": None, "tag": [], "long": "x" * 5000},
}
AT_NOON = datetime(2024, 6, 5, 12, tzinfo=UTC)

CASES: list[tuple[Condition, set[str]]] = [
    (OneOf("year", (2023,)), {"d1"}),
    (OneOf("year", (2023.0,)), {"d1"}),
    (OneOf("year", ("2023",)), {"d3"}),
    (OneOf("year", (2023, "2023", 7)), {"d1", "d3"}),
    (OneOf("year", (2023,), negated=True), {"d2", "d3", "d4"}),
    (OneOf("tag", ("b",)), {"d1", "d2"}),
    (OneOf("tag", ("a", "z")), {"d1"}),
    (OneOf("tag", ("B",)), set()),
    (OneOf("draft", (True,)), {"d1"}),
    (OneOf("draft", (1,)), {"d3"}),
    (OneOf("draft", (False,)), set()),
    (OneOf("contract.type", ("lease",)), {"d1"}),
    (OneOf("contract.parts.n", (7,)), {"d3"}),
    (OneOf('odd key.with "dots"', ("x",)), {"d2"}),
    (OneOf("long", ("x" * 5000,)), {"d4"}),
    (OneOf("long", ("x" * 4999,)), set()),
    (OneOf("tag=s:b", ("",)), set()),
    (InRange("year", gte=2023), {"d1", "d2"}),
    (InRange("year", gt=2023), {"d2"}),
    (InRange("year", gte=2023, lt=2024), {"d1"}),
    (InRange("year", lte=2024.5), {"d1", "d2"}),
    (InRange("contract.parts.n", gt=6), {"d3"}),
    (InRange("nowhere", gt=6), set()),
    (InPeriod("signed", gte=datetime(2024, 1, 1, tzinfo=UTC)), {"d1", "d2"}),
    (InPeriod("signed", lt=datetime(2024, 2, 1, tzinfo=UTC)), {"d1"}),
    (InPeriod("signed", gt=datetime(2024, 6, 5, 7, 59, tzinfo=UTC), lte=AT_NOON), {"d2"}),
    (InPeriod("signed", gt=datetime(2024, 6, 5, 8, tzinfo=UTC)), set()),
    (Exists("tag"), {"d1", "d2", "d4"}),
    (Exists("contract"), {"d1", "d3"}),
    (Exists("contract.type"), {"d1", "d3"}),
    (Exists("contract", present=False), {"d2", "d4"}),
    (Exists("year", present=False), {"d4"}),
]


async def test_conditions(index: PassageIndex) -> None:
    await index.upsert(NAME, [passage(n, metadata=METADATA[f"d{n}"]) for n in range(1, 5)])
    for condition, expected in CASES:
        assert set(await ask(index, "word", condition)) == expected, condition
        assert set(await ask(index, "zzz", condition, vector=direction(0))) == expected, condition


PLACES: list[tuple[Condition, set[str]]] = [
    (OneOf("language", ("fr",)), {"d1", "d2"}),
    (OneOf("language", ("fr",), negated=True), {"d3", "d4"}),
    (Exists("language"), {"d1", "d2", "d3"}),
    (OneOf("page", (4,)), {"d2", "d3"}),
    (OneOf("page", (5, 1)), {"d1", "d2"}),
    (OneOf("page", ("4",)), set()),
    (OneOf("page", (4,), negated=True), {"d1", "d4"}),
    (InRange("page", gte=2, lte=3), {"d2"}),
    (InRange("page", lt=4), {"d1", "d2"}),
    (InRange("page", gt=4), {"d2"}),
    (InRange("page", gt=5), set()),
    (Exists("page", present=False), {"d4"}),
]


async def test_language_and_pages_are_those_of_the_passage(index: PassageIndex) -> None:
    """Whatever its document says under these names, and after that has changed."""
    metadata: JsonObject = {"language": "xx", "page": 99}
    await index.upsert(
        NAME,
        [
            passage(1, metadata=metadata, language="fr", page=1, page_end=1),
            passage(2, metadata=metadata, language="fr", page=3, page_end=5),
            passage(3, metadata=metadata, language="en", page=4),
            passage(4, metadata=metadata, language=""),
        ],
    )
    for _ in range(2):
        for condition, expected in PLACES:
            assert set(await ask(index, "word", condition)) == expected, condition
        await index.update_document(NAME, "d2", metadata={"page": 7})
    await index.compact(NAME)
    assert set(await ask(index, "word", InRange("page", gte=2, lte=3))) == {"d2"}


async def test_every_condition_must_hold(index: PassageIndex) -> None:
    await index.upsert(NAME, [passage(n, metadata=METADATA[f"d{n}"]) for n in range(1, 5)])
    both = (OneOf("tag", ("b",)), InRange("year", gt=2023))
    assert set(await ask(index, "word", *both)) == {"d2"}


async def test_conditions_apply_before_the_limit(index: PassageIndex) -> None:
    crowd = [passage(n, "word " * 5, metadata={"kind": "crowd"}) for n in range(10, 200)]
    await index.upsert(
        NAME, [*crowd, passage(1, "one word among very many others", metadata={"kind": "one"})]
    )
    for vector in (None, direction(9)):
        assert set(await ask(index, "word", OneOf("kind", ("one",)), vector=vector, limit=5)) == {"d1"}


async def test_writing_again_changes_nothing(index: PassageIndex) -> None:
    for _ in range(3):
        await index.upsert(NAME, [passage(1), passage(2)])
    assert await index.count(NAME) == 2
    await index.upsert(NAME, [passage(1, "different now")])
    assert set(await ask(index, "word")) == {"d2"}
    assert set(await ask(index, "different")) == {"d1"}


async def test_deleting_documents_and_old_versions(index: PassageIndex) -> None:
    versions = [passage(n, document_id="d", version=n, collection_id="c1") for n in (1, 2, 3)]
    await index.upsert(NAME, [*versions, passage(9)])
    await index.delete_document(NAME, "d", versions_below=3)
    assert await index.count(NAME, document_id="d") == 1
    assert (await ask(index))["d"].version == 3
    await index.delete_document(NAME, "d")
    await index.delete_document(NAME, "d")
    await index.delete_document(NAME, "unknown")
    assert await index.count(NAME, document_id="d") == 0
    assert await index.count(NAME) == 1


async def test_barred_labels_are_left_out(index: PassageIndex) -> None:
    await index.upsert(
        NAME, [passage(1, labels=("confidential",)), passage(2, labels=("a", "b")), passage(3)]
    )
    for barred, expected in [
        ((), {"d1", "d2", "d3"}),
        (("confidential",), {"d2", "d3"}),
        (("a", "x"), {"d1", "d3"}),
        (("x",), {"d1", "d2", "d3"}),
    ]:
        access = AccessFilter(frozenset({"c1"}), frozenset(), frozenset(barred))
        assert set(await ask(index, access=access)) == expected
        assert set(await ask(index, "zzz", access=access, vector=direction(0.2))) == expected
    await index.update_document(NAME, "d1", labels=())
    await index.update_document(NAME, "d3", labels=("confidential",))
    access = AccessFilter(frozenset({"c1"}), frozenset(), frozenset({"confidential"}))
    assert set(await ask(index, access=access)) == {"d1", "d2"}


async def test_metadata_and_readers_change_without_new_vectors(index: PassageIndex) -> None:
    await index.upsert(NAME, [passage(1, metadata={"old": 1, "year": 1}), passage(2, metadata={"old": 1})])
    await index.update_document(NAME, "d1", metadata={"new": {"deep": 5}, "year": 2})
    assert set(await ask(index, "word", OneOf("old", (1,)))) == {"d2"}
    assert set(await ask(index, "word", InRange("new.deep", gte=5))) == {"d1"}
    assert set(await ask(index, "word", InRange("year", lt=2))) == set()
    await index.update_document(NAME, "d1", readers=("user:b",))
    assert set(await ask(index)) == {"d2"}
    assert set(await ask(index, access=AccessFilter(frozenset({"c1"}), frozenset({"user:b"})))) == {
        "d1",
        "d2",
    }
    await index.update_document(NAME, "d1", readers=())
    assert set(await ask(index)) == {"d1", "d2"}


async def test_indexes_are_made_named_and_dropped(index: PassageIndex) -> None:
    await index.create("..", DIMENSIONS)
    await index.create("b", DIMENSIONS)
    await index.upsert(NAME, [passage(1)])
    await index.create(NAME, DIMENSIONS)
    assert sorted(await index.names()) == sorted(["..", "b", NAME])
    assert await index.count(NAME) == 1
    await index.drop("..")
    await index.drop("b")
    await index.drop("b")
    assert await index.names() == [NAME]
    await index.create("b", DIMENSIONS)
    assert await index.count("b") == 0


async def test_many_writers_and_readers_at_once(index: PassageIndex) -> None:
    async def write(start: int) -> None:
        for number in range(start, start + 5):
            await index.upsert(NAME, [passage(number)])
            assert f"d{number}" in await ask(index, limit=200)

    await asyncio.gather(*(write(start) for start in range(0, 50, 5)))
    assert await index.count(NAME) == 50
