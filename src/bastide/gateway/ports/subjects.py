"""Whom limits may be for."""

from typing import Protocol

from bastide.gateway.domain.limits import Subject


class Subjects(Protocol):
    """What the organisation has: keys, people and service accounts, groups. Models are the catalogue's."""

    async def exists(self, organisation_id: str, subject: Subject, subject_id: str) -> bool:
        """Whether that key (one that is not revoked), user or group belongs to the organisation."""
        ...
