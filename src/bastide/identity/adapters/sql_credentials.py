from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.tables import api_keys, sessions
from bastide.identity.domain.api_keys import ApiKey
from bastide.identity.domain.sessions import Session, SessionKind

_NARROWINGS = ("allowed_models", "allowed_collections", "allowed_networks")


class SqlSessions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, session: Session, token_hash: bytes) -> None:
        await self._connection.execute(
            insert(sessions).values(
                id=session.id,
                token_hash=token_hash,
                user_id=session.user_id,
                organisation_id=session.organisation_id,
                created_at=session.created_at,
                last_seen_at=session.last_seen_at,
                expires_at=session.expires_at,
                address=session.address,
                user_agent=session.user_agent,
                strong=session.strong,
                kind=session.kind.value,
            )
        )

    async def get(self, session_id: str) -> Session | None:
        row = (await self._connection.execute(select(sessions).where(sessions.c.id == session_id))).first()
        return None if row is None else _session(row)

    async def replace_token(self, session_id: str, old: bytes, new: bytes, at: datetime) -> bool:
        replaced = await self._connection.execute(
            update(sessions)
            .where(sessions.c.id == session_id, sessions.c.token_hash == old)
            .values(token_hash=new, last_seen_at=at)
        )
        return replaced.rowcount > 0

    async def by_token(self, token_hash: bytes) -> Session | None:
        rows = await self._connection.execute(select(sessions).where(sessions.c.token_hash == token_hash))
        row = rows.first()
        return None if row is None else _session(row)

    async def of_user(self, user_id: str) -> Sequence[Session]:
        rows = await self._connection.execute(
            select(sessions).where(sessions.c.user_id == user_id).order_by(sessions.c.created_at.desc())
        )
        return [_session(row) for row in rows]

    async def strengthen(self, session_id: str) -> None:
        await self._connection.execute(
            update(sessions).where(sessions.c.id == session_id).values(strong=True)
        )

    async def touch(self, seen: Mapping[str, datetime]) -> None:
        if seen:
            await self._connection.execute(
                update(sessions)
                .where(sessions.c.id == bindparam("one"))
                .values(last_seen_at=bindparam("at")),
                [{"one": one, "at": at} for one, at in seen.items()],
            )

    async def delete(self, session_ids: Sequence[str]) -> None:
        await self._connection.execute(delete(sessions).where(sessions.c.id.in_(session_ids)))

    async def delete_of(self, user_id: str, organisation_id: str | None = None) -> None:
        query = delete(sessions).where(sessions.c.user_id == user_id)
        if organisation_id is not None:
            query = query.where(sessions.c.organisation_id == organisation_id)
        await self._connection.execute(query)

    async def delete_expired(self, now: datetime) -> int:
        unused = [
            (sessions.c.kind == kind.value) & (sessions.c.last_seen_at <= now - kind.idle)
            for kind in SessionKind
        ]
        gone = await self._connection.execute(
            delete(sessions).where(or_(sessions.c.expires_at <= now, *unused))
        )
        return gone.rowcount


class SqlKeys:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, key: ApiKey, secret_hash: bytes) -> None:
        narrowings = {name: _listed(getattr(key, name)) for name in _NARROWINGS}
        await self._connection.execute(
            insert(api_keys).values(
                id=key.id,
                secret_hash=secret_hash,
                organisation_id=key.organisation_id,
                subject_id=key.subject_id,
                name=key.name,
                hint=key.hint,
                scopes=sorted(key.scopes),
                created_at=key.created_at,
                expires_at=key.expires_at,
                **narrowings,
            )
        )

    async def get(self, key_id: str) -> ApiKey | None:
        found = await self.with_hash(key_id)
        return None if found is None else found[0]

    async def with_hash(self, key_id: str) -> tuple[ApiKey, bytes] | None:
        row = (await self._connection.execute(select(api_keys).where(api_keys.c.id == key_id))).first()
        return None if row is None else (_key(row), bytes(row.secret_hash))

    async def listing(
        self, organisation_id: str, subject_id: str | None, after: str | None, limit: int
    ) -> tuple[Sequence[ApiKey], int]:
        chosen = [api_keys.c.organisation_id == organisation_id, api_keys.c.revoked_at.is_(None)]
        if subject_id is not None:
            chosen.append(api_keys.c.subject_id == subject_id)
        total = await self._connection.scalar(select(func.count()).select_from(api_keys).where(*chosen))
        if after is not None:
            made = select(api_keys.c.created_at).where(api_keys.c.id == after).scalar_subquery()
            same_moment = (api_keys.c.created_at == made) & (api_keys.c.id < after)
            chosen.append(or_(api_keys.c.created_at < made, same_moment))
        newest = (api_keys.c.created_at.desc(), api_keys.c.id.desc())
        rows = await self._connection.execute(select(api_keys).where(*chosen).order_by(*newest).limit(limit))
        return [_key(row) for row in rows], total or 0

    async def revoke(self, key_ids: Sequence[str], at: datetime) -> None:
        await self._connection.execute(
            update(api_keys).where(api_keys.c.id.in_(key_ids)).values(revoked_at=at)
        )

    async def revoke_of(self, subject_id: str, organisation_id: str, at: datetime) -> None:
        await self._connection.execute(
            update(api_keys)
            .where(
                api_keys.c.subject_id == subject_id,
                api_keys.c.organisation_id == organisation_id,
                api_keys.c.revoked_at.is_(None),
            )
            .values(revoked_at=at)
        )

    async def expire(self, key_id: str, at: datetime) -> None:
        await self._connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(expires_at=at))

    async def touch(self, used: Mapping[str, datetime]) -> None:
        if used:
            await self._connection.execute(
                update(api_keys)
                .where(api_keys.c.id == bindparam("one"))
                .values(last_used_at=bindparam("at")),
                [{"one": one, "at": at} for one, at in used.items()],
            )


def _session(row: Row[Any]) -> Session:
    return Session(
        row.id,
        row.user_id,
        row.organisation_id,
        row.created_at,
        row.last_seen_at,
        row.expires_at,
        row.address,
        row.user_agent,
        row.strong,
        SessionKind(row.kind),
    )


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        organisation_id=row.organisation_id,
        subject_id=row.subject_id,
        name=row.name,
        hint=row.hint,
        scopes=frozenset(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        allowed_models=None if row.allowed_models is None else frozenset(row.allowed_models),
        allowed_collections=None if row.allowed_collections is None else frozenset(row.allowed_collections),
        allowed_networks=None if row.allowed_networks is None else tuple(row.allowed_networks),
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


def _listed(values: frozenset[str] | tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else sorted(values)
