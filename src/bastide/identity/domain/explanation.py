"""Why somebody may or may not do something with a resource: the same decision, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bastide.identity.domain.labels import LabelRule
from bastide.identity.domain.permissions import access_of
from bastide.identity.domain.principal import Principal
from bastide.identity.domain.resources import Access, Resource


class Ground(StrEnum):
    """What a step rests on."""

    ADMINISTRATOR = "administrator"
    OWNER = "owner"
    GRANT = "grant"
    FOLLOWS_COLLECTION = "follows_collection"
    NOT_ON_LIST = "not_on_list"
    NOTHING_GRANTED = "nothing_granted"
    OTHER_ORGANISATION = "other_organisation"
    CANNOT_ACT = "cannot_act"
    NOT_THERE = "not_there"
    LABEL_RULE = "label_rule"  # met
    LABEL_SECOND_FACTOR = "label_second_factor"  # met, in a session with a second factor
    LABEL_BARRED = "label_barred"


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain, from the collection down to the document.

    Attributes:
        access: what this step gives; None ends the chain: no access.
        grantee: the token of the grant that it rests on.
        label: whose rule the step is about.
    """

    kind: str
    resource_id: str
    ground: Ground
    access: Access | None
    grantee: str | None = None
    label: str | None = None


def explain(principal: Principal, resource: Resource, rules: Sequence[LabelRule] = ()) -> tuple[Step, ...]:
    """The chain; the access of its last step is that of `access_of` for a caller without a narrowed key, whom
    these rules bar.
    """
    steps: tuple[Step, ...] = ()
    if resource.parent is not None:
        steps = explain(principal, resource.parent, rules)
        if steps[-1].access is None:
            return steps
    unbarred = replace(principal, barred_labels=frozenset())
    steps = (*steps, _step(unbarred, resource, steps[-1].access if steps else None))
    for rule in rules:
        if rule.label in resource.labels and steps[-1].access is not None:
            steps = (*steps, _rule_step(unbarred, resource, rule, steps[-1].access))
    return steps


def _rule_step(principal: Principal, resource: Resource, rule: LabelRule, held: Access) -> Step:
    barred = rule.bars(principal)
    met = Ground.LABEL_SECOND_FACTOR if rule.second_factor else Ground.LABEL_RULE
    return Step(
        resource.kind,
        resource.id,
        Ground.LABEL_BARRED if barred else met,
        None if barred else held,
        label=rule.label,
    )


def _step(principal: Principal, resource: Resource, inherited: Access | None) -> Step:
    def step(ground: Ground, access: Access | None, grantee: str | None = None) -> Step:
        return Step(resource.kind, resource.id, ground, access, grantee)

    access = access_of(principal, resource)
    if resource.organisation_id != principal.organisation_id:
        return step(Ground.OTHER_ORGANISATION, None)
    if resource.owner_id == principal.subject_id:
        return step(Ground.OWNER, access)
    if principal.role.administers:
        return step(Ground.ADMINISTRATOR, access)
    if resource.parent is not None and not resource.grants:
        return step(Ground.FOLLOWS_COLLECTION, inherited)
    for grant in resource.grants:
        if grant.grantee in principal.tokens and grant.access is access:
            return step(Ground.GRANT, access, grant.grantee)
    return step(Ground.NOT_ON_LIST if resource.parent else Ground.NOTHING_GRANTED, None)
