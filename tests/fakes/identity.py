"""What other slices need of identity and the audit log, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bastide.identity.contract import Grant, GranteeUnknownError, LabelUnknownError, Principal, Resource
from bastide.operations.contract import AuditEntry


@dataclass
class OpenSharing:
    """Knows everybody, and every label, but those in `gone`; keeps what it is told."""

    remembered: list[tuple[Resource, bool]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    async def check(self, principal: Principal, grants: Sequence[Grant]) -> None:
        for grant in grants:
            if grant.grantee in self.gone:
                raise GranteeUnknownError("Nobody here is meant by this.", grantee=grant.grantee)

    async def check_labels(self, principal: Principal, labels: Sequence[str]) -> None:
        for label in labels:
            if label in self.gone:
                raise LabelUnknownError("There is no such label.", label=label)

    async def remember(
        self, _: object, principal: Principal, resource: Resource, *, deleted: bool = False
    ) -> None:
        self.remembered.append((resource, deleted))


@dataclass
class Scribe:
    """An audit log in memory."""

    entries: list[AuditEntry] = field(default_factory=list)

    async def record(self, _: object, entry: AuditEntry) -> None:
        self.entries.append(entry)

    async def note(self, entry: AuditEntry) -> None:
        self.entries.append(entry)

    def actions(self) -> list[str]:
        return [entry.action for entry in self.entries]
