"""The knowledge slice's part of the platform API."""

from collections.abc import Callable

from fastapi import APIRouter, Request

from bastide.identity.contract import Principal
from bastide.knowledge.http.changes import ChangeUseCases, changes_router
from bastide.knowledge.http.collections import collections_router
from bastide.knowledge.http.content import content_router
from bastide.knowledge.http.documents import documents_router
from bastide.knowledge.http.events import events_router
from bastide.knowledge.http.index import index_router
from bastide.knowledge.http.search import search_router
from bastide.knowledge.http.sharing import sharing_router
from bastide.knowledge.http.text import text_router
from bastide.knowledge.module import KnowledgeModule
from bastide.knowledge.usecases.change_document import ChangeDocument
from bastide.knowledge.usecases.compact import Compact
from bastide.knowledge.usecases.control import Control
from bastide.knowledge.usecases.read_content import ReadContent
from bastide.knowledge.usecases.read_index import ReadIndex
from bastide.knowledge.usecases.samples import Suggest
from bastide.knowledge.usecases.share import ShareDocument


def knowledge_routers(module: KnowledgeModule, principal: Callable[[Request], Principal]) -> list[APIRouter]:
    """Every route needs a principal."""
    ports = module.ports
    changes = ChangeUseCases(
        module.receive,
        module.upload,
        ChangeDocument(module.store, module.access, ports.sharing, module.notices, ports.clock),
        module.delete,
        Control(module.store, module.access, module.notices, module.passwords, ports.observer, ports.clock),
        module.read,
    )
    compact = Compact(
        module.store,
        module.access,
        ports.objects,
        ports.index,
        ports.workflows,
        ports.clock,
        ports.used_bytes,
    )
    return [
        search_router(module.knowledge, principal),
        collections_router(module.collections, principal),
        events_router(module.watch, principal),
        documents_router(module.read, principal),
        changes_router(changes, principal),
        sharing_router(
            ShareDocument(module.store, module.access, ports.sharing, module.notices, ports.clock), principal
        ),
        text_router(module.read_text, principal),
        content_router(
            ReadContent(module.read, ports.objects, module.witness, scans=ports.scanner is not None),
            principal,
        ),
        index_router(
            ReadIndex(module.store, module.access, ports.index, ports.cache),
            module.ask_rebuild,
            compact,
            Suggest(module.store, module.access, ports.samples),
            principal,
        ),
    ]
