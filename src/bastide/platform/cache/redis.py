"""The cache in Redis or Valkey, shared by every process."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import redis.asyncio
import structlog
from redis.exceptions import RedisError, ResponseError

from bastide.platform.cache.errors import CacheUnavailableError, NotACounterError
from bastide.platform.cache.mailbox import Mailbox
from bastide.platform.uninterrupted import told_to_end

_CONNECT_TIMEOUT_S = 2
_ANSWER_TIMEOUT_S = 5

# One round trip, and no moment in which the counter exists without its time to live.
_INCREMENT = """
local missing = redis.call('EXISTS', KEYS[1]) == 0
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if missing and ARGV[2] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return count
"""

log = structlog.get_logger()


class RedisCache:
    def __init__(self, url: str) -> None:
        """`redis://…`, or `rediss://…` for TLS."""
        self._client: Any = redis.asyncio.Redis.from_url(  # pyright: ignore[reportUnknownMemberType]  # **kwargs
            url,
            socket_connect_timeout=_CONNECT_TIMEOUT_S,
            socket_timeout=_ANSWER_TIMEOUT_S,
            health_check_interval=30,
        )
        self._increment = self._client.register_script(_INCREMENT)
        self._mailboxes: set[Mailbox] = set()

    async def get(self, key: str) -> bytes | None:
        with _translated():
            return await self._client.get(key)

    async def set(self, key: str, value: bytes, *, ttl_s: float | None = None) -> None:
        with _translated():
            await self._client.set(key, value, px=_milliseconds(ttl_s))

    async def add(self, key: str, value: bytes, *, ttl_s: float) -> bool:
        with _translated():
            return bool(await self._client.set(key, value, px=_milliseconds(ttl_s), nx=True))

    async def delete(self, *keys: str) -> int:
        with _translated():
            return await self._client.delete(*keys) if keys else 0

    async def increment(self, key: str, by: int = 1, *, ttl_s: float | None = None) -> int:
        with _translated():
            return await self._increment(keys=[key], args=[by, _milliseconds(ttl_s) or ""])

    async def publish(self, channel: str, message: bytes) -> None:
        with _translated():
            await self._client.publish(channel, message)

    @asynccontextmanager
    async def subscribe(self, *channels: str, silence_s: float | None = None) -> AsyncGenerator[Mailbox]:
        mailbox = Mailbox()
        async with self._client.pubsub() as pubsub:
            with _translated():
                await pubsub.subscribe(*channels)
                for _ in channels:  # each is confirmed: nothing published from now on is missed
                    await pubsub.get_message(timeout=_ANSWER_TIMEOUT_S)
            reader = asyncio.create_task(_pump(pubsub, mailbox, silence_s))
            self._mailboxes.add(mailbox)
            try:
                yield mailbox
            finally:
                self._mailboxes.discard(mailbox)
                reader.cancel()
                await asyncio.wait([reader])

    async def close(self) -> None:
        for mailbox in self._mailboxes:
            mailbox.close()
        await self._client.aclose()


async def _pump(pubsub: Any, mailbox: Mailbox, silence_s: float | None) -> None:
    """Server to mailbox, until messages may have been missed."""
    try:
        await _hear(pubsub, mailbox, silence_s)
    except (RedisError, OSError) as error:
        log.warning("cache.subscription_lost", error=str(error))
    finally:
        mailbox.close()


async def _hear(pubsub: Any, mailbox: Mailbox, silence_s: float | None) -> None:
    """Raises RedisError, OSError: the connection is lost, or was and is made again."""
    patience_s = None if silence_s is None else silence_s / 3
    heard = time.monotonic()
    while not told_to_end():  # a wait that times out in the moment of a cancellation swallows it
        message = await pubsub.get_message(timeout=patience_s)
        now = time.monotonic()
        if message is not None:
            heard = now
            match message["type"]:
                case "message":
                    mailbox.put(message["channel"].decode(), message["data"])
                case "subscribe":  # the client has connected anew by itself
                    raise ConnectionResetError("The connection was lost for a moment.")
                case _:
                    pass
        elif silence_s is not None and now - heard > silence_s:
            raise TimeoutError("The server does not answer.")
        elif silence_s is not None:
            await pubsub.ping(message="heard")


def _milliseconds(ttl_s: float | None) -> int | None:
    return None if ttl_s is None else max(1, round(ttl_s * 1000))


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except ResponseError as error:
        if "not an integer" in str(error):
            raise NotACounterError("The value of this key is not a number.") from error
        raise CacheUnavailableError(f"The cache refuses: {error}.") from error
    except (RedisError, OSError) as error:
        raise CacheUnavailableError("The cache does not answer.") from error
