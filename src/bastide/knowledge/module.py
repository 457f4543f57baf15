"""Builds the documents service from its ports."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bastide.identity.contract import Policy, Sharing
from bastide.kit.clock import Clock
from bastide.knowledge.adapters.sql import SqlKnowledgeStore
from bastide.knowledge.adapters.sql_passages import SqlPassages
from bastide.knowledge.contract import Knowledge
from bastide.knowledge.domain.chunking import chunk
from bastide.knowledge.ports.geometry import Geometry
from bastide.knowledge.ports.index import PassageIndex
from bastide.knowledge.ports.observer import IngestionObserver, Unobserved
from bastide.knowledge.ports.parser import ParseLimits, Parser
from bastide.knowledge.ports.scanner import Scanner
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.attach import Attach
from bastide.knowledge.usecases.attend import Attend
from bastide.knowledge.usecases.catch_up import CatchUp
from bastide.knowledge.usecases.chunk import ChunkText
from bastide.knowledge.usecases.collections import Collections
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
from bastide.knowledge.usecases.read_documents import ReadDocuments
from bastide.knowledge.usecases.read_text import ReadText
from bastide.knowledge.usecases.rebuild import AskRebuild, Rebuild
from bastide.knowledge.usecases.receive import Receive
from bastide.knowledge.usecases.resume_erasures import ResumeErasures
from bastide.knowledge.usecases.samples import LoadSamples
from bastide.knowledge.usecases.scan import Scan
from bastide.knowledge.usecases.search import Search
from bastide.knowledge.usecases.see import See
from bastide.knowledge.usecases.service import KnowledgeService
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
        self.ports = ports
        self.store = SqlKnowledgeStore(
            ports.database, ports.outbox, ports.sharing, ports.audit, ports.data_keys
        )
        self.access = Access(ports.policy)
        self.notices = Notices(ports.cache)
        self._texts = Texts(ports.objects)
        self._materialise = Materialise(ports.objects, ports.tmp)
        self.passwords = Passwords(ports.cache)
        self.receive = Receive(ports.objects, self.access, ports.limits.max_upload_bytes)
        self.upload = Upload(
            self.store,
            self.access,
            ports.sharing,
            self.receive,
            self.passwords,
            self.notices,
            ports.clock,
        )
        self.delete = DeleteDocument(self.store, self.access, self.notices, ports.clock)
        see = See(self.notices)
        self.read = ReadDocuments(self.store, self.access, see)
        self.collections = Collections(self.store, self.access, ports.sharing, self.delete, ports.clock)
        self._index_passages = IndexPassages(self.store, ports.index)
        self.ask_rebuild = AskRebuild(self.store, self.access, ports.embedder, ports.workflows, ports.clock)
        self._rebuild = Rebuild(self.store, ports.index, self._index_passages, ports.embedder, ports.cache)
        self.load_samples = LoadSamples(self.store, self.collections, self.receive, self.upload)
        self.witness = Witness(ports.audit)
        self.read_text = ReadText(self.read, self._texts, self._materialise, ports.geometry, self.witness)
        search = Search(
            SqlPassages(ports.database, ports.policy, ports.data_keys),
            ports.index,
            ports.embedder,
            ports.detect_language,
        )
        self.knowledge: Knowledge = KnowledgeService(search, self.read_text, ports.audit)
        self._resume_erasures = ResumeErasures(self.store, ports.workflows, ERASE, EMPTY)
        self.personal = PersonalDocuments(
            self.store, ports.objects, self.collections, self.delete, self._resume_erasures
        )
        self.watch = Watch(self.store, self.access, self.notices, see)
        self._upkeep = Upkeep(self._catch_up(), self.store, ports.index)

    def register(self) -> None:
        """Workflows, and the events that start them. Before either is started: what a process that was killed
        has left in `tmp` is removed.
        """
        self._materialise.clean()
        ports = self.ports
        self._workflows().register(ports.workflows, ports.relay, ports.limits.concurrency)
        for topic in ("document.*", "collection.*"):
            ports.relay.on(topic, ports.bus.publish)

    async def start(self, *, work: bool = True) -> None:
        """`work=False`: another process reads documents and looks after the index."""
        if work:
            self._upkeep.start()

    async def stop(self) -> None:
        await self._upkeep.stop()

    def _catch_up(self) -> CatchUp:
        ports = self.ports
        return CatchUp(
            self.store,
            ports.index,
            ports.workflows,
            ports.embedder,
            self.ask_rebuild,
            self._rebuild,
            ports.clock,
            self._resume_erasures,
            INGEST,
        )

    def _workflows(self) -> DocumentWorkflows:
        ports, store = self.ports, self.store
        attend = Attend(store, self.notices, ports.observer)
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
                self.passwords,
                Attach(store, self.receive, self.upload, self.delete),
                ports.detect_language,
                ports.limits.parse,
                Scan(ports.scanner, ports.limits.scan_pauses_s),
            ),
            chunk=ChunkText(store, attend, self._texts, chunker),
            embed=Embed(store, attend, ports.embedder),
            publish=Publish(store, index_version, self.notices, ports.observer, ports.clock),
            tidy=Tidy(store, ports.index),
            fail=Fail(store, self.notices, ports.observer, ports.clock),
            erase=Erase(store, ports.objects, ports.index, ports.workflows, self.delete),
            update_index=UpdateIndex(store, ports.index),
            collections=self.collections,
            rebuild=self._rebuild,
        )
