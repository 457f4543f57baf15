"""Keyed hashes of secrets: what the database holds instead of them."""

import hmac

from bastide.platform.secrets.port import Keyring


class TokenHashes:
    """One purpose per kind of secret, so that a hash of one kind is never good for another."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def key(self, secret: str) -> bytes:
        return self._keyring.keyed_hash("identity/api-key", secret.encode())

    def session(self, token: str) -> bytes:
        return self._keyring.keyed_hash("identity/session", token.encode())

    def refresh(self, token: str) -> bytes:
        return self._keyring.keyed_hash("identity/refresh", token.encode("utf-8", "replace"))

    def refresh_proof(self, note: str) -> str:
        return self._keyring.keyed_hash("identity/refresh-proof", note.encode("utf-8", "replace")).hex()

    def access(self, token: str) -> bytes:
        return self._keyring.keyed_hash("identity/access", token.encode("utf-8", "replace"))

    def local(self, token: str) -> bytes:
        return self._keyring.keyed_hash("identity/local", token.encode())

    def link(self, token: str) -> bytes:
        return self._keyring.keyed_hash("identity/link", token.encode())

    def recovery(self, code: str) -> bytes:
        return self._keyring.keyed_hash("identity/recovery", code.encode("utf-8", "replace"))

    def challenge(self, note: str) -> str:
        return self._keyring.keyed_hash("identity/challenge", note.encode("utf-8", "replace")).hex()

    def csrf(self, session_token: str) -> str:
        """The token against cross-site requests: derived from the session, so that there is none to store
        and one of another session is worth nothing (OWASP: signed double-submit cookie).
        """
        return self._keyring.keyed_hash("identity/csrf", session_token.encode()).hex()

    def csrf_matches(self, session_token: str, header: str | None) -> bool:
        return hmac.compare_digest(self.csrf(session_token).encode(), (header or "").encode())

    def device(self, user_id: str, nonce: str) -> str:
        """Proves that a browser has logged in to this account before."""
        return self._keyring.keyed_hash("identity/device", f"{user_id}:{nonce}".encode()).hex()

    def throttle(self, email: str) -> str:
        """Stands for an account in the cache, where addresses have no business."""
        return self._keyring.keyed_hash("identity/throttle", email.encode()).hex()[:32]
