"""What the rest of Bastide knows of people, keys and permissions."""

from dataclasses import dataclass
from typing import Protocol

from bastide.identity.domain.errors import KeyInvalidError, ScopeError
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import SYSTEM, CredentialKind, Principal, Role, system_principal
from bastide.identity.domain.resources import Access, Grant, Resource, reader_tokens


class Policy(Protocol):
    """The one place that decides. Deny by default."""

    def allows(self, principal: Principal, action: Action, resource: Resource | None = None) -> bool: ...

    def require(self, principal: Principal, action: Action, resource: Resource | None = None) -> None:
        """Raises DeniedError; NotFoundError when the caller may not even know that the resource exists."""
        ...


@dataclass(frozen=True, slots=True)
class Credentials:
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
    "SYSTEM",
    "Access",
    "Action",
    "Authenticator",
    "CredentialKind",
    "Credentials",
    "Grant",
    "KeyInvalidError",
    "Policy",
    "Principal",
    "Resource",
    "Role",
    "ScopeError",
    "reader_tokens",
    "system_principal",
]
