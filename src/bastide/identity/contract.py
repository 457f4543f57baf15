"""What the rest of Bastide knows of people, keys and permissions."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bastide.kit.errors import DeniedError, UnauthenticatedError


class Role(StrEnum):
    """The five roles of an organisation's people (a service account has one too)."""

    SYSTEM_ADMIN = "system_admin"
    ORGANISATION_ADMIN = "organisation_admin"
    AGENT_MANAGER = "agent_manager"
    MEMBER = "member"
    READ_ONLY = "read_only"


class CredentialKind(StrEnum):
    """How the caller proved who it is."""

    SESSION = "session"
    KEY = "key"
    TOKEN = "token"
    LOCAL = "local"  # the command line on the same machine, by the token in the home
    SYSTEM = "system"  # Bastide itself, in a workflow


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. Made by the Authenticator only; use cases take it as their first argument.

    Attributes:
        subject_id: `usr_…`, `svc_…`, or `system`.
        groups, departments: ids, for grants.
        key_id: the API key used, if one was.
        scopes: empty for a person (no narrowing); a key is narrowed to these (`chat`, `documents:read` …).
        allowed_models, allowed_collections: None = no narrowing beyond the permissions.
    """

    subject_id: str
    organisation_id: str
    role: Role
    credential: CredentialKind
    groups: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    key_id: str | None = None
    scopes: frozenset[str] = frozenset()
    allowed_models: frozenset[str] | None = None
    allowed_collections: frozenset[str] | None = None

    @property
    def tokens(self) -> frozenset[str]:
        """What grants name: `user:…`, `group:…`, `department:…`, `organisation:…`."""
        return frozenset(
            {f"user:{self.subject_id}", f"organisation:{self.organisation_id}"}
            | {f"group:{group}" for group in self.groups}
            | {f"department:{department}" for department in self.departments}
        )


class Action(StrEnum):
    """What the policy is asked about; one word per verb of the permission table."""

    COLLECTION_LIST = "collection.list"
    COLLECTION_CREATE = "collection.create"
    COLLECTION_READ = "collection.read"
    COLLECTION_CONTRIBUTE = "collection.contribute"
    COLLECTION_MANAGE = "collection.manage"
    DOCUMENT_READ = "document.read"
    DOCUMENT_CONTRIBUTE = "document.contribute"
    DOCUMENT_MANAGE = "document.manage"
    MODEL_USE = "model.use"
    KEY_CREATE = "key.create"
    SYSTEM_READ = "system.read"
    SYSTEM_MANAGE = "system.manage"


class Access(StrEnum):
    """How much a grant gives on a collection or a document; each includes those before it."""

    READ = "read"
    CONTRIBUTE = "contribute"
    MANAGE = "manage"


@dataclass(frozen=True, slots=True)
class Grant:
    """`grantee` is one of `Principal.tokens`."""

    grantee: str
    access: Access


@dataclass(frozen=True, slots=True)
class Resource:
    """What the policy judges: a collection, or a document in one.

    Attributes:
        organisation_id: whose it is.
        owner_id: who made it (has MANAGE).
        grants: of the collection; for a document that narrows, the document's own, which then replace them.
    """

    kind: str
    id: str
    organisation_id: str
    owner_id: str
    grants: tuple[Grant, ...] = ()


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
        """Raises UnauthenticatedError (`auth.missing`, `auth.invalid`, `auth.expired`, `auth.csrf`)."""
        ...


class KeyInvalidError(UnauthenticatedError):
    """The API key, session or token is unknown, expired or revoked."""

    code = "auth.invalid"


class ScopeError(DeniedError):
    """The API key's scopes do not cover this."""

    code = "auth.scope"


SYSTEM = "system"


def system_principal(organisation_id: str) -> Principal:
    """Bastide itself at work for an organisation, in a workflow."""
    return Principal(SYSTEM, organisation_id, Role.SYSTEM_ADMIN, CredentialKind.SYSTEM)


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
    "system_principal",
]
