"""What somebody tried who is known and may not: into the log of their organisation."""

from dataclasses import dataclass, replace

import structlog

from bastide.identity.domain.principal import Principal
from bastide.kit.errors import UnavailableError
from bastide.operations.contract import Audit, Outcome, done_by

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RefusalNotes:
    audit: Audit

    async def note(self, principal: Principal, method: str, route: str, path: str) -> None:
        """`path` is kept only where it is not the route's template: it names what was tried."""
        entry = done_by(
            principal,
            "request.refused",
            None if path == route else path[:500],
            method=method,
            route=route,
        )
        try:
            await self.audit.note(replace(entry, outcome=Outcome.REFUSED))
        except UnavailableError as error:  # refused all the same
            _log.warning("identity.refusal_not_recorded", error=str(error), route=route)
