"""Groups and departments, and who is in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import GroupNotFoundError, PersonNotFoundError
from bastide.identity.domain.groups import Group, GroupKind
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import Principal
from bastide.identity.ports import IdentityStore, Unit
from bastide.identity.usecases.revocations import Revocations
from bastide.kit.clock import Clock
from bastide.kit.ids import new_id
from bastide.kit.pages import Page
from bastide.operations.contract import done_by


@dataclass(frozen=True, slots=True)
class ManageGroups:
    store: IdentityStore
    policy: Policy
    revocations: Revocations
    clock: Clock

    async def listing(
        self, principal: Principal, kind: GroupKind | None, cursor: str | None, limit: int
    ) -> Page[Group]:
        """By name."""
        self.policy.require(principal, Action.PEOPLE_READ)
        async with self.store.reading() as unit:
            return await unit.groups.listing(principal.organisation_id, kind, cursor, limit)

    async def members(self, principal: Principal, group_id: str) -> Sequence[str]:
        """Ids of people and service accounts. Raises GroupNotFoundError."""
        self.policy.require(principal, Action.PEOPLE_READ)
        async with self.store.reading() as unit:
            await _group_in(unit, principal, group_id)
            return await unit.groups.members(group_id)

    async def create(self, principal: Principal, kind: GroupKind, name: str) -> Group:
        """Raises GroupExistsError."""
        self.policy.require(principal, Action.PEOPLE_MANAGE)
        prefix = "grp" if kind is GroupKind.GROUP else "dep"
        made = Group(new_id(prefix), principal.organisation_id, kind, name.strip(), self.clock.now())
        async with self.store.transaction() as unit:
            await unit.groups.add(made)
            await unit.record(done_by(principal, "group.created", made.id, kind=kind.value, name=made.name))
        return made

    async def rename(self, principal: Principal, group_id: str, name: str) -> Group:
        """Raises GroupNotFoundError, GroupExistsError."""
        self.policy.require(principal, Action.PEOPLE_MANAGE)
        async with self.store.transaction() as unit:
            group = await _group_in(unit, principal, group_id)
            await unit.groups.rename(group_id, name.strip())
            await unit.record(
                done_by(principal, "group.renamed", group_id, before=group.name, after=name.strip())
            )
        return replace(group, name=name.strip())

    async def delete(self, principal: Principal, group_id: str) -> None:
        """What was granted to it is granted to nobody any more. Raises GroupNotFoundError."""
        self.policy.require(principal, Action.PEOPLE_MANAGE)
        async with self.store.transaction() as unit:
            group = await _group_in(unit, principal, group_id)
            members = await unit.groups.members(group_id)
            await unit.groups.delete(group_id)
            await unit.record(done_by(principal, "group.deleted", group_id, name=group.name))
        await self.revocations.subject(*members)

    async def add_member(self, principal: Principal, group_id: str, subject_id: str) -> None:
        """No error if there already. Raises GroupNotFoundError, PersonNotFoundError."""
        self.policy.require(principal, Action.PEOPLE_MANAGE)
        async with self.store.transaction() as unit:
            await _group_in(unit, principal, group_id)
            await _require_subject(unit, principal, subject_id)
            if not await unit.groups.put(group_id, subject_id):
                return
            await unit.record(done_by(principal, "group.member_added", group_id, subject_id=subject_id))
        await self.revocations.subject(subject_id)

    async def remove_member(self, principal: Principal, group_id: str, subject_id: str) -> None:
        """No error if not in there. Raises GroupNotFoundError."""
        self.policy.require(principal, Action.PEOPLE_MANAGE)
        async with self.store.transaction() as unit:
            await _group_in(unit, principal, group_id)
            if not await unit.groups.remove(group_id, subject_id):
                return
            await unit.record(done_by(principal, "group.member_removed", group_id, subject_id=subject_id))
        await self.revocations.subject(subject_id)


async def _group_in(unit: Unit, principal: Principal, group_id: str) -> Group:
    group = await unit.groups.get(group_id, principal.organisation_id)
    if group is None:
        raise GroupNotFoundError("There is no such group.", group_id=group_id)
    return group


async def _require_subject(unit: Unit, principal: Principal, subject_id: str) -> None:
    organisation_id = principal.organisation_id
    if (
        await unit.people.membership(subject_id, organisation_id) is None
        and await unit.services.get(subject_id, organisation_id) is None
    ):
        raise PersonNotFoundError("There is no such person in this organisation.", user_id=subject_id)
