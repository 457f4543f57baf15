"""What a change of grants or labels adds. Only that is checked: what names nobody any more, a group that was
deleted since, must not keep people from changing the rest.
"""

from collections.abc import Sequence

from bastide.identity.contract import Grant


def added_grants(before: Sequence[Grant], after: Sequence[Grant]) -> tuple[Grant, ...]:
    """Those for grantees that had none."""
    known = {grant.grantee for grant in before}
    return tuple(grant for grant in after if grant.grantee not in known)


def added_labels(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Those that were not there."""
    return tuple(label for label in after if label not in before)
