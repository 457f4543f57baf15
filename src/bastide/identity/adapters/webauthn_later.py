"""Loads py_webauthn with the first passkey: it brings what a process that only relays calls never needs."""

from collections.abc import Sequence
from functools import cached_property
from importlib import import_module

from bastide.identity.domain.passkeys import Passkey, Registered
from bastide.identity.domain.people import User
from bastide.identity.ports.credentials import WebAuthn
from bastide.kit.json import JsonObject

_ADAPTER = "bastide.identity.adapters.webauthn"


class LateRelyingParty:
    """Satisfies `WebAuthn` by a `RelyingParty` that is made when it is first asked."""

    def __init__(self, public_url: str | None) -> None:
        self._public_url = public_url

    @cached_property
    def _party(self) -> WebAuthn:
        return import_module(_ADAPTER).RelyingParty(self._public_url)

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
