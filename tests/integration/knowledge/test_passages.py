"""What a search needs of SQL: where it may look, and the passages of what it found."""

import json
from dataclasses import replace

import pytest

from bastide.identity.contract import Access, Grant
from bastide.knowledge.adapters.sql_hits import HITS
from bastide.knowledge.adapters.sql_passages import SqlPassages
from bastide.knowledge.contract import CollectionNotFoundError, SearchQuery
from bastide.knowledge.domain.document import Document
from bastide.knowledge.ports.index import Candidate
from tests.fakes.service import ADMIN, MEMBER, STRANGER, Service


@pytest.fixture
def passages(service: Service) -> SqlPassages:
    return SqlPassages(service.ports.database, service.ports.policy, service.ports.data_keys)


def candidate(document: Document, version: int = 1, ordinal: int = 0) -> Candidate:
    return Candidate(f"{document.id}-{version}", document.id, version, ordinal, None, 1.0)


async def test_a_passage_comes_with_all_that_cites_it(service: Service, passages: SqlPassages) -> None:
    document = await service.indexed("Page one.\fÉté deux.", "a.txt", metadata={"year": 2026})
    hits = await passages.hydrate(ADMIN, [candidate(document)])
    (hit,) = hits.values()
    assert list(hits) == [f"{document.id}-1"] == [hit.chunk_id]
    assert (hit.document_id, hit.version, hit.filename) == (document.id, 1, "a.txt")
    assert (hit.collection, hit.collection_id) == ("documents", document.collection.id)
    assert "Page one."[hit.start : hit.end] == hit.content[:9]
    assert (hit.page, hit.score) == (1, 0.0)
    assert hit.metadata == {
        "year": 2026,
        "title": "A title",
        "author": "Ann",
        "pages": 2,
        "file_size": 21,
    }


async def test_only_current_versions_come_back(service: Service, passages: SqlPassages) -> None:
    document = await service.indexed("Old.")
    await service.indexed("New.")
    hits = await passages.hydrate(ADMIN, [candidate(document, 1), candidate(document, 2)])
    assert [hit.content for hit in hits.values()] == ["New."]
    assert await passages.hydrate(ADMIN, []) == {}
    assert await passages.hydrate(ADMIN, [candidate(document, 2, 99), candidate(document, 3)]) == {}


async def test_what_one_may_not_read_does_not_come_back(service: Service, passages: SqlPassages) -> None:
    shared = await service.indexed("Shared.", "s.txt")
    private = await service.indexed("Private.", "p.txt", collection="private")
    narrowed = await service.indexed(
        "Narrowed.", "n.txt", parent_id="doc_parent", grants=(Grant("group:grp_x", Access.READ),)
    )
    every = [candidate(one) for one in (shared, private, narrowed)]
    contents = {
        name: sorted(hit.content for hit in (await passages.hydrate(principal, every)).values())
        for name, principal in {
            "admin": ADMIN,
            "member": MEMBER,
            "of the group": replace(MEMBER, groups=frozenset({"grp_x"})),
            "with a key": replace(ADMIN, allowed_collections=frozenset({private.collection.id})),
            "stranger": STRANGER,
        }.items()
    }
    assert contents == {
        "admin": ["Narrowed.", "Private.", "Shared."],
        "member": ["Shared."],
        "of the group": ["Narrowed.", "Shared."],
        "with a key": ["Private."],
        "stranger": [],
    }


async def test_the_scope_is_what_one_may_read(service: Service, passages: SqlPassages) -> None:
    assert (await passages.scope(ADMIN, [])).index is None
    shared = (await service.indexed("Shared.", "s.txt")).collection
    private = (await service.indexed("Private.", "p.txt", collection="private")).collection
    everything = await passages.scope(ADMIN, [])
    assert everything.index == next(iter(service.index.points))
    assert everything.fingerprint == service.embedder.fingerprint
    assert everything.access.collections == {shared.id, private.id}
    assert (await passages.scope(MEMBER, [])).access.collections == {shared.id}
    assert (await passages.scope(ADMIN, [private.name])).access.collections == {private.id}
    assert (await passages.scope(ADMIN, [private.id])).access.collections == {private.id}
    key = replace(ADMIN, allowed_collections=frozenset({private.id}))
    assert (await passages.scope(key, [])).access.collections == {private.id}
    for principal, name in (
        (MEMBER, "private"),
        (ADMIN, "nothing"),
        (key, "documents"),
        (STRANGER, shared.id),
    ):
        with pytest.raises(CollectionNotFoundError):
            await passages.scope(principal, [name])
    await service.module.collections.delete(ADMIN, "private")
    assert (await passages.scope(ADMIN, [])).access.collections == {shared.id}


async def test_a_search_goes_through_index_and_rows(service: Service) -> None:
    document = await service.indexed("The gate closes at nine.", "gate.txt")
    await service.indexed("Nothing of the kind.", "other.txt")
    found = await service.module.knowledge.search(ADMIN, SearchQuery("gate"))
    assert [hit.document_id for hit in found.hits] == [document.id]
    (hit,) = found.hits
    verify = service.module.knowledge.verify_quote
    assert await verify(ADMIN, document.id, 1, hit.start, "The gate")
    assert not await verify(ADMIN, document.id, 1, hit.start + 1, "The gate")
    assert not await verify(MEMBER, "doc_unknown", 1, 0, "The gate")
    assert not await verify(STRANGER, document.id, 1, hit.start, "The gate")


async def test_a_quote_is_verified_wherever_it_stands(service: Service) -> None:
    text = "\n".join(f"Line {number} says something of its own." for number in range(200))
    document = await service.indexed(f"{text}\fThe last page.")
    verify = service.module.knowledge.verify_quote
    for quote, page in (("Line 3 says", 1), ("The last page.", 2), (text[900:4000], 1)):
        start = f"{text}\fThe last page.".index(quote)
        place = await verify(ADMIN, document.id, 1, start, quote)
        assert place
        assert place.page == page
        assert not await verify(ADMIN, document.id, 1, start + 1, quote)
    await service.indexed("A newer text.")
    assert await verify(ADMIN, document.id, 1, text.index("Line 7 "), "Line 7 ")
    assert not await verify(ADMIN, document.id, 2, text.index("Line 7 "), "Line 7 ")


async def test_points_are_looked_up_by_their_key(service: Service) -> None:
    """SQLite is easily led to read all chunks instead."""
    database = service.ports.database
    if database.dialect != "sqlite":
        pytest.skip("about SQLite")
    async with database.reading() as connection:
        compiled = HITS["sqlite"].compile(dialect=connection.dialect)
        rows = await connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {compiled}", tuple({**compiled.params, "points": json.dumps([])}.values())
        )
        plan = [row.detail for row in rows]
    assert any(step.startswith("SEARCH chunks USING") for step in plan), plan
    assert not any(step.startswith("SCAN chunks") for step in plan), plan
