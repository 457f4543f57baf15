"""WebAuthn by py_webauthn, whose errors are translated here."""

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import cast
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CollectedClientData,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bastide.identity.domain.errors import PasskeyInvalidError
from bastide.identity.domain.passkeys import Passkey, Registered
from bastide.identity.domain.people import User
from bastide.kit.json import JsonObject

_NAME = "Bastide"
_LOCAL = "localhost"
_TRANSPORTS = frozenset(transport.value for transport in AuthenticatorTransport)


class RelyingParty:
    """This installation, as authenticators know it: by the host of the address that people reach it under.

    Without a public address that is `localhost` on any port; browsers make no passkeys for an IP address.
    """

    def __init__(self, public_url: str | None) -> None:
        parts = urlsplit(public_url or f"http://{_LOCAL}")
        self._id = parts.hostname or _LOCAL
        self._origin = f"{parts.scheme}://{parts.netloc.lower()}" if public_url else None

    def creation_options(self, user: User, challenge: str, known: Sequence[Passkey]) -> JsonObject:
        options = generate_registration_options(
            rp_id=self._id,
            rp_name=_NAME,
            user_id=user.id.encode(),
            user_name=user.email,
            user_display_name=user.name,
            challenge=challenge.encode(),
            exclude_credentials=[_descriptor(passkey) for passkey in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return json.loads(options_to_json(options))

    def request_options(
        self, challenge: str, allowed: Sequence[Passkey] = (), *, verify_user: bool = True
    ) -> JsonObject:
        options = generate_authentication_options(
            rp_id=self._id,
            challenge=challenge.encode(),
            allow_credentials=[_descriptor(passkey) for passkey in allowed],
            user_verification=UserVerificationRequirement.REQUIRED
            if verify_user
            else UserVerificationRequirement.PREFERRED,
        )
        return json.loads(options_to_json(options))

    def challenge_in(self, answer: JsonObject) -> str:
        return _client_data(answer).challenge.decode("utf-8", "replace")

    def credential_in(self, answer: JsonObject) -> bytes:
        with _translated():
            return base64url_to_bytes(cast("str", answer["rawId"]))

    def registered(self, answer: JsonObject, challenge: str) -> Registered:
        with _translated():
            parsed = parse_registration_credential_json(cast("dict[str, object]", answer))
            verified = verify_registration_response(
                credential=parsed,
                expected_challenge=challenge.encode(),
                expected_rp_id=self._id,
                expected_origin=self._expected_origin(answer),
                require_user_verification=True,
            )
        said = parsed.response.transports or []
        return Registered(
            verified.credential_id,
            verified.credential_public_key,
            verified.sign_count,
            verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
            tuple(transport.value for transport in said),
        )

    def asserted(
        self, answer: JsonObject, challenge: str, passkey: Passkey, *, verify_user: bool = True
    ) -> int:
        with _translated():
            verified = verify_authentication_response(
                credential=parse_authentication_credential_json(cast("dict[str, object]", answer)),
                expected_challenge=challenge.encode(),
                expected_rp_id=self._id,
                expected_origin=self._expected_origin(answer),
                credential_public_key=passkey.credential.public_key,
                credential_current_sign_count=0,  # compared where it is stored, in one statement
                require_user_verification=verify_user,
            )
        return verified.new_sign_count

    def _expected_origin(self, answer: JsonObject) -> str:
        if self._origin is not None:
            return self._origin
        said = _client_data(answer).origin
        return said if urlsplit(said).hostname == _LOCAL else f"http://{_LOCAL}"


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    made = passkey.credential
    known = [AuthenticatorTransport(name) for name in made.transports if name in _TRANSPORTS]
    return PublicKeyCredentialDescriptor(id=made.credential_id, transports=known or None)


def _client_data(answer: JsonObject) -> CollectedClientData:
    with _translated():
        response = cast("JsonObject", answer["response"])
        return parse_client_data_json(base64url_to_bytes(cast("str", response["clientDataJSON"])))


@contextmanager
def _translated() -> Generator[None]:
    """What a browser sent is somebody else's: wrong shapes are refused like wrong signatures."""
    try:
        yield
    except (WebAuthnException, KeyError, TypeError, ValueError, AttributeError) as error:
        raise PasskeyInvalidError(
            "The passkey's answer is not valid here.", reason="answer", said=str(error)[:200]
        ) from error
