"""What the reading of documents adds to the metrics."""

import asyncio
from pathlib import Path

from prometheus_client import CollectorRegistry

from bastide.knowledge.adapters.prometheus import IngestionMetrics
from bastide.knowledge.contract import DocumentStatus
from bastide.platform.database.port import Database
from tests.fakes.service import ADMIN, opened
from tests.integration.knowledge.test_lifecycle import control, until_parsing


async def test_documents_are_counted_by_how_they_ended(database: Database, home: Path) -> None:
    metrics, registry = IngestionMetrics(), CollectorRegistry()
    registry.register(metrics)

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"bastide_ingestion_{name}", labels)

    async with opened(database, home, observer=metrics) as service:
        document = await service.indexed("The gate closes at nine.\fThe key lies in the safe.")
        await service.indexed("!encrypted\nSecret.", "b.txt", password="wrong")
        service.parser.gate.clear()
        stopped = await service.upload("Never read.", "c.txt")
        await until_parsing(service, 3)
        await control(service).cancel(ADMIN, stopped.document.id)
        await service.settled()
        assert (await service.document(stopped.document.id)).latest.status is DocumentStatus.CANCELLED

    outcomes = {name: value("documents_total", outcome=name) for name in ("indexed", "failed", "cancelled")}
    assert outcomes == {"indexed": 1, "failed": 1, "cancelled": 1}
    assert value("pages_total") == 2
    assert value("passages_total") == document.latest.chunks_count > 0
    ended = {
        stage: value("stage_duration_seconds_count", stage=stage)
        for stage in ("parsing", "chunking", "embedding", "indexing")
    }
    assert ended == {"parsing": 2, "chunking": 1, "embedding": 1, "indexing": 1}, (
        "what was stopped has no end"
    )


async def test_a_stage_is_measured_from_its_begin_to_its_end(database: Database, home: Path) -> None:
    metrics, registry = IngestionMetrics(), CollectorRegistry()
    registry.register(metrics)
    async with opened(database, home, observer=metrics) as service:
        service.parser.gate.clear()
        await service.upload("Read slowly.")
        await until_parsing(service)
        await asyncio.sleep(0.3)
        service.parser.gate.set()
        await service.settled()
    sums = {
        stage: registry.get_sample_value("bastide_ingestion_stage_duration_seconds_sum", {"stage": stage})
        for stage in ("parsing", "chunking")
    }
    assert sums["parsing"] is not None
    assert sums["parsing"] >= 0.3
