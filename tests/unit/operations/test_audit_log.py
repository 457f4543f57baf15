"""Writing: in the caller's transaction or from the queue, in order, once, whatever fails."""

import asyncio
from typing import Any

import pytest

from bastide.operations.contract import AuditEntry, AuditUnavailableError
from bastide.operations.domain.log import LogPolicy, QueryText, Sought
from bastide.platform.database.errors import DatabaseUnavailableError
from bastide.platform.telemetry.origin import Origin, begin
from tests.unit.operations.conftest import Desk, entry


async def bodies(desk: Desk, log: str = "org_a", **sought: Any) -> list[dict[str, Any]]:
    page = await desk.auditing.read.search(log, Sought(**sought), None, 100)
    return [dict(placed.body) for placed in page.items]


async def test_what_is_recorded_with_a_change_is_there_if_the_change_is(desk: Desk) -> None:
    await desk.record(entry(1))

    async def fail() -> None:
        async with desk.database.transaction() as connection:
            await desk.auditing.audit.record(connection, entry(2))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await desk.turn() == 1
    assert [body["details"]["number"] for body in await bodies(desk)] == [1]
    assert await desk.turn() == 0


async def test_entries_say_when_who_from_where_and_in_which_request(desk: Desk) -> None:
    async def request() -> None:
        begin(Origin("192.0.2.1", "req_1"))
        await desk.record(entry(1))

    await asyncio.create_task(request())
    await desk.turn()
    placed = (await desk.auditing.read.search("org_a", Sought(), None, 1)).items[0]
    body = dict(placed.body)
    assert str(body.pop("id")).startswith("aud_")
    assert len(str(body.pop("personal"))) == 64
    assert body == {
        "v": 1,
        "log": "org_a",
        "at": "2026-03-01T12:00:00.000000Z",
        "action": "search.answered",
        "actor": "usr_1",
        "target": "doc_1",
        "outcome": "done",
        "credential": None,
        "credential_id": None,
        "request": "req_1",
        "details": {"number": 1, "words": ["à", "b"]},
    }
    assert placed.record.personal is not None
    assert '"address":"192.0.2.1"' in placed.record.personal
    assert "192.0.2.1" not in placed.record.body
    assert "where is" not in placed.record.body


async def test_logs_of_organisations_are_apart(desk: Desk) -> None:
    await desk.record(entry(1), entry(2, "org_b"), entry(3))
    await desk.turn()
    assert [body["details"]["number"] for body in await bodies(desk)] == [3, 1]
    assert [body["details"]["number"] for body in await bodies(desk, "org_b")] == [2]
    assert await bodies(desk, "org_c") == []


async def test_one_finds_by_what_was_done_by_whom_to_what_and_when(desk: Desk) -> None:
    await desk.fill(6)
    desk.clock.advance(hours=1)
    await desk.record(AuditEntry("key.created", "org_a", "usr_1", "key"), AuditEntry("key_x", "org_a", "u"))
    await desk.turn()
    start = desk.clock.now()
    assert len(await bodies(desk, action="search.answered")) == 6
    assert len(await bodies(desk, action="key.*")) == 1
    assert len(await bodies(desk, action="key")) == 0
    assert len(await bodies(desk, actor_id="usr_1")) == 2
    assert len(await bodies(desk, target="doc_3")) == 1
    assert len(await bodies(desk, outcome="failed")) == 0
    assert len(await bodies(desk, since=start)) == 2
    assert len(await bodies(desk, until=start)) == 6


async def test_pages_go_on_where_the_last_one_ended(desk: Desk) -> None:
    await desk.fill(7)
    seen: list[int] = []
    cursor = None
    while True:
        page = await desk.auditing.read.search("org_a", Sought(), cursor, 3)
        assert page.total == 7
        seen += [placed.position for placed in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1, 0]


async def test_a_note_is_written_by_the_loop_within_a_second(desk: Desk) -> None:
    await desk.auditing.start()
    for number in range(10):
        await desk.auditing.audit.note(entry(number))
    for _ in range(40):
        await asyncio.sleep(0.05)
        if len(await bodies(desk)) == 10:
            break
    await desk.auditing.stop()
    assert [body["details"]["number"] for body in await bodies(desk)] == list(range(9, -1, -1))


async def test_what_waits_is_written_when_the_process_stops(desk: Desk) -> None:
    await desk.auditing.audit.note(entry(1))
    await desk.record(entry(2))
    await desk.auditing.stop()
    assert len(await bodies(desk)) == 2


