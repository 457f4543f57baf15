"""Begin reading a version again, and name the run that reads it."""

from dataclasses import replace

from bastide.kit.clock import Clock
from bastide.knowledge.domain.document import Document, DocumentStatus, Run, Stage
from bastide.knowledge.ports.store import Unit
from bastide.knowledge.usecases.events import RETRIED, document_event


async def restart(unit: Unit, document: Document, run_id: str, clock: Clock) -> Document:
    """Read the latest version again, in a new run."""
    latest = document.latest
    await unit.runs.restarted(Run(document.id, latest.number, run_id))
    latest = replace(
        latest, status=DocumentStatus.PROCESSING, stage=Stage.QUEUED, run_id=run_id, failure=None
    )
    document = replace(document, latest=latest)
    await unit.announce(document_event(RETRIED, document, clock.now(), event_id=run_id))
    return document


def run_of(document: Document) -> Run:
    """The run of its latest version."""
    return Run(document.id, document.latest.number, document.latest.run_id)
