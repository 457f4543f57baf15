"""What the API shows of people and organisations."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from bastide.identity.domain.groups import Group
from bastide.identity.domain.invitations import Invitation
from bastide.identity.domain.people import Organisation, Person
from bastide.identity.domain.principal import Role
from bastide.identity.domain.service_accounts import ServiceAccount
from bastide.identity.domain.sessions import Session
from bastide.identity.usecases.invite import NewLink
from bastide.identity.usecases.profile import Profile

STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)


class OrganisationView(BaseModel):
    """`second_factor_required_at`: since when it is required; the days of grace count from there."""

    id: str
    name: str
    active: bool
    require_second_factor: bool
    second_factor_grace_days: int
    second_factor_required_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, organisation: Organisation) -> "OrganisationView":
        return cls(
            id=organisation.id,
            name=organisation.name,
            active=organisation.active,
            require_second_factor=organisation.require_second_factor,
            second_factor_grace_days=organisation.second_factor_grace_days,
            second_factor_required_at=organisation.second_factor_required_at,
            created_at=organisation.created_at,
        )


class OrganisationPage(BaseModel):
    items: list[OrganisationView]
    next_cursor: str | None
    total: int | None


class OwnOrganisationView(BaseModel):
    id: str
    name: str
    role: Role


class MeView(BaseModel):
    """`actions`: what the caller may do without a grant, by the words of the permission table.
    `second_factor_by`: when this session stops being enough; until then a second factor has to be set up.
    """

    id: str
    email: str | None
    name: str
    role: Role
    organisation: OwnOrganisationView
    organisations: list[OwnOrganisationView]
    actions: list[str]
    locale: str
    must_change_password: bool
    pending: str | None
    second_factor_by: datetime | None

    @classmethod
    def of(cls, profile: Profile) -> "MeView":
        user, here, role = profile.user, profile.organisation, profile.principal.role
        return cls(
            id=profile.principal.subject_id,
            email=user and user.email,
            name=user.name if user else "Bastide",
            role=role,
            organisation=OwnOrganisationView(id=here.id, name=here.name, role=role),
            organisations=[
                OwnOrganisationView(id=one.organisation.id, name=one.organisation.name, role=one.role)
                for one in profile.belongings
            ],
            actions=list(profile.actions),
            locale=user.locale if user else "en",
            must_change_password=bool(user and user.must_change_password),
            pending=profile.principal.pending,
            second_factor_by=profile.second_factor_by,
        )


class PersonView(BaseModel):
    """`groups` and `departments` are ids."""

    id: str
    email: str
    name: str
    role: Role
    active: bool
    groups: list[str]
    departments: list[str]
    created_at: datetime
    last_seen_at: datetime | None

    @classmethod
    def of(cls, person: Person) -> "PersonView":
        return cls(
            id=person.user.id,
            email=person.user.email,
            name=person.user.name,
            role=person.role,
            active=person.active and person.user.active,
            groups=list(person.groups),
            departments=list(person.departments),
            created_at=person.user.created_at,
            last_seen_at=person.last_seen_at,
        )


class PersonPage(BaseModel):
    items: list[PersonView]
    next_cursor: str | None
    total: int | None


class GroupView(BaseModel):
    id: str
    kind: str
    name: str
    members_count: int
    created_at: datetime

    @classmethod
    def of(cls, group: Group) -> "GroupView":
        return cls(
            id=group.id,
            kind=group.kind.value,
            name=group.name,
            members_count=group.members_count,
            created_at=group.created_at,
        )


class GroupPage(BaseModel):
    items: list[GroupView]
    next_cursor: str | None
    total: int | None


class LinkView(BaseModel):
    """`path` goes behind this installation's address; it is shown once."""

    path: str
    mailed: bool

    @classmethod
    def of(cls, link: NewLink) -> "LinkView":
        return cls(path=link.path, mailed=link.mailed)


class InvitationView(BaseModel):
    id: str
    email: str
    role: Role
    groups: list[str]
    invited_by: str
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> "InvitationView":
        return cls(
            id=invitation.id,
            email=invitation.email,
            role=invitation.role,
            groups=list(invitation.groups),
            invited_by=invitation.invited_by,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
        )


class NewInvitationView(InvitationView):
    link: LinkView


class InvitationPage(BaseModel):
    items: list[InvitationView]
    next_cursor: str | None = None
    total: int


class SessionView(BaseModel):
    """`kind`: `browser`, or `client` for one with tokens."""

    id: str
    kind: str
    organisation_id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    user_agent: str
    current: bool

    @classmethod
    def of(cls, session: Session, current: str | None) -> "SessionView":
        return cls(
            id=session.id,
            kind=session.kind.value,
            organisation_id=session.organisation_id,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            expires_at=session.expires_at,
            address=session.address,
            user_agent=session.user_agent,
            current=session.id == current,
        )


class SessionPage(BaseModel):
    items: list[SessionView]
    next_cursor: str | None = None
    total: int


class EndedView(BaseModel):
    """How many there were."""

    ended: int


class ServiceAccountView(BaseModel):
    id: str
    name: str
    role: Role
    active: bool
    created_at: datetime

    @classmethod
    def of(cls, account: ServiceAccount) -> "ServiceAccountView":
        return cls(
            id=account.id,
            name=account.name,
            role=account.role,
            active=account.active,
            created_at=account.created_at,
        )


class ServiceAccountPage(BaseModel):
    items: list[ServiceAccountView]
    next_cursor: str | None
    total: int | None
