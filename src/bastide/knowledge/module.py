"""Builds the documents service from its ports."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from fastapi import APIRouter, Request

from bastide.identity.contract import Policy, Principal, Sharing
from bastide.kit.clock import Clock
from bastide.knowledge.adapters.sql import SqlKnowledgeStore
from bastide.knowledge.adapters.sql_passages import SqlPassages
from bastide.knowledge.contract import Knowledge
from bastide.knowledge.domain.chunking import chunk
from bastide.knowledge.http.changes import ChangeUseCases, changes_router
from bastide.knowledge.http.collections import collections_router
from bastide.knowledge.http.content import content_router
from bastide.knowledge.http.documents import documents_router
from bastide.knowledge.http.events import events_router
from bastide.knowledge.http.index import index_router
from bastide.knowledge.http.search import search_router
from bastide.knowledge.http.sharing import sharing_router
from bastide.knowledge.http.text import text_router
from bastide.knowledge.ports.geometry import Geometry
from bastide.knowledge.ports.index import PassageIndex
from bastide.knowledge.ports.observer import IngestionObserver, Unobserved
from bastide.knowledge.ports.parser import ParseLimits, Parser
from bastide.knowledge.ports.scanner import Scanner
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.attach import Attach
from bastide.knowledge.usecases.attend import Attend
from bastide.knowledge.usecases.catch_up import CatchUp
from bastide.knowledge.usecases.change_document import ChangeDocument
from bastide.knowledge.usecases.chunk import ChunkText
from bastide.knowledge.usecases.collections import Collections
from bastide.knowledge.usecases.compact import Compact
from bastide.knowledge.usecases.control import Control
from bastide.knowledge.usecases.delete import DeleteDocument
from bastide.knowledge.usecases.embed import Embed
from bastide.knowledge.usecases.erase import Erase
from bastide.knowledge.usecases.fail import Fail
from bastide.knowledge.usecases.index import IndexPassages, IndexVersion
from bastide.knowledge.usecases.materialise import Materialise
from bastide.knowledge.usecases.notices import Notices
from bastide.knowledge.usecases.parse import Parse
from bastide.knowledge.usecases.passwords import Passwords
from bastide.knowledge.usecases.personal_documents import PersonalDocuments
from bastide.knowledge.usecases.publish import Publish, Tidy
from bastide.knowledge.usecases.read_content import ReadContent
from bastide.knowledge.usecases.read_documents import ReadDocuments
from bastide.knowledge.usecases.read_index import ReadIndex
from bastide.knowledge.usecases.read_text import ReadText
from bastide.knowledge.usecases.rebuild import AskRebuild, Rebuild
from bastide.knowledge.usecases.receive import Receive
from bastide.knowledge.usecases.resume_erasures import ResumeErasures
from bastide.knowledge.usecases.samples import LoadSamples, Suggest
from bastide.knowledge.usecases.scan import Scan
from bastide.knowledge.usecases.search import Search
from bastide.knowledge.usecases.see import See
from bastide.knowledge.usecases.service import KnowledgeService
from bastide.knowledge.usecases.share import ShareDocument
from bastide.knowledge.usecases.texts import Texts
from bastide.knowledge.usecases.update_index import UpdateIndex
from bastide.knowledge.usecases.upkeep import Upkeep
from bastide.knowledge.usecases.upload import Upload
from bastide.knowledge.usecases.watch import Watch
from bastide.knowledge.usecases.witness import Witness
from bastide.knowledge.workflows import EMPTY, ERASE, INGEST, DocumentWorkflows
from bastide.models.contract import Embedder
from bastide.operations.contract import Audit
from bastide.platform.bus.port import Bus
from bastide.platform.cache.port import Cache
from bastide.platform.database.port import Database
from bastide.platform.objects.port import ObjectStore
from bastide.platform.outbox.port import Outbox, Relay
from bastide.platform.secrets.data_keys import DataKeys
from bastide.platform.workflows.port import Workflows


@dataclass(frozen=True, slots=True)
class KnowledgeLimits:
    """`concurrency`: documents that this process reads at a time; two, so that one is parsed while another is
    embedded. `scan_pauses_s`: how a virus scanner that does not answer is waited for.
    """

    max_upload_bytes: int = 512 << 20
    parse: ParseLimits = field(default_factory=ParseLimits)
    concurrency: int = 2
    scan_pauses_s: tuple[float, ...] = (1, 2, 5, 10, 20, 30)


@dataclass(frozen=True, slots=True)
class KnowledgePorts:
    """What the slice is built from.

    Attributes:
        tmp: a folder of this process's own, for files that must have a path; emptied at the start.
        detect_language: of a text, ISO 639-1, "" when unsure.
        samples: the folder of the sample documents and their questions, if there is one.
        scanner: looks for viruses before a document is read; None = nobody does.
        used_bytes: what the installation holds on this machine's disk.
    """

    database: Database
    objects: ObjectStore
    data_keys: DataKeys
    outbox: Outbox
    relay: Relay
    bus: Bus
    cache: Cache
    workflows: Workflows
    parser: Parser
    geometry: Geometry
    index: PassageIndex
    embedder: Embedder
    policy: Policy
    sharing: Sharing
    audit: Audit
    clock: Clock
    detect_language: Callable[[str], str]
    tmp: Path
    samples: Path | None = None
    scanner: Scanner | None = None
    used_bytes: Callable[[], int] = lambda: 0
    observer: IngestionObserver = field(default_factory=Unobserved)
    limits: KnowledgeLimits = field(default_factory=KnowledgeLimits)


class KnowledgeModule:
    """Everything that the application mounts and calls.

    Order: build, `register()`, start workflows and relay, `start()`; `stop()` before they stop.
    """

    def __init__(self, ports: KnowledgePorts) -> None:
        self._ports = ports
        self._store = SqlKnowledgeStore(
            ports.database, ports.outbox, ports.sharing, ports.audit, ports.data_keys
        )
        self._access = Access(ports.policy)
        self._notices = Notices(ports.cache)
        self._texts = Texts(ports.objects)
        self._materialise = Materialise(ports.objects, ports.tmp)
        self._passwords = Passwords(ports.cache)
        self._receive = Receive(ports.objects, self._access, ports.limits.max_upload_bytes)
        self._upload = Upload(
            self._store,
            self._access,
            ports.sharing,
            self._receive,
            self._passwords,
            self._notices,
            ports.clock,
        )
        self._delete = DeleteDocument(self._store, self._access, self._notices, ports.clock)
        see = See(self._notices)
        self._read = ReadDocuments(self._store, self._access, see)
        self._collections = Collections(self._store, self._access, ports.sharing, self._delete, ports.clock)
        self._index_passages = IndexPassages(self._store, ports.index)
        self._ask_rebuild = AskRebuild(
            self._store, self._access, ports.embedder, ports.workflows, ports.clock
        )
        self._rebuild = Rebuild(self._store, ports.index, self._index_passages, ports.embedder, ports.cache)
        self.load_samples = LoadSamples(self._store, self._collections, self._receive, self._upload)
        self._witness = Witness(ports.audit)
        self._read_text = ReadText(self._read, self._texts, self._materialise, ports.geometry, self._witness)
        search = Search(
            SqlPassages(ports.database, ports.policy, ports.data_keys),
            ports.index,
            ports.embedder,
            ports.detect_language,
        )
        self.knowledge: Knowledge = KnowledgeService(search, self._read_text, ports.audit)
        self._resume_erasures = ResumeErasures(self._store, ports.workflows, ERASE, EMPTY)
        self.personal = PersonalDocuments(
            self._store, ports.objects, self._collections, self._delete, self._resume_erasures
        )
        self._watch = Watch(self._store, self._access, self._notices, see)
        self._upkeep = Upkeep(self._catch_up(), self._store, ports.index)

    def register(self) -> None:
        """Workflows, and the events that start them. Before either is started: what a process that was killed
        has left in `tmp` is removed.
        """
        self._materialise.clean()
        ports = self._ports
        self._workflows().register(ports.workflows, ports.relay, ports.limits.concurrency)
        for topic in ("document.*", "collection.*"):
            ports.relay.on(topic, ports.bus.publish)

    def routers(self, principal: Callable[[Request], Principal]) -> list[APIRouter]:
        """For the platform's API; every route needs a principal."""
        ports = self._ports
        changes = ChangeUseCases(
            self._receive,
            self._upload,
            ChangeDocument(self._store, self._access, ports.sharing, self._notices, ports.clock),
            self._delete,
            Control(self._store, self._access, self._notices, self._passwords, ports.observer, ports.clock),
            self._read,
        )
        compact = Compact(
            self._store,
            self._access,
            ports.objects,
            ports.index,
            ports.workflows,
            ports.clock,
            ports.used_bytes,
        )
        return [
            search_router(self.knowledge, principal),
            collections_router(self._collections, principal),
            events_router(self._watch, principal),
            documents_router(self._read, principal),
            changes_router(changes, principal),
            sharing_router(
                ShareDocument(self._store, self._access, ports.sharing, self._notices, ports.clock), principal
            ),
            text_router(self._read_text, principal),
            content_router(
                ReadContent(self._read, ports.objects, self._witness, scans=ports.scanner is not None),
                principal,
            ),
            index_router(
                ReadIndex(self._store, self._access, ports.index, ports.cache),
                self._ask_rebuild,
                compact,
                Suggest(self._store, self._access, ports.samples),
                principal,
            ),
        ]

    async def start(self, *, work: bool = True) -> None:
        """`work=False`: another process reads documents and looks after the index."""
        if work:
            self._upkeep.start()

    async def stop(self) -> None:
        await self._upkeep.stop()

    def _catch_up(self) -> CatchUp:
        ports = self._ports
        return CatchUp(
            self._store,
            ports.index,
            ports.workflows,
            ports.embedder,
            self._ask_rebuild,
            self._rebuild,
            ports.clock,
            self._resume_erasures,
            INGEST,
        )

    def _workflows(self) -> DocumentWorkflows:
        ports, store = self._ports, self._store
        attend = Attend(store, self._notices, ports.observer)
        count_tokens = ports.embedder.count_tokens
        index_version = IndexVersion(
            store, attend, ports.index, self._index_passages, ports.embedder, ports.clock
        )
        chunker = partial(chunk, count_tokens=count_tokens, detect_language=ports.detect_language)
        return DocumentWorkflows(
            parse=Parse(
                store,
                attend,
                self._materialise,
                ports.parser,
                self._texts,
                self._passwords,
                Attach(store, self._receive, self._upload, self._delete),
                ports.detect_language,
                ports.limits.parse,
                Scan(ports.scanner, ports.limits.scan_pauses_s),
            ),
            chunk=ChunkText(store, attend, self._texts, chunker),
            embed=Embed(store, attend, ports.embedder),
            publish=Publish(store, index_version, self._notices, ports.observer, ports.clock),
            tidy=Tidy(store, ports.index),
            fail=Fail(store, self._notices, ports.observer, ports.clock),
            erase=Erase(store, ports.objects, ports.index, ports.workflows, self._delete),
            update_index=UpdateIndex(store, ports.index),
            collections=self._collections,
            rebuild=self._rebuild,
        )
