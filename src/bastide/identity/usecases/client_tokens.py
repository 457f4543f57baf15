"""Sessions of clients without cookies: a short access token, and a refresh token that changes at each use.

A refresh token is `<session>.<nonce>.<proof>`. The proof shows that it was one of ours even when it is not
the present one: then somebody has a copy, and the session ends for both of them.
"""

import hmac
import secrets
from dataclasses import dataclass, replace

from bastide.identity.domain.access_tokens import ACCESS_AGE, AccessClaims, TokenPair
from bastide.identity.domain.errors import (
    CredentialsExpiredError,
    KeyInvalidError,
    LoginFailedError,
    TokenReusedError,
)
from bastide.identity.domain.people import User
from bastide.identity.domain.principal import CredentialKind, Principal
from bastide.identity.domain.sessions import Session, SessionKind
from bastide.identity.ports import AccessTokens, IdentityStore
from bastide.identity.usecases.reauthenticate import require_browser
from bastide.identity.usecases.revocations import Revocations
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.kit.ids import new_id
from bastide.operations.contract import AuditEntry, Outcome

_INVALID = "This refresh token is not valid. Log in again."


@dataclass(frozen=True, slots=True)
class Client:
    """Where the client is, and what it calls itself."""

    address: str | None
    name: str


@dataclass(frozen=True, slots=True)
class ClientTokens:
    store: IdentityStore
    tokens: AccessTokens
    hashes: TokenHashes
    revocations: Revocations
    clock: Clock

    async def open(self, user: User, client: Client, *, strong: bool = False) -> TokenPair:
        """For somebody who has just proved who they are, in the organisation they joined first.

        Raises:
            LoginFailedError: they belong to none.
        """
        async with self.store.reading() as unit:
            belongings = await unit.people.belongings(user.id)
        if not belongings:
            raise LoginFailedError("This account does not belong to an organisation any more.")
        return await self._open(user.id, belongings[0].organisation.id, client, strong=strong)

    async def open_beside(self, principal: Principal, client: Client) -> TokenPair:
        """For a client of somebody who is logged in with a browser; it outlives the browser's session."""
        require_browser(principal)
        async with self.store.reading() as unit:
            present = await unit.sessions.get(principal.session_id or "")
        strong = present is not None and present.strong
        return await self._open(principal.subject_id, principal.organisation_id, client, strong=strong)

    async def refresh(self, token: str) -> TokenPair:
        """The next pair; the token is void.

        Raises:
            KeyInvalidError: not one of ours, or its session has ended.
            CredentialsExpiredError. TokenReusedError: used before; its session is ended now.
        """
        note, _, proof = token.rpartition(".")
        session_id = note.partition(".")[0]
        if not hmac.compare_digest(
            self.hashes.refresh_proof(note).encode(), proof.encode("utf-8", "replace")
        ):
            raise KeyInvalidError(_INVALID)
        fresh, now = self._new_refresh(session_id), self.clock.now()
        async with self.store.transaction() as unit:
            session = await unit.sessions.get(session_id)
            if session is None or session.kind is not SessionKind.CLIENT:
                raise KeyInvalidError(_INVALID)
            if session.expired(now):
                raise CredentialsExpiredError("These tokens have expired. Log in again.")
            if await unit.people.standing(session.user_id, session.organisation_id) is None:
                raise KeyInvalidError(_INVALID)
            old, new = self.hashes.refresh(token), self.hashes.refresh(fresh)
            replaced = await unit.sessions.replace_token(session.id, old, new, now)
        if not replaced:
            await self._end_family(session)
            raise TokenReusedError("This refresh token was used before. For safety, its session has ended.")
        return TokenPair(await self._access(session), fresh, session.id)

    async def _open(self, user_id: str, organisation_id: str, client: Client, *, strong: bool) -> TokenPair:
        now = self.clock.now()
        session = Session(
            new_id("ses"),
            user_id,
            organisation_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + SessionKind.CLIENT.absolute,
            address=client.address or "",
            user_agent=client.name[:300],
            strong=strong,
            kind=SessionKind.CLIENT,
        )
        refresh = self._new_refresh(session.id)
        async with self.store.transaction() as unit:
            await unit.sessions.add(session, self.hashes.refresh(refresh))
            await unit.record(_entry("session.opened", session))
        return TokenPair(await self._access(session), refresh, session.id)

    async def _end_family(self, session: Session) -> None:
        async with self.store.transaction() as unit:
            await unit.sessions.delete([session.id])
            entry = _entry("token.reused", session)
            await unit.record(replace(entry, outcome=Outcome.REFUSED))
        await self.revocations.credential(session.id)

    async def _access(self, session: Session) -> str:
        now = self.clock.now()
        claims = AccessClaims(session.id, session.user_id, session.organisation_id, now, now + ACCESS_AGE)
        return await self.tokens.sign(claims)

    def _new_refresh(self, session_id: str) -> str:
        note = f"{session_id}.{secrets.token_urlsafe(32)}"
        return f"{note}.{self.hashes.refresh_proof(note)}"


def _entry(action: str, session: Session) -> AuditEntry:
    return AuditEntry(
        action,
        session.organisation_id,
        session.user_id,
        session.id,
        credential=CredentialKind.TOKEN.value,
        credential_id=session.id,
    )
