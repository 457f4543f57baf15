"""The key port, on every adapter."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from bastide.platform.secrets.envelope import open_sealed, seal
from bastide.platform.secrets.local import LocalKeyring
from bastide.platform.secrets.port import Keyring, KeysUnreadableError, SealBrokenError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture(params=["local"])
def open_keyring(folder: Path) -> Callable[[], Keyring]:
    """Opens the same keys again at each call, as the next process would."""
    return lambda: LocalKeyring.load(folder)


async def test_sealed_bytes_open_in_their_context_after_a_restart(
    open_keyring: Callable[[], Keyring],
) -> None:
    sealed = await open_keyring().seal(b"seed", "totp:usr_1")
    assert b"seed" not in sealed
    assert await open_keyring().open(sealed, "totp:usr_1") == b"seed"
    with pytest.raises(SealBrokenError):
        await open_keyring().open(sealed, "totp:usr_2")


async def test_every_seal_is_different(open_keyring: Callable[[], Keyring]) -> None:
    keyring = open_keyring()
    assert len({await keyring.seal(b"same", "c") for _ in range(100)}) == 100


async def test_any_changed_bit_is_noticed(open_keyring: Callable[[], Keyring]) -> None:
    keyring = open_keyring()
    sealed = await keyring.seal(b"some secret", "c")
    for place in range(len(sealed)):
        for bit in (1, 128):
            changed = bytearray(sealed)
            changed[place] ^= bit
            with pytest.raises(SealBrokenError):
                await keyring.open(bytes(changed), "c")
    for length in range(len(sealed)):
        with pytest.raises(SealBrokenError):
            await keyring.open(sealed[:length], "c")


async def test_hashes_are_keyed_stable_and_apart_by_purpose(open_keyring: Callable[[], Keyring]) -> None:
    first, again = open_keyring(), open_keyring()
    assert first.keyed_hash("a", b"x") == again.keyed_hash("a", b"x")
    assert len(first.keyed_hash("a", b"x")) == 32
    assert len({first.keyed_hash(purpose, data) for purpose in "ab" for data in (b"x", b"y")}) == 4


async def test_signatures_verify_and_no_other_message_does(open_keyring: Callable[[], Keyring]) -> None:
    signature = await open_keyring().sign(b"head")
    public = Ed25519PublicKey.from_public_bytes(open_keyring().public_keys()[signature.key_id])
    public.verify(signature.value, b"head")
    with pytest.raises(InvalidSignature):
        public.verify(signature.value, b"heat")


async def test_after_rotation_the_old_still_opens_and_verifies(folder: Path) -> None:
    before = LocalKeyring.load(folder)
    sealed, signature = await before.seal(b"old", "c"), await before.sign(b"old")
    after = LocalKeyring.rotate(folder)
    assert after.keyed_hash("p", b"x") == before.keyed_hash("p", b"x")
    assert await after.open(sealed, "c") == b"old"
    assert signature.key_id in after.public_keys()
    assert (await after.sign(b"new")).key_id != signature.key_id
    with pytest.raises(SealBrokenError):
        await before.open(await after.seal(b"new", "c"), "c")


def test_the_key_file_is_its_owners_alone_and_a_readable_one_is_refused(folder: Path) -> None:
    LocalKeyring.load(folder)
    path = folder / "keyring.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    with pytest.raises(KeysUnreadableError, match="chmod 600"):
        LocalKeyring.load(folder)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", json.dumps({"root": "!", "masters": {}, "signers": {}})]
)
def test_a_damaged_key_file_is_said_to_be_so(folder: Path, content: str) -> None:
    folder.mkdir()
    path = folder / "keyring.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeysUnreadableError):
        LocalKeyring.load(folder)


@given(plaintext=st.binary(max_size=300), context=st.text(max_size=50))
async def test_whatever_is_sealed_opens(plaintext: bytes, context: str) -> None:
    key = b"k" * 32
    assert open_sealed(seal(plaintext, context, "m-1", key), context, {"m-1": key}) == plaintext
