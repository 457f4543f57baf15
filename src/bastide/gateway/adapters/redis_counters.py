"""Counters shared by several processes, in Redis or Valkey.

A claim is one script: it checks all counters of a request, then takes all or nothing, by the server's clock.
What is reserved of budgets and slots is leased: a process that dies gives it back when its leases run out.
Amounts are added as strings, by the server, in 64-bit integers; only comparisons are in doubles.
"""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import redis.asyncio
import structlog
from redis.exceptions import RedisError

from bastide.gateway.adapters.memory_counters import BUCKETS
from bastide.gateway.ports.counters import Claim, CounterKind, Granted, Refused, Unseeded
from bastide.kit.errors import UnavailableError

_TIMEOUT_S = 1.0
_LEASE_S = 60.0
_AT_A_TIME = 200

_CLAIM = f"""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local holder, lease = ARGV[1], tonumber(ARGV[2])
local n = #KEYS / 2
local function part(i, offset) return ARGV[2 + (i - 1) * 4 + offset] end
local missing = {{'missing'}}
for i = 1, n do
  if part(i, 1) == 'budget' and redis.call('HEXISTS', KEYS[2 * i - 1], 'u') == 0 then
    table.insert(missing, i - 1)
  end
end
if #missing > 1 then return missing end
for i = 1, n do
  local key, leases, kind = KEYS[2 * i - 1], KEYS[2 * i], part(i, 1)
  local limit, amount = tonumber(part(i, 2)), tonumber(part(i, 3))
  if kind == 'window' then
    local width = tonumber(part(i, 4)) / {BUCKETS}
    local first = math.floor(now / width) - {BUCKETS}
    local found = redis.call('HMGET', key, 't', 'h')
    local total, head = tonumber(found[1] or 0), tonumber(found[2] or first)
    if first - head > {BUCKETS} then
      redis.call('DEL', key)
      total = 0
    elseif head < first then
      for bucket = head, first - 1 do
        local count = redis.call('HGET', key, bucket)
        if count then
          total = total - count
          redis.call('HDEL', key, bucket)
        end
      end
      redis.call('HSET', key, 't', total, 'h', first)
    end
    local excess = total + amount - limit
    if excess > 0 then
      for bucket = math.max(head, first), first + {BUCKETS} do
        excess = excess - (redis.call('HGET', key, bucket) or 0)
        if excess <= 0 then
          return {{'refused', i - 1, total, math.ceil((bucket + {BUCKETS} + 1) * width - now)}}
        end
      end
      return {{'refused', i - 1, total, -1}}
    end
  else
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now)) do
      redis.call('ZREM', leases, member)
      if kind == 'budget' then
        redis.call('HINCRBY', key, 'r', '-' .. string.match(member, '|(%d+)$'))
      end
    end
    local used
    if kind == 'budget' then
      local found = redis.call('HMGET', key, 'u', 'r')
      used = tonumber(found[1]) + tonumber(found[2] or 0)
    else
      used = redis.call('ZCARD', leases)
    end
    if used + amount > limit then
      return {{'refused', i - 1, string.format('%.0f', used), -1}}
    end
  end
end
local granted = {{'granted'}}
for i = 1, n do
  local key, leases, kind = KEYS[2 * i - 1], KEYS[2 * i], part(i, 1)
  local limit, amount, used, mark = tonumber(part(i, 2)), part(i, 3), 0, 0
  if kind == 'window' then
    mark = math.floor(now / (tonumber(part(i, 4)) / {BUCKETS}))
    redis.call('HINCRBY', key, mark, amount)
    redis.call('HSETNX', key, 'h', mark - {BUCKETS})
    used = redis.call('HINCRBY', key, 't', amount)
    redis.call('PEXPIRE', key, math.ceil(tonumber(part(i, 4)) * 2))
  elseif kind == 'budget' then
    redis.call('ZADD', leases, now + lease, holder .. '|' .. amount)
    used = redis.call('HINCRBY', key, 'r', amount) + redis.call('HGET', key, 'u')
    redis.call('PEXPIRE', leases, math.max(redis.call('PTTL', key), 1) + lease)
  else
    redis.call('ZADD', leases, now + lease, holder)
    used = redis.call('ZCARD', leases)
    redis.call('PEXPIRE', leases, 86400000 + lease)
  end
  table.insert(granted, string.format('%.0f', limit - used))
  table.insert(granted, mark)
end
return granted
"""

_SETTLE = """
local holder = ARGV[1]
for i = 1, #KEYS / 2 do
  local key, leases = KEYS[2 * i - 1], KEYS[2 * i]
  local base = 1 + (i - 1) * 5
  local kind, mark, claimed, actual, change = unpack(ARGV, base + 1, base + 5)
  if kind == 'window' then
    if redis.call('HEXISTS', key, mark) == 1 then
      redis.call('HINCRBY', key, mark, change)
      redis.call('HINCRBY', key, 't', change)
    end
  elseif kind == 'budget' then
    if redis.call('ZREM', leases, holder .. '|' .. claimed) == 1 then
      redis.call('HINCRBY', key, 'r', '-' .. claimed)
    end
    if redis.call('HEXISTS', key, 'u') == 1 then redis.call('HINCRBY', key, 'u', actual) end
  else
    redis.call('ZREM', leases, holder)
  end
end
"""

_log = structlog.get_logger()


class CountersUnavailableError(UnavailableError):
    """The shared counters do not answer."""

    code = "limits.unavailable"


