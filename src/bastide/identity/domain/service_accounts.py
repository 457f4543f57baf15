"""Accounts of programs: they have a role and keys, and nobody can log in as one."""

from dataclasses import dataclass
from datetime import datetime

from bastide.identity.domain.principal import Role


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """Belongs to one organisation; grants name it as `user:<id>`."""

    id: str
    organisation_id: str
    name: str
    role: Role
    created_at: datetime
    active: bool = True
