"""Rows of organisations, of who is in them, and of what permissions were."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bastide.identity.domain.groups import Group, GroupKind
from bastide.identity.domain.history import ResourceState, SubjectState
from bastide.identity.domain.invitations import Invitation, PasswordReset
from bastide.identity.domain.labels import LabelRule
from bastide.identity.domain.people import Belonging, Membership, Organisation, Person, Standing, User
from bastide.identity.domain.principal import Role
from bastide.identity.domain.service_accounts import ServiceAccount
from bastide.kit.pages import Page


class Organisations(Protocol):
    """Rows of organisations."""

    async def add(self, organisation: Organisation) -> None: ...

    async def get(self, organisation_id: str, *, lock: bool = False) -> Organisation | None:
        """With `lock`, no other transaction gets past the same call until this one ends."""
        ...

    async def first(self) -> Organisation | None:
        """The one that the first start made."""
        ...

    async def update(self, organisation: Organisation) -> None: ...

    async def listing(self, cursor: str | None, limit: int) -> Page[Organisation]:
        """All there are, by name."""
        ...


class People(Protocol):
    """Rows of people and of what they are in organisations."""

    async def add_user(self, user: User, password_hash: str | None) -> None:
        """Raises EmailTakenError."""
        ...

    async def user(self, user_id: str) -> User | None: ...

    async def user_by_email(self, email: str) -> User | None:
        """`email` is normalised."""
        ...

    async def update_user(self, user: User) -> None: ...

    async def password_hash(self, user_id: str) -> str | None: ...

    async def set_password_hash(self, user_id: str, password_hash: str) -> None: ...

    async def put_membership(self, membership: Membership) -> None:
        """Adds it, or changes the role."""
        ...

    async def membership(self, user_id: str, organisation_id: str) -> Membership | None: ...

    async def remove_membership(self, user_id: str, organisation_id: str) -> None:
        """Also out of the organisation's groups."""
        ...

    async def erase(self, user_id: str, email: str) -> int:
        """Everything that names the person, but the history; how many rows."""
        ...

    async def belongings(self, user_id: str) -> Sequence[Belonging]:
        """Active memberships in active organisations, oldest first."""
        ...

    async def organisations_of(self, user_id: str) -> Sequence[str]:
        """Ids of all that the person belongs to, active or not."""
        ...

    async def person(self, user_id: str, organisation_id: str) -> Person | None: ...

    async def people(
        self, organisation_id: str, sought: str | None, role: Role | None, cursor: str | None, limit: int
    ) -> Page[Person]:
        """By e-mail. `sought` is a part of name or address, as typed."""
        ...

    async def administrators_left(self, organisation_id: str, without: str) -> int:
        """Active people who administer the organisation, one not counted."""
        ...

    async def system_administrator_left(self, without: str, organisation_id: str) -> bool:
        """Whether anybody still runs the installation, one person in one organisation not counted."""
        ...

    async def first_administrator(self, organisation_id: str) -> User | None:
        """Its oldest active system administrator."""
        ...

    async def standing(self, subject_id: str, organisation_id: str) -> Standing | None:
        """Of an active person or service account that belongs there; None otherwise."""
        ...


class Groups(Protocol):
    """Rows of groups and departments, and who is in them."""

    async def add(self, group: Group) -> None:
        """Raises GroupExistsError."""
        ...

    async def get(self, group_id: str, organisation_id: str) -> Group | None: ...

    async def rename(self, group_id: str, name: str) -> None:
        """Raises GroupExistsError."""
        ...

    async def delete(self, group_id: str) -> None: ...

    async def listing(
        self,
        organisation_id: str,
        kind: GroupKind | None,
        cursor: str | None,
        limit: int,
        sought: str | None = None,
    ) -> Page[Group]:
        """By name. `sought` is a part of it, as typed."""
        ...

    async def known(self, group_ids: Sequence[str], organisation_id: str) -> frozenset[str]:
        """Those of the ids that are groups of the organisation."""
        ...

    async def members(self, group_id: str) -> Sequence[str]:
        """Ids of people and service accounts."""
        ...

    async def put(self, group_id: str, subject_id: str) -> bool:
        """Whether it was not in there before."""
        ...

    async def remove(self, group_id: str, subject_id: str) -> bool:
        """Whether it was in there."""
        ...


class Links(Protocol):
    """Rows of invitations and reset links, found by the keyed hash of their token."""

    async def put_invitation(self, invitation: Invitation, token_hash: bytes) -> None:
        """Replaces an earlier one to the same address."""
        ...

    async def invitation(self, token_hash: bytes) -> Invitation | None: ...

    async def invitations(self, organisation_id: str) -> Sequence[Invitation]:
        """Newest first."""
        ...

    async def delete_invitation(self, invitation_id: str, organisation_id: str) -> Invitation | None:
        """What was deleted; of two transactions that try, one gets it."""
        ...

    async def put_reset(self, reset: PasswordReset, token_hash: bytes) -> None:
        """Replaces an earlier one of the same person."""
        ...

    async def reset(self, token_hash: bytes) -> PasswordReset | None: ...

    async def delete_reset(self, user_id: str) -> bool:
        """Whether there was one; of two transactions that try, one gets True."""
        ...

    async def delete_expired(self, now: datetime) -> None: ...


class ServiceAccounts(Protocol):
    """Rows of service accounts."""

    async def add(self, account: ServiceAccount) -> None: ...

    async def get(self, account_id: str, organisation_id: str) -> ServiceAccount | None: ...

    async def update(self, account: ServiceAccount) -> None: ...

    async def delete(self, account_id: str, organisation_id: str) -> None:
        """Also out of every group."""
        ...

    async def listing(
        self, organisation_id: str, cursor: str | None, limit: int, sought: str | None = None
    ) -> Page[ServiceAccount]:
        """By name. `sought`: a part of it."""
        ...


class History(Protocol):
    """What permissions were. States are added, never changed.

    Those of people and service accounts are added by the adapters of their rows, with every change.
    """

    async def add_resource(self, state: ResourceState) -> None: ...

    async def resource(self, resource_id: str, organisation_id: str, at: datetime) -> ResourceState | None:
        """The state that held at that time."""
        ...

    async def resource_changes(self, resource_id: str, organisation_id: str) -> Sequence[ResourceState]:
        """Every state, oldest first."""
        ...

    async def subject(self, subject_id: str, organisation_id: str, at: datetime) -> SubjectState | None: ...

    async def subjects(self, organisation_id: str, at: datetime) -> Sequence[SubjectState]:
        """Everybody who had a state at that time."""
        ...


class Labels(Protocol):
    """The organisation's rules of labels: the present is the end of a history that is only added to."""

    async def rules(self, organisation_id: str, at: datetime | None = None) -> Sequence[LabelRule]:
        """As they were at that time, by label; None: now."""
        ...

    async def put(
        self, organisation_id: str, rules: Sequence[LabelRule], changed_by: str, at: datetime
    ) -> None:
        """All of them, in place of those before."""
        ...
