"""Proofs, exports, retention, erasure; and that whatever is done to a log is found."""

import base64
import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bastide.operations.contract import AuditEntry
from bastide.operations.domain.checkpoint import Checkpoint
from bastide.operations.domain.errors import AuditEntryNotFoundError, AuditRangeError
from bastide.operations.domain.log import LogPolicy, Sought
from bastide.operations.domain.merkle import consistent, root_from_inclusion
from bastide.operations.domain.record import canonical, commitment
from bastide.operations.domain.verification import ExportVerifier, Verdict
from tests.unit.operations.conftest import Desk, entry


def verify(lines: list[str], desk: Desk | None = None, *known: Checkpoint) -> Verdict:
    verifier = ExportVerifier(None if desk is None else desk.keyring.public_keys(), known)
    for line in lines:
        verifier.feed(line)
    return verifier.finish()


async def head(desk: Desk) -> Checkpoint:
    checkpoint = await desk.auditing.proofs.checkpoint("org_a")
    assert checkpoint is not None
    return checkpoint


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 700])
async def test_every_entry_can_be_proved(desk: Desk, size: int) -> None:
    await desk.fill(size)
    for position in {0, 1, size // 2, size - 1} - {size}:
        if position >= size:
            continue
        proof = await desk.auditing.proofs.inclusion("org_a", position)
        leaf = proof.entry.record.leaf
        root = root_from_inclusion(leaf, position, proof.checkpoint.size, proof.hashes)
        assert root == proof.checkpoint.root
        assert proof.checkpoint.verified_by(desk.keyring.public_keys())
    with pytest.raises(AuditEntryNotFoundError):
        await desk.auditing.proofs.inclusion("org_a", size)


async def test_a_log_that_has_grown_contains_what_it_was(desk: Desk) -> None:
    heads: list[Checkpoint] = []
    for count in (1, 200, 56, 300):
        await desk.fill(count)
        heads.append(await head(desk))
    for first in heads:
        for second in heads:
            if first.size > second.size:
                continue
            proof = await desk.auditing.proofs.consistency("org_a", first.size, second.size)
            assert consistent(first.size, first.root, second.size, second.root, proof.hashes)
    for first, second in ((0, 5), (5, 4), (1, 558)):
        with pytest.raises(AuditRangeError):
            await desk.auditing.proofs.consistency("org_a", first, second)


async def test_a_checkpoint_is_made_once_per_size(desk: Desk) -> None:
    assert await desk.auditing.proofs.checkpoint("org_a") is None
    await desk.fill(3)
    first = await head(desk)
    desk.clock.advance(hours=1)
    assert await head(desk) == first
    await desk.fill(1)
    assert (await head(desk)).size == 4


async def test_an_export_verifies_offline_whole_or_from_a_time(desk: Desk) -> None:
    await desk.fill(300)
    kept = await head(desk)
    desk.clock.advance(days=1)
    later = desk.clock.now()
    await desk.fill(100)
    whole, part = await desk.export(), await desk.export(since=later)
    for lines, first, entries in ((whole, 0, 400), (part, 300, 100)):
        verdict = verify(lines, desk, kept)
        assert (verdict.problems, verdict.first, verdict.entries) == ([], first, entries)
        assert verify(lines).valid
    with pytest.raises(AuditRangeError):
        await desk.export("org_nothing")
    desk.clock.advance(days=1)
    with pytest.raises(AuditRangeError):
        await desk.export(since=desk.clock.now())


async def test_a_kept_checkpoint_finds_a_log_that_was_written_anew(desk: Desk) -> None:
    await desk.fill(20)
    kept = await head(desk)
    async with desk.database.transaction() as connection:
        for table in ("audit_entries", "audit_logs", "audit_nodes", "audit_checkpoints"):
            await connection.exec_driver_sql(f"DELETE FROM {table}")
    await desk.fill(25)  # by somebody who has the key
    lines = await desk.export()
    assert verify(lines, desk).valid
    assert "are not those of the checkpoint" in verify(lines, desk, kept).problems[0]
    assert "the end of the log is missing" in verify(lines, desk, replace(kept, size=26)).problems[0]
    assert "another log" in verify(lines, desk, replace(kept, log_id="org_b")).problems[-1]


async def test_a_foreign_key_signs_nothing(desk: Desk, tmp_path: Any) -> None:
    await desk.fill(5)
    lines = await desk.export()
    other = type(desk.keyring).load(tmp_path / "other")
    verifier = ExportVerifier(other.public_keys())
    for line in lines:
        verifier.feed(line)
    assert any("not signed" in problem for problem in verifier.finish().problems)


async def test_retention_removes_whole_tiles_and_the_rest_still_verifies(desk: Desk) -> None:
    await desk.fill(600)
    kept = await head(desk)
    desk.clock.advance(days=200)
    await desk.fill(300)
    desk.clock.advance(days=201)
    assert await desk.auditing.keep.prune() == 512
    assert await desk.auditing.keep.prune() == 0
    await desk.turn()
    assert [
        e.body["details"]
        for e in (await desk.auditing.read.search("org_a", Sought(action="audit.*"), None, 5)).items
    ] == [{"below": 512, "days": 400}]
    verdict = verify(await desk.export(), desk, kept)
    assert (verdict.problems, verdict.first, verdict.entries) == ([], 512, 389)
    assert (await desk.auditing.read.verify("org_a")).valid
    proof = await desk.auditing.proofs.inclusion("org_a", 512)
    assert (
        root_from_inclusion(proof.entry.record.leaf, 512, proof.checkpoint.size, proof.hashes)
        == proof.checkpoint.root
    )
    between = await desk.auditing.proofs.consistency("org_a", 600, 901)
    last = await head(desk)
    assert consistent(600, kept.root, 901, last.root, between.hashes)
    with pytest.raises(AuditEntryNotFoundError):
        await desk.auditing.proofs.inclusion("org_a", 511)
    desk.clock.advance(days=500)
    await desk.auditing.keep.prune()
    assert (await desk.auditing.read.verify("org_a")).valid


async def test_retention_follows_the_organisations_wish(desk: Desk) -> None:
    await desk.fill(256)
    await desk.fill(256, "org_b")
    await desk.auditing.keep.set_policy(entry(0), LogPolicy(retention_days=10))
    desk.clock.advance(days=11)
    assert await desk.auditing.keep.prune() == 256


async def test_personal_data_can_be_erased_and_the_log_says_so(desk: Desk) -> None:
    await desk.fill(10)
    asks = AuditEntry("", "org_a", "usr_admin", "usr_4")
    await desk.auditing.keep.erase_personal(asks, [4, 1])
    await desk.turn()
    lines = await desk.export()
    verdict = verify(lines, desk)
    assert (verdict.problems, verdict.erased) == ([], {1, 4})
    assert "where is 4?" not in "\n".join(lines)
    async with desk.database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE audit_entries SET personal = NULL WHERE position = 5")
    assert "personal part of entry 5 is gone" in verify(await desk.export(), desk).problems[0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET body = REPLACE(body, 'doc_7', 'doc_8') WHERE position = 7",
        "UPDATE audit_entries SET personal = REPLACE(personal, 'where', 'there') WHERE position = 7",
        "DELETE FROM audit_entries WHERE position = 7",
        "DELETE FROM audit_entries WHERE position = 299",
        "UPDATE audit_entries SET position = 1007 WHERE position = 7",
        "UPDATE audit_logs SET size = 299",
        "UPDATE audit_checkpoints SET root = (SELECT hash FROM audit_nodes LIMIT 1) WHERE size = 300",
    ],
)
async def test_what_is_done_in_the_database_is_found(desk: Desk, statement: str) -> None:
    await desk.fill(200)
    await head(desk)
    await desk.fill(100)
    await head(desk)
    assert (await desk.auditing.read.verify("org_a")).valid
    async with desk.database.transaction() as connection:
        await connection.exec_driver_sql(statement)
    assert not (await desk.auditing.read.verify("org_a")).valid


