"""The written permission table, and the one decision made from it."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from bastide.identity.domain.principal import CredentialKind, Principal, Role
from bastide.identity.domain.resources import Access, Resource


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
    KEY_MANAGE = "key.manage"
    PEOPLE_READ = "people.read"
    PEOPLE_MANAGE = "people.manage"
    ORGANISATION_MANAGE = "organisation.manage"
    ORGANISATION_CREATE = "organisation.create"
    ACCESS_EXPLAIN = "access.explain"
    AUDIT_READ = "audit.read"
    METRICS_READ = "metrics.read"
    SYSTEM_READ = "system.read"
    SYSTEM_MANAGE = "system.manage"


class Rule(StrEnum):
    """A cell of the table."""

    YES = "yes"
    GRANT = "grant"  # with a grant on the resource, or as its owner
    NO = "no"


class Decision(StrEnum):
    """`HIDDEN` is a refusal to someone who may not even know that the resource exists."""

    ALLOWED = "allowed"
    DENIED = "denied"
    HIDDEN = "hidden"
    OUT_OF_SCOPE = "out_of_scope"


ROLES = tuple(Role)
_Y, _G, _N = Rule.YES, Rule.GRANT, Rule.NO
_ROWS: Mapping[Action, tuple[Rule, Rule, Rule, Rule, Rule]] = {
    #                            system organisation agent  member read-only
    Action.COLLECTION_LIST: (_Y, _Y, _Y, _Y, _Y),
    Action.COLLECTION_CREATE: (_Y, _Y, _Y, _Y, _N),
    Action.COLLECTION_READ: (_Y, _Y, _G, _G, _G),
    Action.COLLECTION_CONTRIBUTE: (_Y, _Y, _G, _G, _N),
    Action.COLLECTION_MANAGE: (_Y, _Y, _G, _G, _N),
    Action.DOCUMENT_READ: (_Y, _Y, _G, _G, _G),
    Action.DOCUMENT_CONTRIBUTE: (_Y, _Y, _G, _G, _N),
    Action.DOCUMENT_MANAGE: (_Y, _Y, _G, _G, _N),
    Action.MODEL_USE: (_Y, _Y, _Y, _Y, _Y),
    Action.KEY_CREATE: (_Y, _Y, _Y, _Y, _N),
    Action.KEY_MANAGE: (_Y, _Y, _N, _N, _N),
    Action.PEOPLE_READ: (_Y, _Y, _Y, _Y, _N),
    Action.PEOPLE_MANAGE: (_Y, _Y, _N, _N, _N),
    Action.ORGANISATION_MANAGE: (_Y, _Y, _N, _N, _N),
    Action.ORGANISATION_CREATE: (_Y, _N, _N, _N, _N),
    Action.ACCESS_EXPLAIN: (_Y, _Y, _G, _G, _N),
    Action.AUDIT_READ: (_Y, _Y, _N, _N, _N),
    Action.METRICS_READ: (_Y, _N, _N, _N, _N),
    Action.SYSTEM_READ: (_Y, _Y, _Y, _Y, _Y),
    Action.SYSTEM_MANAGE: (_Y, _N, _N, _N, _N),
}
TABLE: Mapping[Action, Mapping[Role, Rule]] = MappingProxyType(
    {action: MappingProxyType(dict(zip(ROLES, cells, strict=True))) for action, cells in _ROWS.items()}
)

NEEDED_ACCESS: Mapping[Action, Access] = MappingProxyType(
    {
        Action.COLLECTION_READ: Access.READ,
        Action.COLLECTION_CONTRIBUTE: Access.CONTRIBUTE,
        Action.COLLECTION_MANAGE: Access.MANAGE,
        Action.DOCUMENT_READ: Access.READ,
        Action.DOCUMENT_CONTRIBUTE: Access.CONTRIBUTE,
        Action.DOCUMENT_MANAGE: Access.MANAGE,
        Action.ACCESS_EXPLAIN: Access.MANAGE,
    }
)

_READING = frozenset({Action.COLLECTION_LIST, Action.COLLECTION_READ, Action.DOCUMENT_READ})
SCOPES: Mapping[str, frozenset[Action]] = MappingProxyType(
    {
        "chat": frozenset({Action.MODEL_USE}),
        "documents:read": _READING,
        "documents:write": _READING
        | {Action.COLLECTION_CREATE, Action.COLLECTION_CONTRIBUTE, Action.DOCUMENT_CONTRIBUTE}
        | {Action.COLLECTION_MANAGE, Action.DOCUMENT_MANAGE, Action.ACCESS_EXPLAIN},
        "metrics": frozenset({Action.METRICS_READ, Action.SYSTEM_READ}),
        "audit": frozenset({Action.AUDIT_READ, Action.ACCESS_EXPLAIN}),
        "admin": frozenset(Action),
    }
)
DEFAULT_SCOPES = frozenset({"chat", "documents:read", "documents:write"})


@lru_cache(maxsize=256)
def covered(scopes: frozenset[str]) -> frozenset[Action]:
    """What a key of these scopes may do, as far as its subject may."""
    return frozenset[Action]().union(*(SCOPES.get(scope, frozenset()) for scope in scopes))


def decide(principal: Principal, action: Action, resource: Resource | None = None) -> Decision:
    """May the principal do this? Whatever is not allowed by the table, a grant and the key's scopes is not.

    A rule that wants a grant is a refusal when no resource is given.
    """
    rule = TABLE[action][principal.role]
    if resource is not None:
        held = access_of(principal, resource)
        if held is None:
            return Decision.HIDDEN
        if rule is Rule.GRANT and held.rank >= NEEDED_ACCESS[action].rank:
            rule = Rule.YES
    if rule is not Rule.YES:
        return Decision.DENIED
    return Decision.ALLOWED if _in_scope(principal, action) else Decision.OUT_OF_SCOPE


def access_of(principal: Principal, resource: Resource) -> Access | None:
    """The most that the principal may do with a resource by grants, ownership and role; None: not know of it.

    A document's grants narrow: they count only for those who may read its collection. A label that the caller
    is barred from hides the thing, whatever was granted.
    """
    if resource.organisation_id != principal.organisation_id or not _within_key(principal, resource):
        return None
    if not principal.barred_labels.isdisjoint(resource.labels):
        return None
    inherited = None
    if resource.parent is not None:
        inherited = access_of(principal, resource.parent)
        if inherited is None:
            return None
    if principal.role.administers or resource.owner_id == principal.subject_id:
        return Access.MANAGE
    if resource.parent is not None and not resource.grants:
        return inherited
    tokens = principal.tokens
    held = [grant.access for grant in resource.grants if grant.grantee in tokens]
    return max(held, key=lambda access: access.rank, default=None)


def _within_key(principal: Principal, resource: Resource) -> bool:
    allowed = principal.allowed_collections
    collection = resource.parent or resource
    return allowed is None or (collection.kind == "collection" and collection.id in allowed)


def _in_scope(principal: Principal, action: Action) -> bool:
    """Only keys are narrowed by scopes; a key without any may do nothing."""
    if principal.credential is not CredentialKind.KEY:
        return True
    return action in covered(principal.scopes)
