"""The part of sharing that identity does: who may be named in a grant, and remembering what was granted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import GranteeUnknownError, LabelUnknownError
from bastide.identity.domain.history import ResourceState
from bastide.identity.domain.labels import CONFIDENTIAL
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import Principal
from bastide.identity.domain.resources import Grant, Resource
from bastide.identity.ports import IdentityStore, Unit
from bastide.kit.clock import Clock
from bastide.kit.json import Json
from bastide.operations.contract import done_by
from bastide.platform.database.port import Connection


@dataclass(frozen=True, slots=True)
class Grantee:
    """Somebody whom a grant can name. `kind`: user, service, group, department or organisation."""

    token: str
    kind: str
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """Implements `contract.Sharing`."""

    store: IdentityStore
    policy: Policy
    clock: Clock

    async def check(self, principal: Principal, grants: Sequence[Grant]) -> None:
        """Every grantee is of the caller's organisation. Raises GranteeUnknownError."""
        async with self.store.reading() as unit:
            for grant in grants:
                if not await _exists(unit, principal.organisation_id, grant.grantee):
                    raise GranteeUnknownError("Nobody here is meant by this.", grantee=grant.grantee)

    async def check_labels(self, principal: Principal, labels: Sequence[str]) -> None:
        """`confidential`, or a department of the organisation. Raises LabelUnknownError."""
        async with self.store.reading() as unit:
            for label in labels:
                known = label == CONFIDENTIAL or (
                    label.startswith("department:") and await _exists(unit, principal.organisation_id, label)
                )
                if not known:
                    raise LabelUnknownError("There is no such label.", label=label)

    async def remember(
        self, connection: Connection, principal: Principal, resource: Resource, *, deleted: bool = False
    ) -> None:
        """See the contract."""
        await remember(self.store.within(connection), principal, resource, self.clock.now(), deleted=deleted)

    async def grantees(self, principal: Principal, sought: str | None, limit: int) -> Sequence[Grantee]:
        """For a sharing dialog: the organisation, then groups, people and programs by name."""
        self.policy.require(principal, Action.PEOPLE_READ)
        organisation_id = principal.organisation_id
        async with self.store.reading() as unit:
            here = await unit.organisations.get(organisation_id)
            groups = await unit.groups.listing(organisation_id, None, None, limit, sought)
            people = await unit.people.people(organisation_id, sought, None, None, limit)
            programs = await unit.services.listing(organisation_id, None, limit, sought)
        found = [
            Grantee(f"organisation:{organisation_id}", "organisation", here.name if here else ""),
            *(Grantee(f"{one.kind}:{one.id}", one.kind.value, one.name) for one in groups.items),
            *(
                Grantee(f"user:{person.user.id}", "user", person.user.name, person.user.email)
                for person in people.items
                if person.active
            ),
            *(Grantee(f"user:{one.id}", "service", one.name) for one in programs.items if one.active),
        ]
        return found[:limit]

    async def named(self, principal: Principal, tokens: Sequence[str]) -> Sequence[Grantee]:
        """Those of these grantees who are still here, to show what was granted."""
        self.policy.require(principal, Action.PEOPLE_READ)
        async with self.store.reading() as unit:
            names = await unit.names(principal.organisation_id, tokens)
        return [Grantee(token, _kind(token), name) for token, name in names.items()]


async def remember(
    unit: Unit, principal: Principal, resource: Resource, now: datetime, *, deleted: bool = False
) -> None:
    """Into the history; a change of grants or labels into the audit log."""
    before = await unit.history.resource(resource.id, resource.organisation_id, now)
    after = ResourceState.of(resource, principal.subject_id, now, deleted=deleted)
    if before is not None and before.what == after.what:
        return
    await unit.history.add_resource(after)
    old = () if before is None else before.grants
    if not deleted and set(old) != set(after.grants):
        await unit.record(
            done_by(
                principal,
                "access.changed",
                resource.id,
                kind=resource.kind,
                before=_written(old),
                after=_written(after.grants),
            )
        )
    labelled = () if before is None else before.labels
    if not deleted and labelled != after.labels:
        changed = done_by(
            principal,
            "labels.changed",
            resource.id,
            kind=resource.kind,
            before=labelled,
            after=after.labels,
        )
        await unit.record(changed)


def _kind(token: str) -> str:
    """A program is granted things as a person is."""
    return "service" if token.startswith("user:svc_") else token.partition(":")[0]


async def _exists(unit: Unit, organisation_id: str, grantee: str) -> bool:
    kind, _, one = grantee.partition(":")
    match kind:
        case "organisation":
            return one == organisation_id
        case "group" | "department":
            group = await unit.groups.get(one, organisation_id)
            return group is not None and group.kind.value == kind
        case "user":
            return (
                await unit.people.membership(one, organisation_id) is not None
                or await unit.services.get(one, organisation_id) is not None
            )
        case _:
            return False


def _written(grants: Sequence[Grant]) -> dict[str, Json]:
    return {grant.grantee: grant.access.value for grant in grants}
