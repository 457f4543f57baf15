"""What the door and the management of identity have in common: one of each in a process."""

from dataclasses import dataclass, field
from pathlib import Path

from bastide.identity.adapters.argon2 import Argon2PasswordHasher
from bastide.identity.adapters.breached_passwords import BreachedPasswords
from bastide.identity.adapters.common_passwords import CommonPasswords
from bastide.identity.contract import Policy
from bastide.identity.ports import AccessTokens, IdentityStore, PasswordHasher
from bastide.identity.usecases.choose_password import PasswordRules
from bastide.identity.usecases.revocations import Revocations
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.platform.cache.port import Cache
from bastide.platform.mail.port import Mailer
from bastide.platform.secrets.port import Keyring


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
class Parts:
    """Made by `Identity`; `rules` are those for passwords."""

    store: IdentityStore
    cache: Cache
    keyring: Keyring
    clock: Clock
    policy: Policy
    hashes: TokenHashes
    hasher: PasswordHasher
    rules: PasswordRules
    tokens: AccessTokens
    revocations: Revocations
    mail: Mail
