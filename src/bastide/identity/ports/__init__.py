"""What the identity slice needs from outside, besides the key port and the cache of the platform."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bastide.identity.domain.resources import Resource
from bastide.identity.ports.credentials import (
    AccessTokens,
    Keys,
    KnownPasswords,
    Passkeys,
    PasswordHasher,
    SecondFactors,
    Sessions,
    WebAuthn,
)
from bastide.identity.ports.grants import Grants
from bastide.identity.ports.people import (
    Groups,
    History,
    Labels,
    Links,
    Organisations,
    People,
    ServiceAccounts,
)
from bastide.operations.contract import AuditEntry
from bastide.platform.database.port import Connection


class Unit(Protocol):
    """One transaction's view of all rows of this slice."""

    async def record(self, entry: AuditEntry) -> None:
        """Into the audit log, in this transaction."""
        ...

    async def withdraw_grants(self, organisation_id: str, grantee: str) -> Sequence[Resource]:
        """See `Grants.withdraw`."""
        ...

    @property
    def organisations(self) -> Organisations: ...

    @property
    def groups(self) -> Groups: ...

    @property
    def links(self) -> Links: ...

    @property
    def services(self) -> ServiceAccounts: ...

    @property
    def factors(self) -> SecondFactors: ...

    @property
    def passkeys(self) -> Passkeys: ...

    @property
    def history(self) -> History: ...

    @property
    def labels(self) -> Labels: ...

    @property
    def people(self) -> People: ...

    async def names(self, organisation_id: str, tokens: Collection[str]) -> Mapping[str, str]:
        """What those are called that tokens of grants point at (`user:…` for service accounts too), as far as
        they are in this organisation.
        """
        ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def keys(self) -> Keys: ...


class IdentityStore(Protocol):
    """Where the rows are."""

    def transaction(self) -> AbstractAsyncContextManager[Unit]:
        """Commits on a clean exit."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Unit]: ...

    def within(self, connection: Connection) -> Unit:
        """In a transaction that another slice has open."""
        ...


__all__ = [
    "AccessTokens",
    "Grants",
    "Groups",
    "History",
    "IdentityStore",
    "Keys",
    "KnownPasswords",
    "Links",
    "Organisations",
    "Passkeys",
    "PasswordHasher",
    "People",
    "SecondFactors",
    "ServiceAccounts",
    "Sessions",
    "Unit",
    "WebAuthn",
]
