"""Whom limits may be for: what belongs to the organisation, and nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bastide.app.subjects import KnownSubjects
from bastide.gateway.domain.limits import Subject
from bastide.identity.ports import IdentityStore

KEYS = {
    "key_1": SimpleNamespace(organisation_id="org_1", revoked_at=None),
    "key_revoked": SimpleNamespace(organisation_id="org_1", revoked_at="yesterday"),
    "key_theirs": SimpleNamespace(organisation_id="org_2", revoked_at=None),
}


@dataclass(frozen=True)
class Rows:
    known: dict[Any, Any]

    async def get(self, *asked: str) -> Any:
        return self.known.get(asked if len(asked) > 1 else asked[0])

    membership = get


class Store:
    """One of each in the organisation `org_1`."""

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Any]:
        yield SimpleNamespace(
            keys=Rows(KEYS),
            people=Rows({("usr_1", "org_1"): True}),
            services=Rows({("svc_1", "org_1"): True}),
            groups=Rows({("grp_1", "org_1"): True}),
        )


@pytest.mark.parametrize(
    ("subject", "known", "unknown"),
    [
        (Subject.KEY, ["key_1"], ["key_revoked", "key_theirs", "key_none"]),
        (Subject.USER, ["usr_1", "svc_1"], ["usr_2", "grp_1"]),
        (Subject.GROUP, ["grp_1"], ["grp_2", "usr_1"]),
    ],
)
async def test_who_belongs_to_the_organisation(
    subject: Subject, known: list[str], unknown: list[str]
) -> None:
    subjects = KnownSubjects(cast("IdentityStore", Store()))
    assert all([await subjects.exists("org_1", subject, one) for one in known])
    assert not any([await subjects.exists("org_1", subject, one) for one in unknown])
    assert not any([await subjects.exists("org_2", subject, one) for one in known])
