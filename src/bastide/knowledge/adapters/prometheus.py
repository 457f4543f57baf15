"""What reading documents comes to, for Prometheus when it asks."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from bastide.knowledge.domain.document import DocumentStatus, Stage, Version
from bastide.platform.telemetry.tally import Tally

_OUTCOMES = (DocumentStatus.INDEXED, DocumentStatus.FAILED, DocumentStatus.CANCELLED)
_STAGES = (Stage.PARSING, Stage.CHUNKING, Stage.EMBEDDING, Stage.INDEXING)
_S = 1_000_000
_BOUNDS_US = (
    *(10_000, 25_000, 50_000, 100_000, 250_000, 500_000, _S, 2_500_000, 5 * _S),
    *(10 * _S, 30 * _S, 60 * _S, 300 * _S, 900 * _S),
)


class IngestionMetrics(Collector):
    """Satisfies `IngestionObserver`. Every series is there from the start, at 0."""

    def __init__(self) -> None:
        self._outcomes: dict[DocumentStatus, int] = dict.fromkeys(_OUTCOMES, 0)
        self._pages = self._passages = 0
        self._durations: dict[Stage, Tally] = {stage: Tally(_BOUNDS_US) for stage in _STAGES}

    def stage_ended(self, stage: Stage, duration_s: float) -> None:
        self._durations[stage].add(int(duration_s * _S))

    def ended(self, outcome: DocumentStatus, version: Version) -> None:
        self._outcomes[outcome] += 1
        if outcome is DocumentStatus.INDEXED:
            self._pages += version.pages or 0
            self._passages += version.chunks_count

    def collect(self) -> Iterator[Metric]:
        documents = CounterMetricFamily(
            "bastide_ingestion_documents",
            "Versions of documents, by how reading them ended.",
            labels=["outcome"],
        )
        for outcome, count in self._outcomes.items():
            documents.add_metric([outcome.value], count)
        yield documents
        yield CounterMetricFamily("bastide_ingestion_pages", "Pages of what was indexed.", self._pages)
        yield CounterMetricFamily(
            "bastide_ingestion_passages", "Passages of what was indexed.", self._passages
        )
        durations = HistogramMetricFamily(
            "bastide_ingestion_stage_duration_seconds", "One stage of one document.", labels=["stage"]
        )
        for stage, tally in self._durations.items():
            tally.write(durations, [stage.value])
        yield durations