Tampering = Callable[[list[str], random.Random], list[str]]


def changed_byte(lines: list[str], chance: random.Random) -> list[str]:
    """Any one character of the file becomes another."""
    row = chance.randrange(len(lines))
    place = chance.randrange(len(lines[row]))
    other = chance.choice([c for c in '0aZ"}{, é' if c != lines[row][place]])
    return [*lines[:row], lines[row][:place] + other + lines[row][place + 1 :], *lines[row + 1 :]]


def edited(lines: list[str], chance: random.Random) -> list[str]:
    """A forger who knows the format changes what an entry says, and its commitment too where there is one."""
    row = chance.randrange(1, len(lines) - 1)
    item = json.loads(lines[row])
    body = json.loads(item["body"])
    if item["personal"] and chance.random() < 0.5:
        personal = json.loads(item["personal"])
        personal["query"] = "something harmless"
        item["personal"] = canonical(personal)
        if chance.random() < 0.5:
            body["personal"] = commitment(item["personal"])
    else:
        field = chance.choice(["actor", "target", "at", "action", "outcome", "details"])
        body[field] = {"number": -1} if field == "details" else f"x{body[field]}"
    item["body"] = canonical(body)
    return [*lines[:row], canonical(item), *lines[row + 1 :]]


def renumbered(entries: list[str]) -> list[str]:
    items = [json.loads(line) for line in entries]
    return [canonical({**item, "position": number}) for number, item in enumerate(items)]


