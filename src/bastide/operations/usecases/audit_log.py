"""The audit log as other slices write it, and the sequencer that puts what they wrote into the tree.

`record` writes a row in the caller's transaction, `note` puts an entry into a queue of this process. Both are
picked up by `turn`, which appends them in one transaction per batch. Several processes may do this at once: a
row is taken by one of them, and a log is locked while it grows.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bastide.kit.clock import Clock
from bastide.kit.errors import BastideError
from bastide.kit.ids import new_id
from bastide.kit.json import JsonObject
from bastide.operations.domain.entry import AuditEntry, Outcome
from bastide.operations.domain.errors import AuditUnavailableError
from bastide.operations.domain.log import TILE_LEVEL, LogPolicy, QueryText
from bastide.operations.domain.record import Record, written
from bastide.operations.ports import AuditRows, AuditStore
from bastide.platform.database.port import Connection
from bastide.platform.secrets.port import Keyring
from bastide.platform.telemetry.origin import Origin, current_origin
from bastide.platform.uninterrupted import told_to_end

_BATCH = 2_000
_QUEUE = 20_000
_SLICE = 32  # entries: half a millisecond or so
_GATHER_S = 1.0  # after a change: more may come
_NOTES_S = 5.0  # each writing holds answers up by some ms: so rarely that p95 does not notice
_SETTLED_TRIES = 100
_SETTLED_POLL_S = 0.1
_POLICY_AGE = timedelta(seconds=10)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Note:
    """Put into words with the batch: among others of its kind that costs a tenth of doing it in a request."""

    entry: AuditEntry
    query_text: QueryText
    origin: Origin
    at: datetime
    written: "asyncio.Future[None] | None"


class AuditLog:
    """Implements `contract.Audit`."""

    def __init__(self, store: AuditStore, keyring: Keyring, clock: Clock, capacity: int = _QUEUE) -> None:
        self._store = store
        self._keyring = keyring
        self._clock = clock
        self._capacity = capacity
        self._notes: list[_Note] = []
        self._lost: Counter[str] = Counter()
        self._policies: dict[str, tuple[LogPolicy, datetime]] = {}
        self._woken = asyncio.Event()
        self._waited_for = asyncio.Event()

    async def record(self, connection: Connection, entry: AuditEntry) -> None:
        """See the contract."""
        rows = self._store.within(connection, self._woken.set)
        await rows.put_pending(entry.organisation_id, self._told(entry))

    async def note(self, entry: AuditEntry) -> None:
        """See the contract."""
        policy = await self._policy(entry.organisation_id)
        done = asyncio.get_running_loop().create_future() if policy.fail_closed else None
        if len(self._notes) >= self._capacity:
            if done is not None:
                raise AuditUnavailableError("The audit log cannot be written at the moment.")
            self._lost[entry.organisation_id] += 1
            return
        self._notes.append(_Note(entry, policy.query_text, current_origin(), self._clock.now(), done))
        if done is not None or len(self._notes) >= _BATCH:
            self._hurry()
        if done is not None:
            await done

    def _hurry(self) -> None:
        """Somebody waits."""
        self._woken.set()
        self._waited_for.set()

    def forget_policy(self, log_id: str) -> None:
        """It was changed."""
        self._policies.pop(log_id, None)

    async def settled(self) -> None:
        """Until what this process was told so far is in the trees; `run` does it.

        Raises:
            AuditUnavailableError: not within ten seconds.
        """
        for _ in range(_SETTLED_TRIES):
            async with self._store.reading() as rows:
                waiting = self._notes or await rows.pending()
            if not waiting:
                return
            self._hurry()
            await asyncio.sleep(_SETTLED_POLL_S)
        raise AuditUnavailableError("The audit log is not written at the moment.")

    async def run(self) -> None:
        """Turn until cancelled."""
        while not told_to_end():
            if await _heard(self._woken, _NOTES_S):
                await _heard(self._waited_for, _GATHER_S)
            self._woken.clear()
            self._waited_for.clear()
            try:
                while await self.turn() == _BATCH:
                    pass
            except BastideError as error:
                _log.exception("audit.not_written", code=error.code)

    async def turn(self) -> int:
        """Append what is waiting; how many entries.

        Raises:
            UnavailableError: the database does not take them. They go on waiting, but for those whose writers
                wait too: these are told.
        """
        notes = self._notes[:_BATCH]
        noted = await self._noted(notes)
        lost, self._lost = self._lost, Counter()
        try:
            async with self._store.transaction() as rows:
                waiting = [*await rows.take_pending(_BATCH), *noted]
                waiting += [(log_id, self._gap(log_id, count)) for log_id, count in lost.items()]
                await _append(rows, waiting)
        except BaseException as error:
            self._lost += lost
            self._give_up(notes, error)
            raise
        del self._notes[: len(notes)]
        for note in notes:
            if note.written is not None and not note.written.done():
                note.written.set_result(None)
        return len(waiting)

    async def _noted(self, notes: Sequence[_Note]) -> list[tuple[str, Record]]:
        noted: list[tuple[str, Record]] = []
        for number, note in enumerate(notes, start=1):
            log_id = note.entry.organisation_id
            try:
                personal = _as_wanted(note.entry.personal, note.query_text, self._keyring)
                record = _written(note.entry, personal, note.origin, note.at)
            except (TypeError, ValueError) as error:  # no JSON: somebody's mistake must not stop the log
                _log.exception("audit.not_json", action=note.entry.action)
                _refuse(note, error)
                record = self._gap(log_id, 1)
            noted.append((log_id, record))
            if number % _SLICE == 0:
                await asyncio.sleep(0)  # answers go on
        return noted

    def _give_up(self, notes: Sequence[_Note], error: BaseException) -> None:
        """Whoever waits is refused, and did nothing; the entry is not kept."""
        refused = [note for note in notes if note.written is not None]
        for note in refused:
            _refuse(note, error)
        self._notes = [note for note in self._notes if note not in refused]

    def _gap(self, log_id: str, count: int) -> Record:
        entry = AuditEntry(
            "audit.entries_lost", log_id, "system", outcome=Outcome.FAILED, details={"count": count}
        )
        return self._told(entry)

    def _told(self, entry: AuditEntry) -> Record:
        return _written(entry, entry.personal, current_origin(), self._clock.now())

    async def _policy(self, log_id: str) -> LogPolicy:
        now = self._clock.now()
        known = self._policies.get(log_id)
        if known is not None and known[1] > now:
            return known[0]
        async with self._store.reading() as rows:
            log = await rows.log(log_id)
        policy = LogPolicy() if log is None else log.policy
        self._policies[log_id] = (policy, now + _POLICY_AGE)
        return policy


async def _heard(event: asyncio.Event, patience_s: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            await event.wait()
    return event.is_set()


async def _append(rows: AuditRows, waiting: Sequence[tuple[str, Record]]) -> None:
    by_log: defaultdict[str, list[Record]] = defaultdict(list)
    for log_id, record in waiting:
        by_log[log_id].append(record)
    for log_id in sorted(by_log):  # one order for all processes: they never wait for each other in a circle
        log = await rows.log(log_id, lock=True)
        if log is None:
            raise AuditUnavailableError("The audit log cannot be written at the moment.")
        tiles: list[tuple[int, bytes]] = []
        for record in by_log[log_id]:
            completed = log.tree.append(record.leaf)
            tiles += [(index, digest) for level, index, digest in completed if level == TILE_LEVEL]
        await rows.append(log, by_log[log_id], tiles)


def _refuse(note: _Note, error: BaseException) -> None:
    if note.written is not None and not note.written.done():
        failure = AuditUnavailableError("The audit log cannot be written at the moment.")
        failure.__cause__ = error
        note.written.set_exception(failure)


def _written(entry: AuditEntry, personal: JsonObject, origin: Origin, at: datetime) -> Record:
    if origin.address is not None:
        personal = {"address": origin.address, **personal}
    return written(entry, personal, new_id("aud"), at, origin.request_id)


def _as_wanted(personal: JsonObject, query_text: QueryText, keyring: Keyring) -> JsonObject:
    """With the words of a query kept, hashed or left out, as the organisation wants."""
    query = personal.get("query")
    if not isinstance(query, str) or query_text is QueryText.KEEP:
        return personal
    kept = {name: value for name, value in personal.items() if name != "query"}
    if query_text is QueryText.HASH:
        kept["query_hash"] = keyring.keyed_hash("audit/query", query.encode("utf-8", "replace")).hex()
    return kept
