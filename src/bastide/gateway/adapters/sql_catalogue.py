"""The stored catalogue in SQL. Small and always read whole, so what is never searched for is JSON."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.gateway.adapters.tables import deployments, models, providers, revisions
from bastide.gateway.domain.catalogue import Routing
from bastide.gateway.domain.entries import DeploymentEntry, Entries, ModelEntry, ProviderEntry

_NAME = "catalogue"
T = TypeVar("T")


class SqlCatalogueRows:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def entries(self) -> Entries:
        # The revision first: a change in between is then seen as one that is still to be read.
        revision = await read_revision(self._connection)
        rows = [
            (await self._connection.execute(select(table).order_by(next(iter(table.c))))).mappings().all()
            for table in (providers, models, deployments)
        ]
        return Entries(
            revision,
            tuple(_provider(row) for row in rows[0]),
            tuple(ModelEntry(row["name"], msgspec.convert(row["routing"], Routing)) for row in rows[1]),
            tuple(_deployment(row) for row in rows[2]),
        )

    async def put_provider(self, entry: ProviderEntry) -> None:
        options = _options(entry, "name", "sealed_key")
        await self._put(providers, {"name": entry.name}, options=options, sealed_key=entry.sealed_key)

    async def put_model(self, entry: ModelEntry) -> None:
        await self._put(models, {"name": entry.name}, routing=msgspec.to_builtins(entry.routing))

    async def put_deployment(self, entry: DeploymentEntry) -> None:
        options = _options(entry, "id", "model", "provider")
        key = {"id": entry.id}
        await self._put(deployments, key, model=entry.model, provider=entry.provider, options=options)

    async def delete_provider(self, name: str) -> None:
        await self._connection.execute(delete(providers).where(providers.c.name == name))
        await count_up(self._connection)

    async def delete_model(self, name: str) -> None:
        await self._connection.execute(delete(models).where(models.c.name == name))
        await count_up(self._connection)

    async def delete_deployment(self, deployment_id: str) -> None:
        await self._connection.execute(delete(deployments).where(deployments.c.id == deployment_id))
        await count_up(self._connection)

    async def _put(self, table: Table, key: dict[str, str], **values: object) -> None:
        ((name, value),) = key.items()
        changed = await self._connection.execute(update(table).where(table.c[name] == value).values(**values))
        if changed.rowcount == 0:
            await self._connection.execute(insert(table).values(**key, **values))
        await count_up(self._connection)


async def read_revision(connection: AsyncConnection) -> int:
    query = select(revisions.c.revision).where(revisions.c.name == _NAME)
    return (await connection.scalar(query)) or 0


async def count_up(connection: AsyncConnection) -> None:
    """Note a change of the catalogue or the limits."""
    changed = await connection.execute(
        update(revisions).where(revisions.c.name == _NAME).values(revision=revisions.c.revision + 1)
    )
    if changed.rowcount == 0:
        await connection.execute(insert(revisions).values(name=_NAME, revision=1))


def _options(entry: Any, *without: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(entry)
    return {name: value for name, value in found.items() if name not in without}


def _provider(row: Mapping[Any, Any]) -> ProviderEntry:
    sealed = row["sealed_key"]
    options = {**row["options"], "name": row["name"]}
    entry = msgspec.convert(options, ProviderEntry)
    return entry if sealed is None else replace(entry, sealed_key=bytes(sealed))


def _deployment(row: Mapping[Any, Any]) -> DeploymentEntry:
    found = {**row["options"], "id": row["id"], "model": row["model"], "provider": row["provider"]}
    return msgspec.convert(found, DeploymentEntry)
