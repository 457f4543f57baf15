"""What people, programs, groups and the organisation are called, by the tokens of grants."""

from collections.abc import Collection, Mapping

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.tables import groups, memberships, organisations, service_accounts, users

_AT_A_TIME = 500


async def names_of(
    connection: AsyncConnection, organisation_id: str, tokens: Collection[str]
) -> Mapping[str, str]:
    """Of those that are in this organisation; others have no entry."""
    named: dict[str, str] = {}
    for kind in sorted({token.partition(":")[0] for token in tokens}):
        ids = sorted(token.partition(":")[2] for token in tokens if token.startswith(f"{kind}:"))
        for query in _queries(kind, organisation_id):
            for start in range(0, len(ids), _AT_A_TIME):
                some = query.where(query.selected_columns[0].in_(ids[start : start + _AT_A_TIME]))
                rows = await connection.execute(some)
                named |= {f"{kind}:{row[0]}": row[1] for row in rows}
    return named


def _queries(kind: str, organisation_id: str) -> list[Select[str, str]]:
    """Of id and name."""
    match kind:
        case "user":
            people = select(users.c.id, users.c.name).join(memberships, memberships.c.user_id == users.c.id)
            programs = select(service_accounts.c.id, service_accounts.c.name)
            return [
                people.where(memberships.c.organisation_id == organisation_id),
                programs.where(service_accounts.c.organisation_id == organisation_id),
            ]
        case "group" | "department":
            some = select(groups.c.id, groups.c.name)
            return [some.where(groups.c.organisation_id == organisation_id, groups.c.kind == kind)]
        case "organisation":
            own = select(organisations.c.id, organisations.c.name)
            return [own.where(organisations.c.id == organisation_id)]
        case _:
            return []
