"""Why somebody can or cannot read something, who can, and how it was at any time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import ResourceHiddenError
from bastide.identity.domain.explanation import Ground, Step, explain
from bastide.identity.domain.history import ResourceState, SubjectState
from bastide.identity.domain.labels import LabelRule
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import Principal, Role
from bastide.identity.domain.resources import Access, Resource
from bastide.identity.ports import IdentityStore, Unit
from bastide.kit.clock import Clock


@dataclass(frozen=True, slots=True)
class Explanation:
    """`access` is what the chain of `steps` comes to; None: not even to know of it.

    Attributes:
        role: of the subject at that time; None when it could not act.
        names: what the subject and the grantees of the steps are called today, by their tokens; who is not
            here any more has none.
    """

    subject_id: str
    resource_id: str
    at: datetime
    access: Access | None
    role: Role | None
    steps: tuple[Step, ...]
    names: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def tokens(self) -> frozenset[str]:
        """Whom it speaks of."""
        return frozenset({f"user:{self.subject_id}", *(step.grantee for step in self.steps if step.grantee)})


@dataclass(frozen=True, slots=True)
class ExplainAccess:
    """Answers from the history, of which the present is the end: nothing here decides anew."""

    store: IdentityStore
    policy: Policy
    clock: Clock

    async def why(
        self, principal: Principal, resource_id: str, subject_id: str, at: datetime | None = None
    ) -> Explanation:
        """Raises ResourceHiddenError, PermissionDeniedError: see `_require`."""
        async with self.store.reading() as unit:
            await self._require(unit, principal, resource_id, oneself=subject_id == principal.subject_id)
            moment = at or self.clock.now()
            resource = await _resource_at(unit, principal.organisation_id, resource_id, moment)
            subject = await unit.history.subject(subject_id, principal.organisation_id, moment)
            rules = await unit.labels.rules(principal.organisation_id, moment)
            explained = _explained(subject_id, subject, resource_id, resource, moment, rules)
            return (await _named(unit, principal, [explained]))[0]

    async def readers(
        self, principal: Principal, resource_id: str, at: datetime | None = None
    ) -> Sequence[Explanation]:
        """Everybody who could read it at that time, each with the chain."""
        async with self.store.reading() as unit:
            await self._require(unit, principal, resource_id, oneself=False)
            moment = at or self.clock.now()
            resource = await _resource_at(unit, principal.organisation_id, resource_id, moment)
            subjects = await unit.history.subjects(principal.organisation_id, moment)
            rules = await unit.labels.rules(principal.organisation_id, moment)
            every = [
                _explained(one.subject_id, one, resource_id, resource, moment, rules) for one in subjects
            ]
            return await _named(unit, principal, [one for one in every if one.access is not None])

    async def changes(self, principal: Principal, resource_id: str) -> Sequence[ResourceState]:
        """Every state that the resource's permissions were in, oldest first."""
        async with self.store.reading() as unit:
            await self._require(unit, principal, resource_id, oneself=False)
            return await unit.history.resource_changes(resource_id, principal.organisation_id)

    async def _require(self, unit: Unit, principal: Principal, resource_id: str, *, oneself: bool) -> None:
        """Administrators; who manages the resource; and who can read it, about themselves.

        Of what never was (a name in place of an id, say) nobody is told that nobody can read it.
        """
        now = self.clock.now()
        if await unit.history.resource(resource_id, principal.organisation_id, now) is None:
            raise _hidden()
        if self.policy.allows(principal, Action.ACCESS_EXPLAIN) and principal.allowed_collections is None:
            return
        resource = await _resource_at(unit, principal.organisation_id, resource_id, now)
        if resource is None:
            raise _hidden()
        reading = Action.DOCUMENT_READ if resource.parent else Action.COLLECTION_READ
        self.policy.require(principal, reading if oneself else Action.ACCESS_EXPLAIN, resource)


def _hidden() -> ResourceHiddenError:
    """In the policy's words: what never was, what is gone and what is hidden answer alike."""
    return ResourceHiddenError("There is no such thing, or you may not see it.")


async def _resource_at(unit: Unit, organisation_id: str, resource_id: str, at: datetime) -> Resource | None:
    state = await unit.history.resource(resource_id, organisation_id, at)
    if state is None or state.deleted:
        return None
    if state.parent_id is None:
        return state.resource(None)
    parent = await unit.history.resource(state.parent_id, organisation_id, at)
    return None if parent is None or parent.deleted else state.resource(parent)


async def _named(unit: Unit, principal: Principal, explained: Sequence[Explanation]) -> Sequence[Explanation]:
    every = frozenset[str]().union(*(one.tokens for one in explained))
    names = await unit.names(principal.organisation_id, every)
    return [
        replace(one, names={token: names[token] for token in sorted(one.tokens & names.keys())})
        for one in explained
    ]


def _explained(
    subject_id: str,
    subject: SubjectState | None,
    resource_id: str,
    resource: Resource | None,
    at: datetime,
    rules: Sequence[LabelRule],
) -> Explanation:
    principal = None if subject is None else subject.principal()
    if resource is None:
        steps = (Step("", resource_id, Ground.NOT_THERE, None),)
    elif principal is None:
        steps = (Step(resource.kind, resource_id, Ground.CANNOT_ACT, None),)
    else:
        steps = explain(principal, resource, rules)
    role = None if principal is None else principal.role
    return Explanation(subject_id, resource_id, at, steps[-1].access, role, steps)
