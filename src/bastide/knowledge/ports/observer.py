"""Who is told how the reading of documents goes: metrics. Never what stands in them."""

from typing import Protocol

from bastide.knowledge.domain.document import DocumentStatus, Stage, Version


class IngestionObserver(Protocol):
    """Called in the middle of the work: answers at once, raises nothing."""

    def stage_ended(self, stage: Stage, duration_s: float) -> None:
        """A stage has come to its end, well or not; what was stopped has not."""
        ...

    def ended(self, outcome: DocumentStatus, version: Version) -> None:
        """A version is indexed, has failed or was cancelled. Told once, where that was decided."""
        ...


class Unobserved:
    """Nobody listens."""

    def stage_ended(self, stage: Stage, duration_s: float) -> None: ...

    def ended(self, outcome: DocumentStatus, version: Version) -> None: ...
