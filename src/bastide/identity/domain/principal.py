"""Who asks: roles, how a caller proved who it is, and the Principal."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The five roles of an organisation's people (a service account has one too)."""

    SYSTEM_ADMIN = "system_admin"
    ORGANISATION_ADMIN = "organisation_admin"
    AGENT_MANAGER = "agent_manager"
    MEMBER = "member"
    READ_ONLY = "read_only"

    @property
    def administers(self) -> bool:
        """Whether it manages everything of its organisation without a grant."""
        return self in {Role.SYSTEM_ADMIN, Role.ORGANISATION_ADMIN}

    def may_give(self, role: "Role") -> bool:
        """Whether it may put somebody into a role, or take them out of it: nobody makes a superior."""
        roles = list(Role)
        return self.administers and roles.index(self) <= roles.index(role)


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
        session_id: the session used, if one was.
        scopes: empty for a person (no narrowing); a key is narrowed to these (`chat`, `documents:read` …).
        allowed_models, allowed_collections: None = no narrowing beyond the permissions.
        strong: the session was opened with a second factor.
        barred_labels: what carries one of these the principal may not know of, by the organisation's rules.
        pending: what the person must do before anything else (`password`, `second_factor`), or None.
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
    session_id: str | None = None
    pending: str | None = None
    strong: bool = False
    barred_labels: frozenset[str] = frozenset()

    @property
    def tokens(self) -> frozenset[str]:
        """What grants name: `user:…`, `group:…`, `department:…`, `organisation:…`.

        An administrator also has `administrators:…`, which no grant names but every compiled list of readers
        holds (`reader_tokens`), so that search and policy agree on documents that narrow.
        """
        own = {f"user:{self.subject_id}", f"organisation:{self.organisation_id}"}
        if self.role.administers:
            own.add(f"administrators:{self.organisation_id}")
        groups = {f"group:{group}" for group in self.groups}
        return frozenset(own | groups | {f"department:{department}" for department in self.departments})


SYSTEM = "system"


def system_principal(organisation_id: str) -> Principal:
    """Bastide itself at work for an organisation, in a workflow."""
    return Principal(SYSTEM, organisation_id, Role.SYSTEM_ADMIN, CredentialKind.SYSTEM)
