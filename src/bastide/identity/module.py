"""Builds the identity slice from its ports: the door, which every process needs."""

import asyncio
from collections.abc import Sequence

import structlog
from starlette.types import ASGIApp

from bastide.identity.adapters.later import LateTokens
from bastide.identity.asgi import IdentityMiddleware, PublicRoutes
from bastide.identity.contract import Authenticator
from bastide.identity.domain.addresses import Network
from bastide.identity.parts import Mail, Parts, Passwords
from bastide.identity.ports import IdentityStore
from bastide.identity.usecases.authenticate import Authentication
from bastide.identity.usecases.credential_cache import CredentialCache
from bastide.identity.usecases.first_administrator import EnsureFirstAdministrator
from bastide.identity.usecases.label_rules import ApplyLabelRules
from bastide.identity.usecases.policy import TablePolicy
from bastide.identity.usecases.record_use import RecordUse
from bastide.identity.usecases.refusals import RefusalNotes
from bastide.identity.usecases.revocations import Revocations
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.kit.errors import UnavailableError
from bastide.operations.contract import Audit
from bastide.platform.cache.port import Cache
from bastide.platform.http.rates import Rates
from bastide.platform.secrets.port import Keyring
from bastide.platform.uninterrupted import told_to_end

_RECORD_EVERY_S = 30.0
_log = structlog.get_logger()


PUBLIC_ROUTES = frozenset(
    ("POST", f"/api/v1/auth/{verb}")
    for verb in (
        "login",
        "second-factor",
        "passkey/begin",
        "token",
        "token/second-factor",
        "token/refresh",
        "passkey",
        "invitation",
        "join",
        "forgot",
        "reset",
    )
) | {("GET", "/api/v1/auth/jwks")}
"""What is open without credentials: here a password, the token of a link or a passkey is the credential."""


class Identity:
    """Who asks, and may they? What people manage is made from `parts`, by `Management`.

    Args:
        local_token: accepted as a bearer token for the command line of this machine; None = there is none.
    """

    def __init__(
        self,
        store: IdentityStore,
        cache: Cache,
        keyring: Keyring,
        clock: Clock,
        audit: Audit,
        mail: Mail,
        local_token: str | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        hashes, credentials = TokenHashes(keyring), CredentialCache(clock)
        passwords = passwords or Passwords()
        self._audit = audit
        self._revocations = Revocations(credentials, cache)
        self._record_use = RecordUse(store, credentials, clock)
        self.parts = Parts(
            store=store,
            cache=cache,
            keyring=keyring,
            clock=clock,
            policy=TablePolicy(),
            hashes=hashes,
            hasher=passwords.hasher,
            rules=passwords.rules(),
            tokens=LateTokens(keyring, mail.public_url),
            revocations=self._revocations,
            mail=mail,
        )
        label_rules, tokens = ApplyLabelRules(store, credentials, clock), self.parts.tokens
        self._authentication = Authentication(
            store, hashes, credentials, clock, label_rules, tokens, local_token
        )
        self.policy = self.parts.policy
        self.authenticator: Authenticator = self._authentication
        self.local_principal = self._authentication.local_principal
        self.ensure_first_administrator = EnsureFirstAdministrator(
            store, self.parts.hasher, self.parts.rules, clock
        )
        self._tasks: list[asyncio.Task[None]] = []

    def protect(
        self,
        app: ASGIApp,
        public: PublicRoutes,
        trusted_proxies: Sequence[Network] = (),
        rates: Rates | None = None,
    ) -> IdentityMiddleware:
        """The door around the whole application; without `rates` it lets in as many as come."""
        note = RefusalNotes(self._audit).note
        return IdentityMiddleware(app, self.authenticator, public, trusted_proxies, rates, note)

    async def start(self) -> None:
        """Hear the revocations of other processes; write down now and then what was used."""
        self._tasks = [
            asyncio.create_task(self._revocations.listen(), name="identity-revocations"),
            asyncio.create_task(self._keep_records(), name="identity-records"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._record_use()

    async def _keep_records(self) -> None:
        while not told_to_end():
            await asyncio.sleep(_RECORD_EVERY_S)
            try:
                await self._record_use()
            except UnavailableError as error:
                _log.warning("identity.use_not_recorded", error=str(error))
