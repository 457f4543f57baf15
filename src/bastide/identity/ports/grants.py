"""What slices with resources of their own have granted to the people here."""

from collections.abc import Sequence
from typing import Protocol

from bastide.identity.domain.resources import Resource
from bastide.platform.database.port import Connection


class Grants(Protocol):
    """The grants themselves: they stand in the rows of what they are on."""

    async def withdraw(
        self, connection: Connection, organisation_id: str, grantee: str
    ) -> Sequence[Resource]:
        """In the transaction that takes somebody out: no grant names them from here on.

        A document that was narrowed to them stays narrowed: to its owner. Returns what has changed, as it is
        now.
        """
        ...
