"""Open a browser session for somebody who has just proved who they are."""

import secrets
from dataclasses import dataclass

from bastide.identity.domain.errors import LoginFailedError
from bastide.identity.domain.people import User
from bastide.identity.domain.principal import CredentialKind
from bastide.identity.domain.sessions import Session, SessionKind, new_session_token
from bastide.identity.ports import IdentityStore, Unit
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.kit.ids import new_id
from bastide.operations.contract import AuditEntry


@dataclass(frozen=True, slots=True)
class NewSession:
    """The only moment at which the secrets of a session are known.

    Attributes:
        token: for the HttpOnly cookie.
        csrf: for the cookie that the page reads.
        device: for the long-lived cookie that tells this browser apart at the next login.
    """

    user: User
    session: Session
    token: str
    csrf: str
    device: str


@dataclass(frozen=True, slots=True)
class SessionOpener:
    store: IdentityStore
    hashes: TokenHashes
    clock: Clock

    async def open(
        self, user: User, address: str | None, user_agent: str, *, strong: bool = False
    ) -> NewSession:
        """`strong`: by a second factor. Raises LoginFailedError for who belongs to no organisation."""
        async with self.store.transaction() as unit:
            belongings = await unit.people.belongings(user.id)
            if not belongings:
                raise LoginFailedError("This account does not belong to an organisation any more.")
            organisation = belongings[0].organisation
            return await self.open_in(unit, user, organisation.id, address, user_agent, strong=strong)

    async def open_in(
        self,
        unit: Unit,
        user: User,
        organisation_id: str,
        address: str | None,
        user_agent: str,
        *,
        strong: bool = False,
    ) -> NewSession:
        """Within the caller's transaction."""
        now = self.clock.now()
        token, nonce = new_session_token(), secrets.token_hex(8)
        session = Session(
            new_id("ses"),
            user.id,
            organisation_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + SessionKind.BROWSER.absolute,
            address=address or "",
            user_agent=user_agent[:300],
            strong=strong,
        )
        await unit.sessions.add(session, self.hashes.session(token))
        await unit.record(
            AuditEntry(
                "session.opened",
                organisation_id,
                user.id,
                session.id,
                credential=CredentialKind.SESSION.value,
                credential_id=session.id,
            )
        )
        device = f"{user.id}.{nonce}.{self.hashes.device(user.id, nonce)}"
        return NewSession(user, session, token, self.hashes.csrf(token), device)
