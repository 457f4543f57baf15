"""Loads py_webauthn with the first passkey and joserfc with the first access token.

A process that only relays calls never sees either: it starts sooner by a tenth of a second.
"""

from collections.abc import Sequence
from functools import cached_property
from importlib import import_module

from bastide.identity.domain.access_tokens import AccessClaims
from bastide.identity.domain.passkeys import Passkey, Registered
from bastide.identity.domain.people import User
from bastide.identity.ports.credentials import AccessTokens, WebAuthn
from bastide.kit.json import JsonObject
from bastide.platform.secrets.port import Keyring

_WEBAUTHN = "bastide.identity.adapters.webauthn"
_JOSE = "bastide.identity.adapters.jose"


class LateTokens:
    """Satisfies `AccessTokens` by `JoseTokens` that are made when they are first asked."""

    def __init__(self, keyring: Keyring, issuer: str | None) -> None:
        self._keyring = keyring
        self._issuer = issuer

    @cached_property
    def _tokens(self) -> AccessTokens:
        return import_module(_JOSE).JoseTokens(self._keyring, self._issuer)

    async def sign(self, claims: AccessClaims) -> str:
        return await self._tokens.sign(claims)

    def verify(self, token: str) -> AccessClaims | None:
        return self._tokens.verify(token)

    def public_keys(self) -> Sequence[JsonObject]:
        return self._tokens.public_keys()


class LateRelyingParty:
    """Satisfies `WebAuthn` by a `RelyingParty` that is made when it is first asked."""

    def __init__(self, public_url: str | None) -> None:
        self._public_url = public_url

    @cached_property
    def _party(self) -> WebAuthn:
        return import_module(_WEBAUTHN).RelyingParty(self._public_url)

    def creation_options(self, user: User, challenge: str, known: Sequence[Passkey]) -> JsonObject:
        return self._party.creation_options(user, challenge, known)

    def request_options(
        self, challenge: str, allowed: Sequence[Passkey] = (), *, verify_user: bool = True
    ) -> JsonObject:
        return self._party.request_options(challenge, allowed, verify_user=verify_user)

    def challenge_in(self, answer: JsonObject) -> str:
        return self._party.challenge_in(answer)

    def credential_in(self, answer: JsonObject) -> bytes:
        return self._party.credential_in(answer)

    def registered(self, answer: JsonObject, challenge: str) -> Registered:
        return self._party.registered(answer, challenge)

    def asserted(
        self, answer: JsonObject, challenge: str, passkey: Passkey, *, verify_user: bool = True
    ) -> int:
        return self._party.asserted(answer, challenge, passkey, verify_user=verify_user)
