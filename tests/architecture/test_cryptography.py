"""The register of cryptography names every file that hashes, encrypts or signs, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "bastide"
REGISTER = ROOT / "docs" / "operations" / "cryptography.md"
_USES = re.compile(
    r"^\s*(from|import) (cryptography|hashlib|pwdlib|joserfc|webauthn|ssl|msoffcrypto)\b"
    r"|\bhmac\.(digest|new)\(",
    re.MULTILINE,
)


def test_every_use_of_cryptography_is_registered() -> None:
    using = {
        path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if _USES.search(path.read_text())
    }
    assert set(re.findall(r"`([a-z0-9_/]+\.py)`", REGISTER.read_text())) == using
