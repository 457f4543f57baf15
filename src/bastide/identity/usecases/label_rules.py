"""The organisation's rules of labels: change them, and apply them to whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import LabelUnknownError
from bastide.identity.domain.groups import GroupKind
from bastide.identity.domain.labels import CONFIDENTIAL, LabelRule, barred_labels
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import Principal
from bastide.identity.domain.resources import Access, Grant
from bastide.identity.ports import IdentityStore, Unit
from bastide.identity.usecases.credential_cache import CredentialCache
from bastide.identity.usecases.revocations import Revocations
from bastide.identity.usecases.share import Share
from bastide.kit.clock import Clock
from bastide.kit.json import JsonObject
from bastide.operations.contract import done_by

_TTL = timedelta(seconds=30)
_MOST_DEPARTMENTS = 500


@dataclass(frozen=True, slots=True)
class Label:
    """One that collections and documents may carry. `name`: of the department; "" for the others."""

    label: str
    name: str
    rule: LabelRule


class ApplyLabelRules:
    """Says which labels a principal is barred from, from memory.

    What is remembered ends with every revocation of which this process hears, as the principals do.
    """

    def __init__(self, store: IdentityStore, credentials: CredentialCache, clock: Clock) -> None:
        self._store = store
        self._credentials = credentials
        self._clock = clock
        self._known: dict[str, tuple[Sequence[LabelRule], int, datetime]] = {}

    async def __call__(self, principal: Principal) -> Principal:
        rules = await self._rules(principal.organisation_id)
        barred = barred_labels(rules, principal) if rules else frozenset[str]()
        return principal if barred == principal.barred_labels else replace(principal, barred_labels=barred)

    async def _rules(self, organisation_id: str) -> Sequence[LabelRule]:
        generation, now = self._credentials.generation, self._clock.now()
        known = self._known.get(organisation_id)
        if known is not None and known[1] == generation and now < known[2]:
            return known[0]
        async with self._store.reading() as unit:
            rules = await unit.labels.rules(organisation_id)
        if not self._credentials.suspended:
            self._known[organisation_id] = (rules, generation, now + _TTL)
        return rules


@dataclass(frozen=True, slots=True)
class ManageLabels:
    store: IdentityStore
    policy: Policy
    share: Share
    revocations: Revocations
    clock: Clock

    async def listing(self, principal: Principal) -> Sequence[Label]:
        """`confidential`, then one for each department, each with its rule."""
        self.policy.require(principal, Action.PEOPLE_READ)
        organisation_id = principal.organisation_id
        async with self.store.reading() as unit:
            rules = {rule.label: rule for rule in await unit.labels.rules(organisation_id)}
            departments = await unit.groups.listing(
                organisation_id, GroupKind.DEPARTMENT, None, _MOST_DEPARTMENTS
            )
        names = {CONFIDENTIAL: "", **{f"department:{one.id}": one.name for one in departments.items}}
        return [Label(label, name, rules.get(label, LabelRule(label))) for label, name in names.items()]

    async def put(self, principal: Principal, rule: LabelRule) -> LabelRule:
        """An empty rule takes away the one there is. Holds at once, in every process. Only what is added has
        to be there: a group that was deleted since must not keep the rule from being changed.

        Raises:
            LabelUnknownError, GranteeUnknownError, PermissionDeniedError.
        """
        self.policy.require(principal, Action.ORGANISATION_MANAGE)
        async with self.store.reading() as unit:
            rules = await unit.labels.rules(principal.organisation_id)
        before = next((one for one in rules if one.label == rule.label), LabelRule(rule.label))
        if before.empty:
            await self.share.check_labels(principal, [rule.label])
        added = [token for token in rule.only_for if token not in before.only_for]
        await self.share.check(principal, [Grant(token, Access.READ) for token in added])
        async with self.store.transaction() as unit:
            await self._change(unit, principal, rule)
        await self.revocations.organisation(principal.organisation_id)
        return rule

    async def _change(self, unit: Unit, principal: Principal, rule: LabelRule) -> None:
        organisation_id = principal.organisation_id
        if await unit.organisations.get(organisation_id, lock=True) is None:
            raise LabelUnknownError("There is no such organisation.", label=rule.label)
        rules = {one.label: one for one in await unit.labels.rules(organisation_id)}
        before = rules.pop(rule.label, LabelRule(rule.label))
        if before == rule:
            return
        if not rule.empty:
            rules[rule.label] = rule
        await unit.labels.put(organisation_id, list(rules.values()), principal.subject_id, self.clock.now())
        changed = {"before": _written(before), "after": _written(rule)}
        await unit.record(done_by(principal, "label_rule.changed", rule.label, **changed))


def _written(rule: LabelRule) -> JsonObject:
    return {
        "only_for": list(rule.only_for),
        "people_only": rule.people_only,
        "second_factor": rule.second_factor,
    }