async def break_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object) -> object:
        raise DatabaseUnavailableError("gone")

    monkeypatch.setattr("bastide.operations.adapters.sql_audit.SqlAuditStore.transaction", broken)


async def test_notes_outlive_a_database_that_is_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.auditing.audit.note(entry(1))
    with monkeypatch.context() as broken:
        await break_database(broken)
        with pytest.raises(DatabaseUnavailableError):
            await desk.turn()
        await desk.auditing.audit.note(entry(2))
    assert await desk.turn() == 2


async def test_fail_closed_refuses_what_cannot_be_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.auditing.keep.set_policy(entry(0), LogPolicy(fail_closed=True))
    await desk.auditing.start()
    await desk.auditing.audit.note(entry(1))
    assert any(body["details"].get("number") == 1 for body in await bodies(desk))  # there when note returns
    with monkeypatch.context() as broken:
        await break_database(broken)
        with pytest.raises(AuditUnavailableError):
            await asyncio.wait_for(desk.auditing.audit.note(entry(2)), 5)
    await desk.auditing.stop()
    assert not any(body["details"].get("number") == 2 for body in await bodies(desk))


@pytest.mark.parametrize("fail_closed", [False, True])
async def test_an_entry_that_is_no_json_stops_no_other(desk: Desk, fail_closed: bool) -> None:  # noqa: FBT001
    async with desk.auditing._store.transaction() as rows:
        await rows.log("org_a", lock=True)
        await rows.set_policy("org_a", LogPolicy(fail_closed=fail_closed))
    await desk.auditing._audit_log._policy("org_a")  # known, so that no note waits for it
    wrong = entry(2)
    wrong.details["what"] = object()  # type: ignore[assignment]
    notes = [asyncio.create_task(desk.auditing.audit.note(one)) for one in (entry(1), wrong, entry(3))]
    await asyncio.sleep(0)
    late = asyncio.create_task(desk.auditing.audit.note(entry(4)))
    assert await desk.turn() == 3
    assert await desk.turn() == 1
    results = await asyncio.gather(*notes, late, return_exceptions=True)
    assert [isinstance(result, AuditUnavailableError) for result in results] == [
        False,
        fail_closed,
        False,
        False,
    ]
    written = await bodies(desk)
    assert [body["details"].get("number") for body in written] == [4, 3, None, 1]
    assert written[2]["action"] == "audit.entries_lost"


async def test_a_full_queue_says_how_much_it_lost(desk: Desk) -> None:
    desk.auditing._audit_log._capacity = 2
    for number in range(5):
        await desk.auditing.audit.note(entry(number))
    await desk.turn()
    assert [body["details"] for body in await bodies(desk, action="audit.entries_lost")] == [{"count": 3}]


@pytest.mark.parametrize(
    ("wanted", "kept"), [(QueryText.KEEP, "query"), (QueryText.HASH, "query_hash"), (QueryText.OMIT, None)]
)
async def test_the_words_of_a_query_are_kept_hashed_or_left_out(
    desk: Desk, wanted: QueryText, kept: str | None
) -> None:
    await desk.auditing.keep.set_policy(entry(0), LogPolicy(query_text=wanted))
    for _ in range(2):
        await desk.auditing.audit.note(entry(1, color="red"))
    await desk.turn()
    found = (await desk.auditing.read.search("org_a", Sought(target="doc_1"), None, 5)).items
    texts = [placed.record.personal or "" for placed in found]
    assert all('"color":"red"' in text for text in texts)
    assert all(("where is 1?" in text) == (wanted is QueryText.KEEP) for text in texts)
    assert (
        all((f'"{kept}":' in text) for text in texts) if kept else all("query" not in text for text in texts)
    )


async def test_text_that_is_not_unicode_does_not_stop_the_log(desk: Desk) -> None:
    await desk.auditing.audit.note(entry(1, query="\ud800 \x00"))
    assert await desk.turn() == 1
    assert (await desk.auditing.read.verify("org_a")).valid


async def test_several_sequencers_at_once_write_everything_once(desk: Desk) -> None:
    for _ in range(4):
        await desk.record(*(entry(number) for number in range(50)))
    other = type(desk.auditing)(desk.database, desk.keyring, desk.clock, "1.0")
    for number in range(50):
        await other.audit.note(entry(number))
    await asyncio.gather(*(one._audit_log.turn() for one in (desk.auditing, other, desk.auditing)))
    verdict = await desk.auditing.read.verify("org_a")
    assert (verdict.entries, verdict.problems) == (250, [])
