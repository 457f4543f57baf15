"""What permissions were: states that are added and never changed, so that the past can be asked."""

from dataclasses import dataclass
from datetime import datetime

from bastide.identity.domain.principal import CredentialKind, Principal, Role
from bastide.identity.domain.resources import Grant, Resource


@dataclass(frozen=True, slots=True)
class ResourceState:
    """A collection or document from `at` until its next state.

    Attributes:
        parent_id: a document's collection.
        deleted: from here on there is nothing to read.
        changed_by: whose change made this state.
    """

    kind: str
    id: str
    organisation_id: str
    owner_id: str
    grants: tuple[Grant, ...]
    parent_id: str | None
    deleted: bool
    changed_by: str
    at: datetime
    labels: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, resource: Resource, changed_by: str, at: datetime, *, deleted: bool = False
    ) -> "ResourceState":
        return cls(
            resource.kind,
            resource.id,
            resource.organisation_id,
            resource.owner_id,
            resource.grants,
            None if resource.parent is None else resource.parent.id,
            deleted,
            changed_by,
            at,
            tuple(sorted(resource.labels)),
        )

    @property
    def what(self) -> tuple[object, ...]:
        """All that decides: not who changed it, nor when."""
        return self.owner_id, self.grants, self.parent_id, self.deleted, self.labels

    def resource(self, parent: "ResourceState | None") -> Resource:
        """What the policy judges; `parent` is the state of the collection at the same time."""
        above = None if parent is None else parent.resource(None)
        return Resource(
            self.kind, self.id, self.organisation_id, self.owner_id, self.grants, above, self.labels
        )


@dataclass(frozen=True, slots=True)
class SubjectState:
    """A person or service account in an organisation, from `at` on. `role` is None while it cannot act."""

    subject_id: str
    organisation_id: str
    role: Role | None
    groups: frozenset[str]
    departments: frozenset[str]
    at: datetime

    @property
    def what(self) -> tuple[Role | None, frozenset[str], frozenset[str]]:
        """All of it but the time."""
        return self.role, self.groups, self.departments

    def principal(self) -> Principal | None:
        """As whom the policy judges it, by no key, a person with a second factor; None: it could not act."""
        if self.role is None:
            return None
        return Principal(
            self.subject_id,
            self.organisation_id,
            self.role,
            CredentialKind.SESSION,
            self.groups,
            self.departments,
            strong=self.subject_id.startswith("usr_"),
        )
