"""Access tokens as JWT (RFC 7519), signed with Ed25519 (RFC 8037, RFC 9864) under the key port."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bastide.identity.domain.access_tokens import AccessClaims
from bastide.kit.json import JsonObject
from bastide.platform.secrets.port import Keyring

_ALGORITHM = "Ed25519"
_AUDIENCE = "bastide"


class JoseTokens:
    """`issuer`: this installation's address, or its name where it has none."""

    def __init__(self, keyring: Keyring, issuer: str | None) -> None:
        self._keyring = keyring
        self._issuer = issuer or _AUDIENCE
        self._keys = KeySet.import_key_set({"keys": [_jwk(*key) for key in keyring.public_keys().items()]})  # pyright: ignore[reportArgumentType]

    async def sign(self, claims: AccessClaims) -> str:
        said = {
            "iss": self._issuer,
            "aud": _AUDIENCE,
            "sub": claims.user_id,
            "org": claims.organisation_id,
            "sid": claims.session_id,
            "iat": int(claims.issued_at.timestamp()),
            "exp": int(claims.expires_at.timestamp()),
        }
        key_id = next(reversed(self._keyring.public_keys()))
        note = _signing_input(key_id, said)
        signature = await self._keyring.sign(note.encode())
        if signature.key_id != key_id:  # the key was changed in between
            note = _signing_input(signature.key_id, said)
            signature = await self._keyring.sign(note.encode())
        return f"{note}.{_text(signature.value)}"

    def verify(self, token: str) -> AccessClaims | None:
        try:
            said = jwt.decode(token, self._keys, algorithms=[_ALGORITHM]).claims
            if (said["iss"], said["aud"]) != (self._issuer, _AUDIENCE):
                return None
            return AccessClaims(
                session_id=str(said["sid"]),
                user_id=str(said["sub"]),
                organisation_id=str(said["org"]),
                issued_at=datetime.fromtimestamp(said["iat"], UTC),
                expires_at=datetime.fromtimestamp(said["exp"], UTC),
            )
        except (JoseError, KeyError, TypeError, ValueError, OverflowError):
            return None

    def public_keys(self) -> list[JsonObject]:
        return [_jwk(*key) for key in self._keyring.public_keys().items()]


def _jwk(key_id: str, public: bytes) -> JsonObject:
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": _text(public),
        "kid": key_id,
        "use": "sig",
        "alg": _ALGORITHM,
    }


def _signing_input(key_id: str, claims: Mapping[str, object]) -> str:
    """RFC 7515, § 5.1."""
    return f"{_json({'alg': _ALGORITHM, 'kid': key_id, 'typ': 'JWT'})}.{_json(claims)}"


def _json(value: Mapping[str, object]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
