"""The roles that a process can play; `bastide up` plays them all."""

from enum import StrEnum


class Role(StrEnum):
    """What a process does. Roles share state through SQL, objects, cache, bus and index only."""

    GATEWAY = "gateway"
    API = "api"
    REALTIME = "realtime"
    DOCUMENTS = "documents"
    WORKER = "worker"
    CONTROLLER = "controller"
    WEB = "web"


ALL_ROLES = tuple(Role)
INDEX_ROLES = frozenset({Role.GATEWAY, Role.API, Role.DOCUMENTS, Role.WORKER})
"""Roles that read or write the search index."""
