"""Whom the gateway's limits may be for, as identity knows them."""

from dataclasses import dataclass

from bastide.gateway.domain.limits import Subject
from bastide.identity.ports import IdentityStore


@dataclass(frozen=True, slots=True)
class KnownSubjects:
    """Satisfies the gateway's port `Subjects`."""

    store: IdentityStore

    async def exists(self, organisation_id: str, subject: Subject, subject_id: str) -> bool:
        async with self.store.reading() as unit:
            match subject:
                case Subject.KEY:
                    key = await unit.keys.get(subject_id)
                    return key is not None and key.organisation_id == organisation_id and not key.revoked_at
                case Subject.USER:
                    return (
                        await unit.people.membership(subject_id, organisation_id) is not None
                        or await unit.services.get(subject_id, organisation_id) is not None
                    )
                case Subject.GROUP:
                    return await unit.groups.get(subject_id, organisation_id) is not None
                case Subject.ORGANISATION | Subject.MODEL:
                    return False