def deleted(lines: list[str], chance: random.Random) -> list[str]:
    rows = sorted(chance.sample(range(1, len(lines) - 1), chance.randint(1, 3)))
    left = [line for row, line in enumerate(lines) if row not in rows]
    return [left[0], *renumbered(left[1:-1]), left[-1]] if chance.random() < 0.5 else left


def reordered(lines: list[str], chance: random.Random) -> list[str]:
    first, second = chance.sample(range(1, len(lines) - 1), 2)
    moved = list(lines)
    moved[first], moved[second] = moved[second], moved[first]
    return [moved[0], *renumbered(moved[1:-1]), moved[-1]] if chance.random() < 0.5 else moved


def doubled(lines: list[str], chance: random.Random) -> list[str]:
    row = chance.randrange(1, len(lines) - 1)
    more = [*lines[: row + 1], lines[row], *lines[row + 1 :]]
    return [more[0], *renumbered(more[1:-1]), more[-1]] if chance.random() < 0.5 else more


def truncated(lines: list[str], chance: random.Random) -> list[str]:
    """The last entries go; the checkpoint stays, goes too, or claims the smaller size."""
    left = lines[: chance.randrange(1, len(lines) - 1)]
    match chance.randrange(3):
        case 0:
            return left
        case 1:
            return [*left, lines[-1]]
        case _:
            end = json.loads(lines[-1])
            end["checkpoint"]["size"] = len(left) - 1
            return [*left, canonical(end)]


def beheaded(lines: list[str], chance: random.Random) -> list[str]:
    """The first entries go, and the head claims that the log begins later."""
    cut = chance.randrange(2, len(lines) - 1)
    first = json.loads(lines[0])
    peaks = [base64.b64encode(chance.randbytes(32)).decode() for _ in range((cut - 1).bit_count())]
    return [canonical({**first, "first": cut - 1, "before": peaks}), *lines[cut:]]


KINDS: list[Tampering] = [changed_byte, edited, deleted, reordered, doubled, truncated, beheaded]


async def tamper(desk: Desk, times: int, size: int) -> dict[str, int]:
    await desk.fill(size)
    lines = await desk.export()
    assert verify(lines, desk).valid
    chance, found = random.Random(times), dict.fromkeys((kind.__name__ for kind in KINDS), 0)
    for number in range(times):
        kind = KINDS[number % len(KINDS)]
        forged = kind(lines, chance)
        if forged == lines:
            continue
        assert not verify(forged, desk).valid, (kind.__name__, number)
        found[kind.__name__] += 1
    return found


async def test_random_tampering_is_found(desk: Desk) -> None:
    found = await tamper(desk, times=700, size=12)
    assert sum(found.values()) > 650


@pytest.mark.heavy
@pytest.mark.timeout(900)
async def test_ten_thousand_random_tamperings_are_found(desk: Desk) -> None:
    if desk.database.dialect != "sqlite":
        pytest.skip("tampering is with the file, not with the database")
    found = await tamper(desk, times=10_500, size=40)
    print(found)  # noqa: T201
    assert sum(found.values()) >= 10_000


async def test_where_entries_are_missing_is_said_once(desk: Desk) -> None:
    await desk.fill(100)
    lines = await desk.export()
    assert verify([*lines[:41], *lines[43:]], desk).problems == [
        "After entry 39 comes 42: entries are missing or out of order.",
        "The checkpoint covers 100 entries, and 2 of them are missing.",
    ]
