"""Answers that are given again to the same request, where that was asked for."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

import msgspec
import structlog

from bastide.gateway.domain.caching import cache_key, lifetime_s
from bastide.gateway.domain.call import Call
from bastide.gateway.domain.catalogue import Model
from bastide.gateway.domain.guardrails.rules import Stage
from bastide.gateway.domain.ledger import Outcome
from bastide.gateway.domain.policies import GatewayPolicy
from bastide.gateway.ports.store import GatewayStore
from bastide.gateway.usecases.guard import Guards
from bastide.gateway.usecases.ledger.account import Accounts
from bastide.kit.clock import Clock
from bastide.kit.errors import UnavailableError
from bastide.platform.cache.port import Cache
from bastide.platform.secrets.port import Keyring, SealBrokenError

MOST_BYTES = 1 << 20
_log = structlog.get_logger()


class CachedAnswer(msgspec.Struct, frozen=True, array_like=True):
    """What a client was sent: as it came, events of a stream included. `at_s` since the epoch."""

    content_type: bytes
    body: bytes
    at_s: int


class Policies:
    """What every organisation lays down, in memory."""

    def __init__(self, store: GatewayStore) -> None:
        self._store = store
        self._known: Mapping[str, GatewayPolicy] = MappingProxyType({})

    async def reload(self) -> None:
        """Read them anew."""
        async with self._store.reading() as unit:
            found = await unit.policies.all()
        self._known = MappingProxyType({policy.organisation_id: policy for policy in found})

    def all(self) -> Collection[GatewayPolicy]:
        """Of every organisation that has laid down something."""
        return self._known.values()

    def laid_down(self, organisation_id: str) -> GatewayPolicy | None:
        """None for most."""
        return self._known.get(organisation_id)

    def of(self, organisation_id: str) -> GatewayPolicy:
        """The defaults where nothing was laid down."""
        return self._known.get(organisation_id) or GatewayPolicy(organisation_id)


class AnswerCache:
    """A sealed copy of each answer under a key of its organisation; losing them loses time only."""

    def __init__(
        self,
        cache: Cache,
        keyring: Keyring,
        clock: Clock,
        guards: Guards,
        policies: Policies,
        accounts: Accounts,
    ) -> None:
        self._cache = cache
        self._keyring = keyring
        self._clock = clock
        self._guards = guards
        self._policies = policies
        self._accounts = accounts

    def lifetime_s(self, call: Call, asked: str | None) -> int | None:
        """None: this call has nothing to do with the cache."""
        return lifetime_s(call, asked, self._policies.of(call.principal.organisation_id))

    def key(self, call: Call, model: Model) -> str:
        """Of a call that the guardrails before the model have seen."""
        screens = [*self._guards.screens(call, Stage.BEFORE), *self._guards.screens(call, Stage.AFTER)]
        return cache_key(call, model, screens)

    async def get(self, key: str, call: Call, model: Model) -> CachedAnswer | None:
        """Within the caller's limits; a line of the ledger that costs nothing. The unreadable is not there.

        Raises:
            The refusals of limits and budgets.
        """
        try:
            sealed = await self._cache.get(key)
            if sealed is None:
                return None
            found = msgspec.msgpack.decode(await self._keyring.open(sealed, key), type=CachedAnswer)
        except (UnavailableError, SealBrokenError, msgspec.DecodeError) as error:
            _log.warning("gateway.cache_unread", error=str(error))
            return None
        account = await self._accounts.open(call, model)
        account.close(Outcome.CACHED, 200)
        return found

    def age_s(self, answer: CachedAnswer) -> int:
        return max(0, self._now_s() - answer.at_s)

    async def put(self, key: str, content_type: bytes, body: bytes, ttl_s: int) -> None:
        """Failing is no matter: the next request asks the model."""
        answer = CachedAnswer(content_type, body, self._now_s())
        try:
            sealed = await self._keyring.seal(msgspec.msgpack.encode(answer), key)
            await self._cache.set(key, sealed, ttl_s=ttl_s)
        except UnavailableError as error:
            _log.warning("gateway.cache_unwritten", error=str(error))

    def _now_s(self) -> int:
        return int(self._clock.now().timestamp())
