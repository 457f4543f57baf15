"""The grants of the documents service, as identity knows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from bastide.identity.contract import Resource
from bastide.kit.clock import Clock
from bastide.platform.database.port import Connection
from bastide.platform.outbox.port import Outbox

_GRANTS = "bastide.knowledge.adapters.sql_grants"


@dataclass(frozen=True, slots=True)
class LateGrants:
    """Satisfies identity's port `Grants`, in a process without that service too: there it is loaded when the
    first person is taken out.
    """

    outbox: Outbox
    clock: Clock

    async def withdraw(
        self, connection: Connection, organisation_id: str, grantee: str
    ) -> Sequence[Resource]:
        grants = import_module(_GRANTS).SqlGrants(self.outbox, self.clock)
        return await grants.withdraw(connection, organisation_id, grantee)
