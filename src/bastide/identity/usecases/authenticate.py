"""Turn the credentials of a request into a Principal."""

import hmac
from dataclasses import replace
from datetime import datetime

from bastide.identity.contract import Credentials
from bastide.identity.domain.addresses import address_in, parse_networks
from bastide.identity.domain.api_keys import ApiKey, parse_key
from bastide.identity.domain.errors import (
    CredentialsExpiredError,
    CredentialsMissingError,
    CsrfError,
    KeyInvalidError,
    NetworkError,
)
from bastide.identity.domain.people import Standing
from bastide.identity.domain.principal import SYSTEM, CredentialKind, Principal, Role
from bastide.identity.domain.sessions import Session, SessionKind
from bastide.identity.ports import AccessTokens, IdentityStore
from bastide.identity.usecases.credential_cache import CredentialCache, Proof
from bastide.identity.usecases.label_rules import ApplyLabelRules
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock

_INVALID = "This API key or session is not valid. Log in again, or create a new key."


class Authentication:
    """The Authenticator: API keys, access tokens, sessions, and the token of the local command line."""

    def __init__(
        self,
        store: IdentityStore,
        hashes: TokenHashes,
        cache: CredentialCache,
        clock: Clock,
        rules: ApplyLabelRules,
        tokens: AccessTokens,
        local_token: str | None = None,
    ) -> None:
        self._store = store
        self._hashes = hashes
        self._cache = cache
        self._clock = clock
        self._rules = rules
        self._tokens = tokens
        self._local = None if local_token is None else hashes.local(local_token)

    async def authenticate(self, credentials: Credentials) -> Principal:
        """See the contract. A bearer token goes before a cookie."""
        return await self._rules(await self._proved(credentials))

    async def _proved(self, credentials: Credentials) -> Principal:
        if credentials.bearer is not None:
            return await self._by_bearer(credentials.bearer, credentials.origin)
        if credentials.session_cookie is not None:
            return await self._by_session(credentials.session_cookie, credentials)
        raise CredentialsMissingError("Log in, or send an API key as `Authorization: Bearer …`.")

    async def _by_bearer(self, bearer: str, origin: str | None) -> Principal:
        if (key := parse_key(bearer)) is not None:
            return await self._by_key(*key, origin)
        if bearer.count(".") == 2:
            return await self._by_access_token(bearer)
        if self._local is not None and hmac.compare_digest(self._hashes.local(bearer), self._local):
            return await self.local_principal()
        raise KeyInvalidError(_INVALID)

    async def _by_key(self, key_id: str, secret: str, origin: str | None) -> Principal:
        digest = self._hashes.key(secret)
        proof = self._cache.get(key_id, self._clock.now()) or await self._load_key(key_id)
        if proof is None or not hmac.compare_digest(proof.expected, digest):
            raise KeyInvalidError(_INVALID)
        if proof.networks is not None and not address_in(origin, proof.networks):
            raise NetworkError("This API key may not be used from this network.", address=origin)
        return self._accept(proof)

    async def _by_session(self, token: str, credentials: Credentials) -> Principal:
        digest = self._hashes.session(token)
        handle = digest.hex()
        proof = self._cache.get(handle, self._clock.now()) or await self._load_session(handle, digest)
        if proof is None:
            raise KeyInvalidError(_INVALID)
        principal = self._accept(proof)
        if credentials.unsafe_method and not self._hashes.csrf_matches(token, credentials.csrf_header):
            raise CsrfError("Send the cookie `bastide_csrf` back as the header `X-CSRF-Token`.")
        return principal

    async def _by_access_token(self, token: str) -> Principal:
        """Its session decides: when that is over, so is the token."""
        handle = self._hashes.access(token).hex()
        proof = self._cache.get(handle, self._clock.now()) or await self._load_access_token(handle, token)
        if proof is None:
            raise KeyInvalidError(_INVALID)
        return self._accept(proof)

    def _accept(self, proof: Proof) -> Principal:
        now = self._clock.now()
        if proof.expires_at is not None and now >= proof.expires_at:
            raise CredentialsExpiredError("This API key or session has expired.")
        self._cache.mark_used(proof.credential_id, now)
        return proof.principal

    async def _load_key(self, key_id: str) -> Proof | None:
        generation = self._cache.generation
        async with self._store.reading() as unit:
            found = await unit.keys.with_hash(key_id)
            if found is None or found[0].revoked_at is not None:
                return None
            key, expected = found
            standing = await unit.people.standing(key.subject_id, key.organisation_id)
        if standing is None:
            return None
        networks = None if key.allowed_networks is None else parse_networks(key.allowed_networks)
        proof = Proof(key.id, expected, _key_principal(key, standing), key.expires_at, networks)
        self._cache.put(key_id, proof, generation)
        return proof

    async def _load_session(self, handle: str, digest: bytes) -> Proof | None:
        generation = self._cache.generation
        async with self._store.reading() as unit:
            session = await unit.sessions.by_token(digest)
            if session is None:
                return None
            standing = await unit.people.standing(session.user_id, session.organisation_id)
        if standing is None:
            return None
        if session.expired(self._clock.now()):
            raise CredentialsExpiredError("Your session has expired. Log in again.")
        proof = Proof(
            session.id, digest, session_principal(session, standing, self._clock.now()), session.expires_at
        )
        self._cache.put(handle, proof, generation)
        return proof

    async def _load_access_token(self, handle: str, token: str) -> Proof | None:
        claims = self._tokens.verify(token)
        if claims is None:
            return None
        generation = self._cache.generation
        async with self._store.reading() as unit:
            session = await unit.sessions.get(claims.session_id)
            if session is None or session.kind is not SessionKind.CLIENT:
                return None
            standing = await unit.people.standing(session.user_id, session.organisation_id)
        if standing is None:
            return None
        principal = replace(
            session_principal(session, standing, self._clock.now()), credential=CredentialKind.TOKEN
        )
        proof = Proof(session.id, b"", principal, min(claims.expires_at, session.expires_at))
        self._cache.put(handle, proof, generation)
        return proof

    async def local_principal(self) -> Principal:
        """The command line on this machine: the first administrator, or the system before there is one."""
        async with self._store.reading() as unit:
            organisation = await unit.organisations.first()
            if organisation is None:
                raise KeyInvalidError("There is no organisation yet.")
            administrator = await unit.people.first_administrator(organisation.id)
        subject_id = SYSTEM if administrator is None else administrator.id
        return Principal(subject_id, organisation.id, Role.SYSTEM_ADMIN, CredentialKind.LOCAL)


def _key_principal(key: ApiKey, standing: Standing) -> Principal:
    return Principal(
        subject_id=key.subject_id,
        organisation_id=key.organisation_id,
        role=standing.role,
        credential=CredentialKind.KEY,
        groups=standing.groups,
        departments=standing.departments,
        key_id=key.id,
        scopes=key.scopes,
        allowed_models=key.allowed_models,
        allowed_collections=key.allowed_collections,
    )


def session_principal(session: Session, standing: Standing, now: datetime) -> Principal:
    """As whom the holder of a session acts."""
    return Principal(
        subject_id=session.user_id,
        organisation_id=session.organisation_id,
        role=standing.role,
        credential=CredentialKind.SESSION,
        groups=standing.groups,
        departments=standing.departments,
        session_id=session.id,
        strong=session.strong,
        pending=_pending(session, standing, now),
    )


def _pending(session: Session, standing: Standing, now: datetime) -> str | None:
    if standing.must_change_password:
        return "password"
    due = standing.second_factor_by is not None and now >= standing.second_factor_by
    return "second_factor" if due and not session.strong else None
