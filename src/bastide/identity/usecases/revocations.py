"""Revocations: effective in this process at once, and in every other one as fast as the cache tells it."""

import asyncio
from collections import deque

import structlog

from bastide.identity.usecases.credential_cache import CredentialCache
from bastide.kit.errors import UnavailableError
from bastide.platform.cache.port import Cache
from bastide.platform.uninterrupted import told_to_end

_CHANNEL = "identity:revoked"
_RETRY_S = 0.25
_SILENCE_S = 0.6
"""How long the cache may say nothing until it counts as not heard."""
_MOST_UNTOLD = 10_000
_log = structlog.get_logger()


class Revocations:
    """Tells, and listens. Call after the commit that revokes."""

    def __init__(self, credentials: CredentialCache, cache: Cache) -> None:
        self._credentials = credentials
        self._cache = cache
        self._untold: deque[bytes] = deque(maxlen=_MOST_UNTOLD)
        self._behind = asyncio.Event()

    async def credential(self, *credential_ids: str) -> None:
        """Keys or sessions that are gone, by id."""
        await self._announce("credential", credential_ids)

    async def subject(self, *subject_ids: str) -> None:
        """People or service accounts whose role, groups or activity changed."""
        await self._announce("subject", subject_ids)

    async def organisation(self, *organisation_ids: str) -> None:
        """Organisations that were closed or opened."""
        await self._announce("organisation", organisation_ids)

    async def _announce(self, kind: str, ids: tuple[str, ...]) -> None:
        for one in ids:
            self._apply(kind, one)
        for one in ids:
            await self._tell(f"{kind} {one}".encode())

    async def _tell(self, message: bytes) -> None:
        """What is revoked is revoked, whether the others can be told now or when the cache is back. Whoever
        cannot hear asks the database meanwhile.
        """
        try:
            await self._cache.publish(_CHANNEL, message)
        except UnavailableError as error:
            _log.warning("identity.revocation_untold", error=str(error))
            self._untold.append(message)
            self._behind.set()

    def _apply(self, kind: str, revoked_id: str) -> None:
        match kind:
            case "credential":
                self._credentials.revoke(credential_id=revoked_id)
            case "organisation":
                self._credentials.revoke(organisation_id=revoked_id)
            case _:
                self._credentials.revoke(subject_id=revoked_id)

    async def listen(self) -> None:
        """Follow the other processes until cancelled.

        While the channel is down nothing is cached, so that every check asks the database.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear())
            group.create_task(self._catch_up())

    async def _catch_up(self) -> None:
        """Tell what could not be told. The first try follows at once: a connection that was idle may have
        been dead for long, and another one works.
        """
        while not told_to_end():
            await self._behind.wait()
            try:
                while self._untold:
                    await self._cache.publish(_CHANNEL, self._untold[0])
                    self._untold.popleft()
            except UnavailableError:
                await asyncio.sleep(_RETRY_S)
            else:
                self._behind.clear()

    async def _hear(self) -> None:
        while not told_to_end():
            try:
                await self._follow()
            except UnavailableError as error:
                _log.warning("identity.revocations_unheard", error=str(error))
            self._credentials.suspend()
            await asyncio.sleep(_RETRY_S)

    async def _follow(self) -> None:
        async with self._cache.subscribe(_CHANNEL, silence_s=_SILENCE_S) as messages:
            self._credentials.resume()
            async for _, message in messages:
                kind, _, revoked_id = message.decode().partition(" ")
                self._apply(kind, revoked_id)
