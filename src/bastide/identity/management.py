"""What people do about accounts, keys, groups and permissions: all verbs of the slice but the door's.

Made with the platform API and with the documents service; a process that only relays calls to models loads it
when somebody first manages something there.
"""

from bastide.identity.adapters.later import LateRelyingParty
from bastide.identity.parts import Parts
from bastide.identity.usecases.account_data import AccountData
from bastide.identity.usecases.challenges import Challenges
from bastide.identity.usecases.change_password import ChangePassword
from bastide.identity.usecases.client_tokens import ClientTokens
from bastide.identity.usecases.create_key import CreateKey
from bastide.identity.usecases.explain_access import ExplainAccess
from bastide.identity.usecases.invite import Invite
from bastide.identity.usecases.join import Join
from bastide.identity.usecases.label_rules import ManageLabels
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
from bastide.identity.usecases.profile import Profiles
from bastide.identity.usecases.prove_passkey import ProvePasskey
from bastide.identity.usecases.reauthenticate import Reauthenticate
from bastide.identity.usecases.reset_password import ResetPassword
from bastide.identity.usecases.second_factor import SecondFactor
from bastide.identity.usecases.second_step import SecondStep
from bastide.identity.usecases.share import Share


class _Logins:
    """How people prove who they are, and change how."""

    def __init__(self, parts: Parts, throttle: LoginThrottle, sessions: SessionOpener) -> None:
        store, keyring, hashes, clock = parts.store, parts.keyring, parts.hashes, parts.clock
        policy, revocations = parts.policy, parts.revocations
        challenges = Challenges(hashes, parts.cache, clock)
        party, failures = LateRelyingParty(parts.mail.public_url), LoginFailures(store)
        prove = ProvePasskey(store, party, challenges, failures, clock)
        again = Reauthenticate(store, parts.hasher, hashes, throttle, failures)
        self.sessions, self.failures = sessions, failures
        self.step = SecondStep(store, party, keyring, hashes, challenges, prove, throttle, failures, clock)
        self.second = SecondFactor(store, policy, keyring, hashes, throttle, again, revocations, clock)
        self.passkeys = ManagePasskeys(store, party, challenges, again, hashes, revocations, clock)
        self.passkey_login = PasskeyLogin(store, party, challenges, prove, sessions)
        self.log_in = LogIn(store, parts.hasher, hashes, throttle, sessions, self.step, failures)


class Management:
    """`routes.py` makes the slice's part of the API from it."""

    def __init__(self, parts: Parts) -> None:
        store, hashes, clock = parts.store, parts.hashes, parts.clock
        policy, revocations = parts.policy, parts.revocations
        hasher, rules = parts.hasher, parts.rules
        throttle = LoginThrottle(parts.cache, clock)
        sessions = SessionOpener(store, hashes, clock)
        letters = Letters(parts.mail.mailer, parts.mail.public_url)
        self.tokens = parts.tokens
        self.logins = _Logins(parts, throttle, sessions)
        self.create_key = CreateKey(store, policy, hashes, clock)
        self.keys = ManageKeys(store, policy, hashes, revocations, clock)
        self.clients = ClientTokens(store, parts.tokens, hashes, revocations, clock)
        self.log_out = LogOut(store, revocations)
        step, failures = self.logins.step, self.logins.failures
        self.password = ChangePassword(
            store, hasher, rules, hashes, throttle, sessions, revocations, failures
        )
        self.profiles = Profiles(store, policy, clock)
        self.own_sessions = OwnSessions(store, revocations, clock)
        self.others_sessions = OthersSessions(store, policy, revocations, clock)
        self.organisations = ManageOrganisations(store, policy, sessions, revocations, clock)
        self.people = ManagePeople(store, policy, revocations, clock)
        self.personal = AccountData(store, policy, self.people, revocations, clock)
        self.groups = ManageGroups(store, policy, revocations, clock)
        self.services = ManageServices(store, policy, revocations, clock)
        self.invite = Invite(store, policy, hashes, letters, clock)
        self.join = Join(store, hasher, rules, hashes, throttle, sessions, step, revocations, failures, clock)
        self.reset = ResetPassword(
            store, policy, hasher, rules, hashes, letters, throttle, revocations, clock
        )
        self.share = Share(store, policy, clock)
        self.labels = ManageLabels(store, policy, self.share, revocations, clock)
        self.explain = ExplainAccess(store, policy, clock)
