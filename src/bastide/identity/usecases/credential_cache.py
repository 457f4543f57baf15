"""Principals that were proved a moment ago, in this process; forgotten at once when something is revoked."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from bastide.identity.domain.addresses import Network
from bastide.identity.domain.principal import Principal
from bastide.kit.clock import Clock


@dataclass(frozen=True, slots=True)
class Proof:
    """A credential as loaded: what must match, what it gives, and until when.

    Attributes:
        credential_id: of the key or session.
        expected: keyed hash of the secret part; empty where the handle is one.
        networks: where the credential may be used; None = anywhere.
    """

    credential_id: str
    expected: bytes
    principal: Principal
    expires_at: datetime | None
    networks: tuple[Network, ...] | None = None


class CredentialCache:
    """Bounded, least recently used first out.

    Revocations that arrive while a row is being loaded must not be undone by caching that row: take
    `generation` before loading and hand it to `put`, which drops the proof if anything was revoked since.
    While `suspended` (revocations of other processes cannot be heard) nothing is kept.
    """

    def __init__(self, clock: Clock, ttl: timedelta = timedelta(seconds=30), capacity: int = 20_000) -> None:
        self._clock = clock
        self._ttl = ttl
        self._capacity = capacity
        self._entries: OrderedDict[str, tuple[Proof, datetime]] = OrderedDict()
        self._used: dict[str, datetime] = {}
        self._suspended = False
        self.generation = 0

    def get(self, handle: str, now: datetime) -> Proof | None:
        """The proof under this handle (key id, or hash of a session's token), if it is fresh."""
        entry = self._entries.get(handle)
        if entry is None:
            return None
        if entry[1] <= now:
            del self._entries[handle]
            return None
        self._entries.move_to_end(handle)
        return entry[0]

    def put(self, handle: str, proof: Proof, generation: int) -> None:
        if self._suspended or generation != self.generation:
            return
        self._entries[handle] = (proof, self._clock.now() + self._ttl)
        while len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def revoke(
        self,
        credential_id: str | None = None,
        subject_id: str | None = None,
        organisation_id: str | None = None,
    ) -> None:
        """Forget a key or session, or all that a person, a service account or an organisation has."""
        self.generation += 1
        gone = [
            handle
            for handle, (proof, _) in self._entries.items()
            if proof.credential_id == credential_id
            or proof.principal.subject_id == subject_id
            or proof.principal.organisation_id == organisation_id
        ]
        for handle in gone:
            del self._entries[handle]

    def suspend(self) -> None:
        """Keep nothing until `resume`."""
        self.generation += 1
        self._suspended = True
        self._entries.clear()

    def resume(self) -> None:
        self._suspended = False

    @property
    def suspended(self) -> bool:
        """Whether nothing may be kept."""
        return self._suspended

    def mark_used(self, credential_id: str, now: datetime) -> None:
        self._used[credential_id] = now

    def take_used(self) -> dict[str, datetime]:
        """Last use by credential id, since the last call."""
        used, self._used = self._used, {}
        return used
