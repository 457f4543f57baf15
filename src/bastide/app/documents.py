"""The documents service on the backends of this installation."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry

from bastide.app.backends import Backends, path_of
from bastide.app.embedder import open_embedder
from bastide.app.home import Home
from bastide.app.roles import Role
from bastide.app.scanner_url import parse_scanner_url
from bastide.app.settings import DocumentSettings, Settings
from bastide.app.site import SAMPLES
from bastide.gateway.adapters.ledger_holder import LedgerHolder
from bastide.gateway.adapters.prompt_holder import PromptHolder
from bastide.identity.contract import Principal
from bastide.identity.management import Management
from bastide.identity.module import Identity
from bastide.identity.usecases.account_data import AccountData
from bastide.kit.clock import Clock
from bastide.kit.language import detect
from bastide.knowledge.adapters.parsing.parser import SubprocessParser
from bastide.knowledge.adapters.pdfium import PdfiumGeometry
from bastide.knowledge.adapters.prometheus import IngestionMetrics
from bastide.knowledge.adapters.qdrant_edge import EdgeIndex
from bastide.knowledge.module import KnowledgeLimits, KnowledgeModule, KnowledgePorts
from bastide.knowledge.ports.parser import ParseLimits
from bastide.knowledge.routes import knowledge_routers
from bastide.models.contract import Embedder
from bastide.operations.adapters.audit_holder import AuditHolder
from bastide.operations.adapters.embedder_probe import EmbedderProbe
from bastide.operations.adapters.probes import CallProbe
from bastide.operations.module import Auditing
from bastide.operations.personal import PersonalData, PersonalDataPorts
from bastide.operations.ports import Probe
from bastide.operations.routes import personal_data_routers
from bastide.platform.workflows.dbos import DbosWorkflows
from bastide.platform.workflows.port import Workflows


@asynccontextmanager
async def open_documents(
    settings: Settings,
    home: Home,
    backends: Backends,
    embedder: Embedder,
    identity: Identity,
    auditing: Auditing,
    clock: Clock,
) -> AsyncGenerator[tuple[KnowledgeModule, PersonalData]]:
    """The service, running, and what exports and erases personal data with it.

    Only the role `documents` reads documents; the others ask and enqueue.
    """
    workflows, management = DbosWorkflows(settings.workflows, clock), Management(identity.parts)
    async with AsyncExitStack() as stack:
        parser = SubprocessParser(home.temporary / "parsers", settings.documents.parser_processes)
        geometry, index = PdfiumGeometry(), EdgeIndex(path_of(settings.vectors))
        for opened in (parser, geometry, index):
            stack.push_async_callback(opened.close)
        module = KnowledgeModule(
            KnowledgePorts(
                database=backends.database,
                objects=backends.objects,
                data_keys=backends.data_keys,
                outbox=backends.outbox,
                relay=backends.relay,
                bus=backends.bus,
                cache=backends.cache,
                workflows=workflows,
                parser=parser,
                geometry=geometry,
                index=index,
                embedder=embedder,
                policy=identity.policy,
                sharing=management.share,
                audit=auditing.audit,
                clock=clock,
                detect_language=detect,
                tmp=home.temporary / "documents",
                samples=SAMPLES,
                scanner=parse_scanner_url(settings.scanner_url),
                used_bytes=home.used_bytes,
                limits=_limits(settings.documents),
                observer=_observed_by(backends.registry),
            )
        )
        module.register()
        personal = _personal_data(backends, workflows, management.personal, module, auditing, clock)
        personal.register()
        works = Role.DOCUMENTS in settings.roles
        await workflows.start(work=works)
        stack.push_async_callback(workflows.stop)
        for part in (backends.bus, backends.relay):
            await part.start()
            stack.push_async_callback(part.stop)
        await module.start(work=works)
        stack.push_async_callback(module.stop)
        await stack.enter_async_context(personal.running())
        yield module, personal


def documents_probes(settings: Settings, embedder: Embedder) -> list[Probe]:
    """What the service cannot do without, and what it can."""
    probes: list[Probe] = [EmbedderProbe(embedder, wanted=settings.embedder_url != "none:")]
    if scanner := parse_scanner_url(settings.scanner_url):
        probes.append(CallProbe("virus scanner", scanner.ping, needed=False))
    return probes


def documents_routers(
    module: KnowledgeModule, personal: PersonalData, principal: Callable[[Request], Principal]
) -> list[APIRouter]:
    """The service's part of the platform API."""
    return [*knowledge_routers(module, principal), *personal_data_routers(personal, principal)]


def _observed_by(registry: CollectorRegistry) -> IngestionMetrics:
    metrics = IngestionMetrics()
    registry.register(metrics)
    return metrics


def _personal_data(
    backends: Backends,
    workflows: Workflows,
    people: AccountData,
    module: KnowledgeModule,
    auditing: Auditing,
    clock: Clock,
) -> PersonalData:
    """Whoever holds something on people is in this list."""
    holders = [
        module.personal,
        LedgerHolder(backends.database),
        PromptHolder(backends.database, backends.data_keys),
        AuditHolder(backends.database, auditing.keep, auditing.settled),
        people,
    ]
    ports = PersonalDataPorts(
        backends.database,
        backends.objects,
        workflows,
        clock,
        people,
        module.personal,
        holders,
        people.policy,
    )
    return PersonalData(ports, auditing)


def _limits(settings: DocumentSettings) -> KnowledgeLimits:
    parse = ParseLimits(timeout_s=settings.parse_timeout_s, memory_mb=settings.parse_memory_mb)
    return KnowledgeLimits(settings.max_upload_mb << 20, parse, settings.parser_processes)


__all__ = ["documents_probes", "documents_routers", "open_documents", "open_embedder"]
