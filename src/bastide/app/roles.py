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
INDEX_ROLES = frozenset({Role.API, Role.DOCUMENTS, Role.WORKER})
"""Roles that read or write the search index. With them, the gateway grounds answers in documents."""
GATEWAY_ALONE = frozenset({Role.GATEWAY})
"""The door to the models and nothing else: light, and complete without documents."""
