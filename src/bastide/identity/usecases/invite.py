"""Invite somebody into the organisation by a link, which is mailed or handed over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import AlreadyMemberError, GroupNotFoundError, InvitationNotFoundError
from bastide.identity.domain.invitations import INVITATION_AGE, Invitation, join_path, new_link_token
from bastide.identity.domain.people import normalise_email
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import Principal, Role
from bastide.identity.ports import IdentityStore, Unit
from bastide.identity.usecases.letters import Letters
from bastide.identity.usecases.manage_people import require_inferior
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.kit.ids import new_id
from bastide.operations.contract import done_by


@dataclass(frozen=True, slots=True)
class NewLink:
    """The only moment at which the link is known.

    Attributes:
        path: to put behind the address of this installation.
        mailed: whether it is on its way to the person; if not, hand it over.
    """

    path: str
    mailed: bool


@dataclass(frozen=True, slots=True)
class Invite:
    store: IdentityStore
    policy: Policy
    hashes: TokenHashes
    letters: Letters
    clock: Clock

    async def __call__(
        self, principal: Principal, email: str, role: Role, groups: Sequence[str] = ()
    ) -> tuple[Invitation, NewLink]:
        """A new invitation to the same address replaces the one before. `groups` are ids.

        Raises:
            EmailInvalidError, AlreadyMemberError, GroupNotFoundError.
            PermissionDeniedError: a role above the caller's own.
        """
        self.policy.require(principal, Action.PEOPLE_MANAGE)
        require_inferior(principal, role)
        now, token = self.clock.now(), new_link_token()
        invitation = Invitation(
            new_id("inv"),
            principal.organisation_id,
            normalise_email(email),
            role,
            tuple(groups),
            principal.subject_id,
            now,
            now + INVITATION_AGE,
        )
        async with self.store.transaction() as unit:
            await _check(unit, invitation)
            organisation = await unit.organisations.get(principal.organisation_id)
            await unit.links.put_invitation(invitation, self.hashes.link(token))
            await unit.record(
                replace(
                    done_by(
                        principal, "invitation.created", invitation.id, role=role.value, groups=tuple(groups)
                    ),
                    personal={"email": invitation.email},
                )
            )
        name = organisation.name if organisation else "Bastide"
        mailed = await self.letters.invitation(invitation.email, name, join_path(token))
        return invitation, NewLink(join_path(token), mailed)

    async def listing(self, principal: Principal) -> Sequence[Invitation]:
        """Open ones, newest first."""
        self.policy.require(principal, Action.PEOPLE_MANAGE)
        async with self.store.reading() as unit:
            return await unit.links.invitations(principal.organisation_id)

    async def withdraw(self, principal: Principal, invitation_id: str) -> None:
        """Raises InvitationNotFoundError."""
        self.policy.require(principal, Action.PEOPLE_MANAGE)
        async with self.store.transaction() as unit:
            gone = await unit.links.delete_invitation(invitation_id, principal.organisation_id)
            if gone is None:
                raise InvitationNotFoundError("There is no such invitation.", invitation_id=invitation_id)
            entry = done_by(principal, "invitation.withdrawn", gone.id)
            await unit.record(replace(entry, personal={"email": gone.email}))


async def _check(unit: Unit, invitation: Invitation) -> None:
    known = await unit.groups.known(invitation.groups, invitation.organisation_id)
    if unknown := set(invitation.groups) - known:
        raise GroupNotFoundError("There is no such group.", group_id=min(unknown))
    user = await unit.people.user_by_email(invitation.email)
    if user and await unit.people.membership(user.id, invitation.organisation_id):
        raise AlreadyMemberError("This person belongs to the organisation already.", user_id=user.id)
