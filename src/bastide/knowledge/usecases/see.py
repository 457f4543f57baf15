"""What a caller is shown of a document besides its rows: how far it is, and how much is attached to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bastide.identity.contract import Principal
from bastide.knowledge.domain.document import Document
from bastide.knowledge.domain.progress import Progress
from bastide.knowledge.ports.store import Unit
from bastide.knowledge.usecases.notices import Notices


@dataclass(frozen=True, slots=True)
class Seen:
    """`progress`: while it is being read. `children_count`: of what is attached, what the caller may read."""

    document: Document
    progress: Progress | None
    children_count: int = 0


@dataclass(frozen=True, slots=True)
class See:
    notices: Notices

    async def __call__(
        self, unit: Unit, principal: Principal, documents: Sequence[Document]
    ) -> Sequence[Seen]:
        """Of documents that the caller may read."""
        attached = await unit.documents.attached(principal, [one.id for one in documents])
        progress = await self.notices.progress(documents)
        return [Seen(one, progress.get(one.id), attached.get(one.id, 0)) for one in documents]
