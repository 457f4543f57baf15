from bastide.identity.adapters.argon2 import Argon2PasswordHasher


async def test_argon2id_accepts_the_right_password_and_no_other() -> None:
    hasher = Argon2PasswordHasher()
    stored = await hasher.hash("correct horse")
    assert stored.startswith("$argon2id$")
    assert await hasher.verify("correct horse", stored)
    assert not await hasher.verify("correct hors", stored)
    assert not await hasher.verify("correct horse", None)
