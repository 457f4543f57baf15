"""A software authenticator: makes passkeys and answers with them as a browser would pass it on."""

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _ELIGIBLE, _BACKED_UP, _ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SoftPasskey:
    rp_id: str
    user_handle: bytes
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    count: int = 0

    def cose(self) -> bytes:
        """ES256 (RFC 9053)."""
        point = self.key.public_key().public_numbers()
        return cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )


@dataclass
class SoftAuthenticator:
    """Of one person, on one site. What is wrong about it can be set, to see it refused.

    Attributes:
        counts: whether its sign count grows.
        verifies: whether it asks for a finger or a PIN.
    """

    origin: str = "https://bastide.example"
    counts: bool = True
    verifies: bool = True
    synced: bool = False
    passkeys: list[SoftPasskey] = field(default_factory=list)

    def create(self, options: dict[str, Any], rp_id: str | None = None) -> dict[str, Any]:
        """As `navigator.credentials.create(…)`, then `toJSON()`."""
        known = {_bytes(one["id"]) for one in options.get("excludeCredentials", [])}
        assert not known & {one.credential_id for one in self.passkeys}, "InvalidStateError"
        passkey = SoftPasskey(rp_id or options["rp"]["id"], _bytes(options["user"]["id"]))
        self.passkeys.append(passkey)
        attested = bytes(16) + struct.pack(">H", 32) + passkey.credential_id + passkey.cose()
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(passkey, _ATTESTED) + attested}
        return self._answer(
            passkey,
            clientDataJSON=_text(self._client_data("webauthn.create", options)),
            attestationObject=_text(cbor2.dumps(attestation)),
            transports=["internal"],
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """As `navigator.credentials.get(…)`, then `toJSON()`; with the newest passkey that is allowed."""
        allowed = {_bytes(one["id"]) for one in options.get("allowCredentials", [])}
        passkey = [one for one in self.passkeys if not allowed or one.credential_id in allowed][-1]
        passkey.count += self.counts
        data = self._data(passkey)
        client = self._client_data("webauthn.get", options)
        signature = passkey.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            passkey,
            clientDataJSON=_text(client),
            authenticatorData=_text(data),
            signature=_text(signature),
            userHandle=_text(passkey.user_handle),
        )

    def _data(self, passkey: SoftPasskey, more: int = 0) -> bytes:
        flags = _PRESENT | more
        flags |= _VERIFIED if self.verifies else 0
        flags |= _ELIGIBLE | _BACKED_UP if self.synced else 0
        return hashlib.sha256(passkey.rp_id.encode()).digest() + struct.pack(">BI", flags, passkey.count)

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, passkey: SoftPasskey, **response: Any) -> dict[str, Any]:
        name = _text(passkey.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }
