"""What the identity slice needs from outside, besides the key port and the cache of the platform."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bastide.identity.domain.api_keys import ApiKey
from bastide.identity.domain.factors import Factors, Totp
from bastide.identity.domain.groups import Group, GroupKind
from bastide.identity.domain.history import ResourceState, SubjectState
from bastide.identity.domain.invitations import Invitation, PasswordReset
from bastide.identity.domain.labels import LabelRule
from bastide.identity.domain.people import Belonging, Membership, Organisation, Person, Standing, User
from bastide.identity.domain.principal import Role
from bastide.identity.domain.service_accounts import ServiceAccount
from bastide.identity.domain.sessions import Session
from bastide.kit.pages import Page
from bastide.operations.contract import AuditEntry
from bastide.platform.database.port import Connection


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

    async def first_administrator(self, organisation_id: str) -> User | None:
        """Its oldest active system administrator."""
        ...

    async def standing(self, subject_id: str, organisation_id: str) -> Standing | None:
        """Of an active person or service account that belongs there; None otherwise."""
        ...


class Sessions(Protocol):
    """Rows of sessions, found by the keyed hash of their token."""

    async def add(self, session: Session, token_hash: bytes) -> None: ...

    async def by_token(self, token_hash: bytes) -> Session | None: ...

    async def of_user(self, user_id: str) -> Sequence[Session]:
        """Newest first, with those that have expired."""
        ...

    async def strengthen(self, session_id: str) -> None:
        """A second factor was proved in it."""
        ...

    async def touch(self, seen: Mapping[str, datetime]) -> None:
        """Set `last_seen_at` by session id."""
        ...

    async def delete(self, session_ids: Sequence[str]) -> None: ...

    async def delete_of(self, user_id: str, organisation_id: str | None = None) -> None:
        """Every session of a person, in one organisation or in all."""
        ...

    async def delete_expired(self, now: datetime) -> int: ...


class Keys(Protocol):
    """Rows of API keys."""

    async def add(self, key: ApiKey, secret_hash: bytes) -> None: ...

    async def get(self, key_id: str) -> ApiKey | None: ...

    async def with_hash(self, key_id: str) -> tuple[ApiKey, bytes] | None: ...

    async def listing(
        self, organisation_id: str, subject_id: str | None, after: str | None, limit: int
    ) -> tuple[Sequence[ApiKey], int]:
        """Newest first, without revoked ones, of one subject or of all; and how many there are in all."""
        ...

    async def revoke(self, key_ids: Sequence[str], at: datetime) -> None: ...

    async def revoke_of(self, subject_id: str, organisation_id: str, at: datetime) -> None:
        """Every key of a person or service account in an organisation."""
        ...

    async def expire(self, key_id: str, at: datetime) -> None: ...

    async def touch(self, used: Mapping[str, datetime]) -> None:
        """Set `last_used_at` by key id."""
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

    async def listing(self, organisation_id: str, cursor: str | None, limit: int) -> Page[ServiceAccount]:
        """By name."""
        ...


class SecondFactors(Protocol):
    """Rows of one-time password generators and recovery codes."""

    async def of(self, user_id: str) -> Factors: ...

    async def totp(self, user_id: str) -> Totp | None: ...

    async def put_totp(self, totp: Totp) -> None:
        """Replaces the one there is."""
        ...

    async def use_step(self, user_id: str, step: int) -> bool:
        """Remember the step; False when it, or a later one, was used already."""
        ...

    async def put_recovery_codes(self, user_id: str, hashes: Sequence[bytes]) -> None:
        """Replaces those there are."""
        ...

    async def use_recovery_code(self, user_id: str, code_hash: bytes) -> bool:
        """Whether there was such a code; it is gone now."""
        ...

    async def remove(self, user_id: str) -> None:
        """All of it."""
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


class Unit(Protocol):
    """One transaction's view of all rows of this slice."""

    async def record(self, entry: AuditEntry) -> None:
        """Into the audit log, in this transaction."""
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
    def history(self) -> History: ...

    @property
    def labels(self) -> Labels: ...

    @property
    def people(self) -> People: ...

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


class PasswordHasher(Protocol):
    """argon2id, off the event loop; a few at a time, since each takes tens of MiB."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Takes as long when there is no hash (unknown account) as when there is one."""
        ...
