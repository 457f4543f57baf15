"""What goes with every new factor: recovery codes, and a fresh start for the sessions."""

from bastide.identity.domain.principal import Principal
from bastide.identity.domain.totp import RECOVERY_CODES, new_recovery_code
from bastide.identity.ports import Unit
from bastide.identity.usecases.tokens import TokenHashes


async def new_codes(unit: Unit, hashes: TokenHashes, user_id: str) -> tuple[str, ...]:
    """They replace those there are; shown once."""
    codes = tuple(new_recovery_code() for _ in range(RECOVERY_CODES))
    await unit.factors.put_recovery_codes(user_id, [hashes.recovery(one) for one in codes])
    return codes


async def keep_only_this_session(unit: Unit, principal: Principal) -> None:
    """It proved the new factor; the others, opened without it, end. Announce the subject after the commit."""
    ended = [one.id for one in await unit.sessions.of_user(principal.subject_id)]
    await unit.sessions.delete([one for one in ended if one != principal.session_id])
    await unit.sessions.strengthen(principal.session_id or "")
