"""What a change of grants or labels adds, and what is left of grants.

Only what is added is checked: what names nobody any more, a group that was deleted since, must not keep
people from changing the rest.
"""

from collections.abc import Sequence

from bastide.identity.contract import Access, Grant, Resource


def added_grants(before: Sequence[Grant], after: Sequence[Grant]) -> tuple[Grant, ...]:
    """Those for grantees that had none."""
    known = {grant.grantee for grant in before}
    return tuple(grant for grant in after if grant.grantee not in known)


def grants_without(resource: Resource, grantee: str) -> tuple[Grant, ...]:
    """A document that was for nobody else is for its owner alone: without a list it would follow its
    collection, and be open to more people than before.
    """
    left = tuple(grant for grant in resource.grants if grant.grantee != grantee)
    if left or resource.parent is None:
        return left
    return (Grant(f"user:{resource.owner_id}", Access.MANAGE),)


def added_labels(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Those that were not there."""
    return tuple(label for label in after if label not in before)
