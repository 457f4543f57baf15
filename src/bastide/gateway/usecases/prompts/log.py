"""Keeps what was asked and answered, sealed, for organisations that want that; nothing for the others."""

import asyncio
from collections import deque
from datetime import timedelta

import msgspec
import structlog

from bastide.gateway.domain.call import Call
from bastide.gateway.domain.prompts import LOGGED, LoggedPrompt, Transcript
from bastide.gateway.ports.store import GatewayStore
from bastide.gateway.usecases.answer_cache import Policies
from bastide.kit.clock import Clock
from bastide.kit.errors import UnavailableError
from bastide.kit.ids import new_id
from bastide.platform.secrets.data_keys import DataKeys, locked
from bastide.platform.uninterrupted import told_to_end

_GATHER_S = 0.25
_BATCH = 50
_MOST_WAITING_BYTES = 64 << 20  # while the database is away; what comes then is not kept
_RETRY_S = 1.0
_PURGE_EVERY_S = 3600.0
_log = structlog.get_logger()


class PromptLog:
    """One per process. Written behind the answers; a process that is killed loses a quarter of a second."""

    def __init__(self, store: GatewayStore, data_keys: DataKeys, policies: Policies, clock: Clock) -> None:
        self._store = store
        self._data_keys = data_keys
        self._policies = policies
        self._clock = clock
        self._waiting: deque[Transcript] = deque()
        self._waiting_bytes = 0
        self._more = asyncio.Event()
        self._lock = asyncio.Lock()

    def wants(self, call: Call) -> bool:
        """Whether the caller's organisation keeps such calls."""
        policy = self._policies.laid_down(call.principal.organisation_id)
        return policy is not None and policy.log_prompts and call.operation in LOGGED

    def transcript(self, call: Call) -> Transcript:
        """Of a call that the guardrails before the model have seen."""
        return Transcript(call, new_id("prm"), self._clock.now(), self._keep)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._flush())
            group.create_task(self._purge())

    async def flush(self) -> None:
        """All that has ended so far. Raises UnavailableError; what waits goes on waiting."""
        async with self._lock:
            while self._waiting:
                batch = [self._waiting[index] for index in range(min(_BATCH, len(self._waiting)))]
                rows = [await self._sealed(transcript) for transcript in batch]
                async with self._store.transaction() as unit:
                    await unit.prompts.add(rows)
                for _ in batch:
                    self._waiting_bytes -= self._waiting.popleft().size_bytes

    async def purge(self) -> None:
        """Delete what its organisation keeps no longer. Raises UnavailableError."""
        now = self._clock.now()
        for policy in self._policies.all():
            async with self._store.transaction() as unit:
                before = now - timedelta(days=policy.prompt_days)
                await unit.prompts.delete(policy.organisation_id, before)

    def _keep(self, transcript: Transcript) -> None:
        if self._waiting_bytes + transcript.size_bytes > _MOST_WAITING_BYTES:
            _log.error("gateway.prompt_not_kept", request_id=transcript.call.request_id)
            return
        self._waiting.append(transcript)
        self._waiting_bytes += transcript.size_bytes
        self._more.set()

    async def _sealed(self, transcript: Transcript) -> tuple[LoggedPrompt, bytes]:
        entry = transcript.entry
        key = await self._data_keys.make(entry.organisation_id)
        return entry, locked(key, msgspec.msgpack.encode(transcript.words), entry.context)

    async def _flush(self) -> None:
        while not told_to_end():
            await self._more.wait()
            self._more.clear()
            await asyncio.sleep(_GATHER_S)
            try:
                await self.flush()
            except UnavailableError as error:
                _log.warning("gateway.prompts_wait", error=str(error))
                self._more.set()
                await asyncio.sleep(_RETRY_S)

    async def _purge(self) -> None:
        while not told_to_end():
            try:
                await self.purge()
            except UnavailableError as error:
                _log.warning("gateway.prompts_not_purged", error=str(error))
            await asyncio.sleep(_PURGE_EVERY_S)
