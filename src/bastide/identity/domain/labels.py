"""Labels of collections and documents, and what the organisation's rules make of them.

A rule speaks of one label and holds for everybody, owners and administrators too: whoever does not meet it
does not know of what carries the label. Once per request it is decided which labels bar the caller;
policy, SQL and index only look whether one of these is on a thing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bastide.identity.domain.principal import CredentialKind, Principal
from bastide.identity.domain.resources import Resource

CONFIDENTIAL = "confidential"
"""What carries it is read under audit, encrypted wherever its text lies, and goes to no model in a cloud."""

LABEL = re.compile(r"confidential|department:[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class LabelRule:
    """Who may read what carries a label.

    Attributes:
        only_for: tokens as grants name them; somebody needs one of these. Empty: no such condition.
        people_only: no service account, and no API key of a person either.
        second_factor: only in a session that was opened with one.
    """

    label: str
    only_for: tuple[str, ...] = ()
    people_only: bool = False
    second_factor: bool = False

    @property
    def empty(self) -> bool:
        """It bars nobody."""
        return not (self.only_for or self.people_only or self.second_factor)

    def bars(self, principal: Principal) -> bool:
        """Whether the principal may not know of what carries the label.

        The command line on the machine itself counts as a person with a second factor: who has the home has
        the keys. `only_for` holds for it as well.
        """
        local = principal.credential is CredentialKind.LOCAL
        person = local or principal.credential in {CredentialKind.SESSION, CredentialKind.TOKEN}
        return (
            bool(self.only_for and principal.tokens.isdisjoint(self.only_for))
            or (self.people_only and not (person and principal.subject_id.startswith("usr_")))
            or (self.second_factor and not (local or principal.strong))
        )


def barred_labels(rules: Iterable[LabelRule], principal: Principal) -> frozenset[str]:
    """Those that the principal may not read; Bastide itself at work is barred from nothing."""
    if principal.credential is CredentialKind.SYSTEM:
        return frozenset()
    return frozenset(rule.label for rule in rules if rule.bars(principal))


def labels_of(resource: Resource) -> frozenset[str]:
    """Its own and its collection's."""
    inherited = frozenset[str]() if resource.parent is None else labels_of(resource.parent)
    return inherited | frozenset(resource.labels)
