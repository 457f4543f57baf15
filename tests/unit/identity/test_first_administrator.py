import pytest

from bastide.identity.domain.errors import EmailInvalidError, PasswordWeakError
from tests.unit.identity.conftest import EMAIL, House


async def test_it_is_made_once(house: House) -> None:
    assert await house.identity.ensure_first_administrator("other@example.org", "another good one") is None
    assert (await house.browser().log_in("other@example.org", "another good one")).status_code == 401
    assert (await house.browser().log_in()).status_code == 200


async def empty(house: House) -> None:
    async with house.database.transaction() as connection:
        for table in ("memberships", "users", "organisations"):
            await connection.exec_driver_sql(f"DELETE FROM {table}")


async def test_without_a_password_one_is_made_that_must_be_changed(house: House) -> None:
    await empty(house)
    first = await house.identity.ensure_first_administrator(None, None)
    assert first is not None
    assert first.one_time_password is not None
    made = house.scribe.entries[-1]
    assert (made.action, made.actor_id) == ("organisation.created", "system")
    browser = house.browser()
    answer = await browser.log_in(first.email, first.one_time_password)
    assert answer.json()["user"]["must_change_password"] is True
    held = await browser.get("/api/v1/keys")
    assert (held.status_code, held.json()["error"]["code"]) == (403, "auth.pending")
    assert held.json()["error"]["details"] == {"pending": "password"}
    body = {"current_password": first.one_time_password, "new_password": "now my own secret"}
    assert (await browser.post("/api/v1/me/password", body)).status_code == 204
    assert (await browser.get("/api/v1/keys")).status_code == 200


@pytest.mark.parametrize(
    ("email", "password", "error"),
    [("nonsense", "a good password", EmailInvalidError), (EMAIL, "short", PasswordWeakError)],
)
async def test_what_will_not_do_is_refused_and_nothing_is_made(
    house: House, email: str, password: str, error: type[Exception]
) -> None:
    await empty(house)
    with pytest.raises(error):
        await house.identity.ensure_first_administrator(email, password)
    assert await house.identity.ensure_first_administrator(EMAIL, "a good password") is not None
