"""Passwords that are tried first: the commonest, and those of breaches in a local file."""

import hashlib
from pathlib import Path

import pytest

from bastide.identity.adapters.breached_passwords import BreachedFileError, BreachedPasswords
from bastide.identity.adapters.common_passwords import CommonPasswords
from bastide.identity.domain.errors import PasswordWeakError
from bastide.identity.usecases.choose_password import PasswordRules
from tests.unit.identity.conftest import PASSWORD, House

EMAIL = "ada@example.org"


def hashed(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def listed(path: Path, passwords: list[str], end: str = "\r\n") -> Path:
    """As the downloader of Have I Been Pwned writes it."""
    lines = sorted(f"{hashed(one)}:{number + 1}" for number, one in enumerate(passwords))
    path.write_bytes("".join(f"{line}{end}" for line in lines).encode())
    return path


async def test_the_commonest_are_refused() -> None:
    common = CommonPasswords()
    assert len(common._known) > 3000
    assert await common.holds("trustno1")
    assert await common.holds("TrustNo1")
    assert not await common.holds("correct horse battery")
    with pytest.raises(PasswordWeakError) as refusal:
        await PasswordRules([common]).check("superman", EMAIL)  # nothing else is wrong with it
    assert refusal.value.details["reason"] == "common"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 2000])
async def test_a_breached_one_is_found_wherever_it_stands(tmp_path: Path, count: int, end: str) -> None:
    inside = [f"password number {number}" for number in range(count)]
    breached = BreachedPasswords(listed(tmp_path / "list.txt", inside, end))
    assert all([await breached.holds(one) for one in inside])
    assert not any([await breached.holds(f"another {number}") for number in range(500)])


async def test_a_list_that_cannot_be_read_lets_nothing_pass(tmp_path: Path) -> None:
    with pytest.raises(BreachedFileError):
        await BreachedPasswords(tmp_path / "gone.txt").holds("x")


async def test_it_is_asked_wherever_a_password_is_chosen(house: House, tmp_path: Path) -> None:
    path = listed(tmp_path / "list.txt", ["a breached passphrase"])
    house.identity.parts.rules.lists.append(BreachedPasswords(path))  # pyright: ignore[reportAttributeAccessIssue]
    admin = await house.signed_in()
    for new, reason in (("a breached passphrase", "breached"), ("trustno1", "common")):
        answer = await admin.post("/api/v1/me/password", {"current_password": PASSWORD, "new_password": new})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, "password.weak")
        assert error["details"]["reason"] == reason
        link = await admin.post("/api/v1/invitations", {"email": "bob@example.org"})
        token = link.json()["link"]["path"].partition("#")[2]
        joined = await house.browser().post("/api/v1/auth/join", {"token": token, "password": new})
        assert joined.json()["error"]["details"]["reason"] == reason
        bob = await house.invited(f"{reason}@example.org", by=admin)
        bob_id = (await bob.get("/api/v1/me")).json()["id"]
        reset = (await admin.post(f"/api/v1/people/{bob_id}/reset-link")).json()["path"].partition("#")[2]
        answer = await house.browser().post("/api/v1/auth/reset", {"token": reset, "new_password": new})
        assert answer.json()["error"]["details"]["reason"] == reason, answer.text
