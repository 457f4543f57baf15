"""How an organisation's index is."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bastide.identity.contract import Action, Principal
from bastide.kit.errors import NotFoundError
from bastide.knowledge.domain.generation import Generation, GenerationState
from bastide.knowledge.ports.index import PassageIndex
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.rebuild import rebuilt_key
from bastide.platform.cache.port import Cache


class IndexState(StrEnum):
    """`REBUILDING`: the old one serves, or nothing was indexed before."""

    READY = "ready"
    REBUILDING = "rebuilding"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class IndexReport:
    """`rebuilt` of `to_rebuild` documents; `passages` are those that search serves. They count what the whole
    organisation has, and are None for who may not see all of it.
    """

    state: IndexState
    rebuilt: int | None
    to_rebuild: int | None
    passages: int | None


@dataclass(frozen=True, slots=True)
class ReadIndex:
    store: KnowledgeStore
    access: Access
    index: PassageIndex
    cache: Cache

    async def __call__(self, principal: Principal) -> IndexReport:
        self.access.require(principal, Action.COLLECTION_LIST)
        report = await self._report(principal)
        if self.access.may_at_all(principal, Action.ORGANISATION_MANAGE):
            return report
        return IndexReport(report.state, None, None, None)

    async def _report(self, principal: Principal) -> IndexReport:
        async with self.store.reading() as unit:
            generations = await unit.generations.of_organisation(principal.organisation_id)
            documents, _ = await unit.generations.totals(principal.organisation_id)
        passages = await self._passages(generations)
        building = [one for one in generations if one.state is GenerationState.BUILDING]
        if building:
            counted = await self.cache.get(rebuilt_key(building[0]))
            return IndexReport(IndexState.REBUILDING, int(counted or 0), documents, passages)
        state = IndexState.READY if passages else IndexState.EMPTY
        return IndexReport(state, documents, documents, passages)

    async def _passages(self, generations: Sequence[Generation]) -> int:
        """What the index itself says, not what it should have."""
        serving = [one for one in generations if one.state is GenerationState.SERVING]
        try:
            return sum([await self.index.count(one.name) for one in serving])
        except NotFoundError:  # of an index that was lost, and is made again at the start
            return 0
