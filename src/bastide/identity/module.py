"""Builds the identity slice from its ports."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from starlette.types import ASGIApp

from bastide.identity.adapters.argon2 import Argon2PasswordHasher
from bastide.identity.adapters.breached_passwords import BreachedPasswords
from bastide.identity.adapters.common_passwords import CommonPasswords
from bastide.identity.adapters.later import LateRelyingParty, LateTokens
from bastide.identity.adapters.sql import SqlIdentityStore
from bastide.identity.asgi import IdentityMiddleware, PublicRoutes
from bastide.identity.contract import Authenticator, Policy, Sharing
from bastide.identity.domain.addresses import Network
from bastide.identity.ports import PasswordHasher
from bastide.identity.usecases.account_data import AccountData
from bastide.identity.usecases.authenticate import Authentication
from bastide.identity.usecases.challenges import Challenges
from bastide.identity.usecases.change_password import ChangePassword
from bastide.identity.usecases.choose_password import PasswordRules
from bastide.identity.usecases.client_tokens import ClientTokens
from bastide.identity.usecases.create_key import CreateKey
from bastide.identity.usecases.credential_cache import CredentialCache
from bastide.identity.usecases.explain_access import ExplainAccess
from bastide.identity.usecases.first_administrator import EnsureFirstAdministrator
from bastide.identity.usecases.invite import Invite
from bastide.identity.usecases.join import Join
from bastide.identity.usecases.label_rules import ApplyLabelRules, ManageLabels
from bastide.identity.usecases.letters import Letters
from bastide.identity.usecases.log_in import LogIn
from bastide.identity.usecases.log_out import LogOut
from bastide.identity.usecases.login_failures import LoginFailures
from bastide.identity.usecases.login_throttle import LoginThrottle
from bastide.identity.usecases.manage_groups import ManageGroups
from bastide.identity.usecases.manage_keys import ManageKeys
from bastide.identity.usecases.manage_people import ManagePeople
from bastide.identity.usecases.manage_services import ManageServices
from bastide.identity.usecases.open_session import SessionOpener
from bastide.identity.usecases.organisations import ManageOrganisations
from bastide.identity.usecases.others_sessions import OthersSessions
from bastide.identity.usecases.own_sessions import OwnSessions
from bastide.identity.usecases.passkeys import ManagePasskeys, PasskeyLogin
from bastide.identity.usecases.policy import TablePolicy
from bastide.identity.usecases.profile import Profiles
from bastide.identity.usecases.prove_passkey import ProvePasskey
from bastide.identity.usecases.reauthenticate import Reauthenticate
from bastide.identity.usecases.record_use import RecordUse
from bastide.identity.usecases.refusals import RefusalNotes
from bastide.identity.usecases.reset_password import ResetPassword
from bastide.identity.usecases.revocations import Revocations
from bastide.identity.usecases.second_factor import SecondFactor
from bastide.identity.usecases.second_step import SecondStep
from bastide.identity.usecases.share import Share
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.kit.errors import UnavailableError
from bastide.operations.contract import Audit
from bastide.platform.cache.port import Cache
from bastide.platform.database.port import Database
from bastide.platform.http.rates import Rates
from bastide.platform.mail.port import Mailer
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


@dataclass(frozen=True, slots=True)
class Mail:
    """How letters leave. `public_url`: under which address people reach this installation, for links."""

    mailer: Mailer
    public_url: str | None = None


@dataclass(frozen=True, slots=True)
class Passwords:
    """How they are kept, and which nobody may choose: the commonest, and those in the file `breached`."""

    hasher: PasswordHasher = field(default_factory=Argon2PasswordHasher)
    breached: Path | None = None

    def rules(self) -> PasswordRules:
        """With all lists that there are."""
        file = [] if self.breached is None else [BreachedPasswords(self.breached)]
        return PasswordRules([CommonPasswords(), *file])


@dataclass(frozen=True, slots=True)
class _Parts:
    store: SqlIdentityStore
    keyring: Keyring
    hashes: TokenHashes
    hasher: PasswordHasher
    throttle: LoginThrottle
    sessions: SessionOpener
    revocations: Revocations
    clock: Clock


class _Logins:
    """How people prove who they are, and change how."""

    def __init__(self, parts: _Parts, challenges: Challenges, policy: Policy, public_url: str | None) -> None:
        store, keyring, hashes, clock = parts.store, parts.keyring, parts.hashes, parts.clock
        throttle, revocations = parts.throttle, parts.revocations
        party, failures = LateRelyingParty(public_url), LoginFailures(store)
        prove = ProvePasskey(store, party, challenges, failures, clock)
        again = Reauthenticate(store, parts.hasher, hashes, throttle)
        self.sessions = parts.sessions
        self.step = SecondStep(store, party, keyring, hashes, challenges, prove, throttle, failures, clock)
        self.second = SecondFactor(store, policy, keyring, hashes, throttle, again, revocations, clock)
        self.passkeys = ManagePasskeys(store, party, challenges, again, hashes, revocations, clock)
        self.passkey_login = PasskeyLogin(store, party, challenges, prove, parts.sessions)
        self.log_in = LogIn(store, parts.hasher, hashes, throttle, parts.sessions, self.step, failures)


class Identity:
    """Everything that the application calls. `routes.py` makes its part of the API from the use cases.

    Args:
        local_token: accepted as a bearer token for the command line of this machine; None = there is none.
    """

    def __init__(
        self,
        database: Database,
        cache: Cache,
        keyring: Keyring,
        clock: Clock,
        audit: Audit,
        mail: Mail,
        local_token: str | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        store = SqlIdentityStore(database, clock, audit)
        hashes = TokenHashes(keyring)
        passwords = passwords or Passwords()
        hasher, chosen = passwords.hasher, passwords.rules()
        credentials = CredentialCache(clock)
        throttle = LoginThrottle(cache, clock)
        tokens = LateTokens(keyring, mail.public_url)
        sessions = SessionOpener(store, hashes, clock)
        letters = Letters(mail.mailer, mail.public_url)
        revocations = Revocations(credentials, cache)
        policy: Policy = TablePolicy()
        self._audit = audit
        self._revocations = revocations
        self._record_use = RecordUse(store, credentials, clock)
        rules = ApplyLabelRules(store, credentials, clock)
        self._authentication = Authentication(store, hashes, credentials, clock, rules, tokens, local_token)
        self.policy = policy
        self.authenticator: Authenticator = self._authentication
        self.local_principal = self._authentication.local_principal
        self.ensure_first_administrator = EnsureFirstAdministrator(store, hasher, chosen, clock)
        self.create_key = CreateKey(store, policy, hashes, clock)
        self.keys = ManageKeys(store, policy, hashes, revocations, clock)
        parts = _Parts(store, keyring, hashes, hasher, throttle, sessions, revocations, clock)
        logins = _Logins(parts, Challenges(hashes, cache, clock), policy, mail.public_url)
        self.tokens, self.logins = tokens, logins
        self.clients = ClientTokens(store, tokens, hashes, revocations, clock)
        self.log_out = LogOut(store, revocations)
        self.password = ChangePassword(store, hasher, chosen, hashes, throttle, sessions, revocations)
        self.profiles = Profiles(store, policy, clock)
        self.own_sessions = OwnSessions(store, revocations, clock)
        self.others_sessions = OthersSessions(store, policy, revocations, clock)
        self.organisations = ManageOrganisations(store, policy, sessions, revocations, clock)
        self.people = ManagePeople(store, policy, revocations, clock)
        self.personal = AccountData(store, policy, self.people, revocations, clock)
        self.groups = ManageGroups(store, policy, revocations, clock)
        self.services = ManageServices(store, policy, revocations, clock)
        self.invite = Invite(store, policy, hashes, letters, clock)
        self.join = Join(store, hasher, chosen, hashes, throttle, sessions, logins.step, revocations, clock)
        self.reset = ResetPassword(
            store, policy, hasher, chosen, hashes, letters, throttle, revocations, clock
        )
        self.share = Share(store, policy, clock)
        self.sharing: Sharing = self.share
        self.labels = ManageLabels(store, policy, self.share, revocations, clock)
        self.explain = ExplainAccess(store, policy, clock)
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