@dataclass(frozen=True, slots=True)
class _Held:
    """What a running request has leased."""

    claims: Sequence[Claim]
    renew_at: float


class RedisCounters:
    """Satisfies `Counters`. Start `run` beside it: it tells the settlements and renews the leases."""

    def __init__(self, url: str, *, lease_s: float = _LEASE_S) -> None:
        """`lease_s`: how long a dead process keeps what it has reserved."""
        self._lease_ms = int(lease_s * 1000)
        self._renew_s = lease_s / 3
        self._client: Any = redis.asyncio.Redis.from_url(  # pyright: ignore[reportUnknownMemberType]  # **kwargs
            url, socket_connect_timeout=_TIMEOUT_S, socket_timeout=_TIMEOUT_S, decode_responses=True
        )
        self._claim = self._client.register_script(_CLAIM)
        self._settle = self._client.register_script(_SETTLE)
        self._held: dict[str, _Held] = {}
        self._settled: asyncio.Queue[tuple[list[str], list[Any]]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def claim(self, claims: Sequence[Claim], holder: str) -> Granted | Refused | Unseeded:
        """Raises CountersUnavailableError."""
        arguments: list[Any] = [holder, self._lease_ms]
        for claim in claims:
            arguments += (claim.kind.value, claim.limit, claim.amount, int(claim.period_s * 1000))
        with _translated():
            answer = await self._claim(keys=_keys(claims), args=arguments)
        if answer[0] == "missing":
            return Unseeded(tuple(claims[int(index)].counter for index in answer[1:]))
        if answer[0] == "refused":
            pause_ms = int(answer[3])
            return Refused(int(answer[1]), int(answer[2]), pause_ms / 1000 if pause_ms >= 0 else None)
        self._hold(claims, holder)
        values = [int(value) for value in answer[1:]]
        return Granted(tuple(values[::2]), tuple(values[1::2]))

    def settle(
        self, claims: Sequence[Claim], marks: Sequence[int], actual: Sequence[int], holder: str
    ) -> None:
        self._held.pop(holder, None)
        arguments: list[Any] = [holder]
        for claim, mark, used in zip(claims, marks, actual, strict=True):
            arguments += (claim.kind.value, mark, claim.amount, used, used - claim.amount)
        self._settled.put_nowait((_keys(claims), arguments))
        self._start()

    async def seed(self, tenant: str, counter: str, used: int, period_s: float) -> None:
        key = _key(tenant, counter)
        with _translated():
            async with self._client.pipeline(transaction=True) as pipeline:
                pipeline.hsetnx(key, "u", used)
                pipeline.pexpire(key, int(period_s * 1000), nx=True)
                await pipeline.execute()

    async def used(self, tenant: str, counter: str) -> int | None:
        with _translated():
            used, reserved = await self._client.hmget(_key(tenant, counter), "u", "r")
        return None if used is None else int(used) + int(reserved or 0)

    async def close(self) -> None:
        if self._task is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_TIMEOUT_S * 2):
                    await self._settled.join()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._client.aclose()

    def _hold(self, claims: Sequence[Claim], holder: str) -> None:
        leased = [claim for claim in claims if claim.kind is not CounterKind.WINDOW]
        if leased:
            self._held[holder] = _Held(leased, asyncio.get_running_loop().time() + self._renew_s)
            self._start()

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="gateway-counters")

    async def _run(self) -> None:
        """Tell what was settled, in the order in which it was; renew the leases of what still runs."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._renew_s / 4):
                    first = await self._settled.get()
                await self._tell(first)
            await self._renew()

    async def _tell(self, first: tuple[list[str], list[Any]]) -> None:
        batch = [first]
        while not self._settled.empty() and len(batch) < _AT_A_TIME:
            batch.append(self._settled.get_nowait())
        for keys, arguments in batch:
            try:
                with _translated():
                    await self._settle(keys=keys, args=arguments)
            except CountersUnavailableError as error:
                _log.warning("gateway.settlement_lost", error=str(error))  # the lease gives it back
            finally:
                self._settled.task_done()

    async def _renew(self) -> None:
        now = asyncio.get_running_loop().time()
        due = {holder: held for holder, held in self._held.items() if held.renew_at <= now}
        if not due:
            return
        try:
            with _translated():
                seconds, microseconds = await self._client.time()
                expiry = seconds * 1000 + microseconds // 1000 + self._lease_ms
                for holder, held in due.items():
                    for claim in held.claims:
                        member = f"{holder}|{claim.amount}" if claim.kind is CounterKind.BUDGET else holder
                        await self._client.zadd(
                            _key(claim.tenant, claim.counter) + ":l", {member: expiry}, xx=True
                        )
                    if holder in self._held:
                        self._held[holder] = _Held(held.claims, now + self._renew_s)
        except CountersUnavailableError as error:
            _log.warning("gateway.leases_not_renewed", error=str(error))


def _key(tenant: str, counter: str) -> str:
    """One hash slot per tenant, so that a script may touch all its counters on a cluster."""
    return f"bastide:gateway:{{{tenant}}}:{counter}"


def _keys(claims: Sequence[Claim]) -> list[str]:
    keys: list[str] = []
    for claim in claims:
        key = _key(claim.tenant, claim.counter)
        keys += (key, key + ":l")
    return keys


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise CountersUnavailableError("The shared counters do not answer.") from error
