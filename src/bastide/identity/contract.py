"""What the rest of Bastide knows of people, keys and permissions."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from bastide.identity.domain.errors import (
    GranteeUnknownError,
    KeyInvalidError,
    LabelUnknownError,
    ScopeError,
)
from bastide.identity.domain.labels import CONFIDENTIAL, labels_of
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import SYSTEM, CredentialKind, Principal, Role, system_principal
from bastide.identity.domain.resources import Access, Grant, Resource, reader_tokens
from bastide.platform.database.port import Connection


class Policy(Protocol):
    """The one place that decides. Deny by default."""

    def allows(self, principal: Principal, action: Action, resource: Resource | None = None) -> bool: ...

    def require(self, principal: Principal, action: Action, resource: Resource | None = None) -> None:
        """Raises DeniedError; NotFoundError when the caller may not even know that the resource exists."""
        ...


class Sharing(Protocol):
    """What a slice with resources of its own calls when it makes, shares or deletes one."""

    async def check(self, principal: Principal, grants: Sequence[Grant]) -> None:
        """Before new grants are stored.

        Raises:
            GranteeUnknownError: one of them names nobody of the caller's organisation.
        """
        ...

    async def check_labels(self, principal: Principal, labels: Sequence[str]) -> None:
        """Before labels are stored. Raises LabelUnknownError: not one that the organisation has."""
        ...

    async def remember(
        self, connection: Connection, principal: Principal, resource: Resource, *, deleted: bool = False
    ) -> None:
        """In the transaction that makes, shares, moves or deletes the resource.

        Adds its state to the history, from which `explain-access` answers, and a change of grants to the
        audit log; nothing when nothing changed.
        """
        ...


class Credentials(msgspec.Struct, frozen=True):
    """What came with a request, unparsed. `origin` is the client's address as the trusted proxies tell it."""

    bearer: str | None = None
    session_cookie: str | None = None
    csrf_header: str | None = None
    origin: str | None = None
    unsafe_method: bool = False


class Authenticator(Protocol):
    """Turns credentials into a Principal."""

    async def authenticate(self, credentials: Credentials) -> Principal:
        """Raises UnauthenticatedError (`auth.missing`, `auth.invalid`, `auth.expired`, `auth.csrf`) or, for
        a key used from a network that it is not allowed in, DeniedError (`auth.network`).
        """
        ...


__all__ = [
    "CONFIDENTIAL",
    "SYSTEM",
    "Access",
    "Action",
    "Authenticator",
    "CredentialKind",
    "Credentials",
    "Grant",
    "GranteeUnknownError",
    "KeyInvalidError",
    "LabelUnknownError",
    "Policy",
    "Principal",
    "Resource",
    "Role",
    "ScopeError",
    "Sharing",
    "labels_of",
    "reader_tokens",
    "system_principal",
]
