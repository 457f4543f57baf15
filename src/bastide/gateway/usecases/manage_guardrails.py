"""Add, change, remove and try an organisation's guardrails."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bastide.gateway.domain.errors import EntryError, EntryNotFoundError
from bastide.gateway.domain.guardrails.filter import Finding, TextFilter
from bastide.gateway.domain.guardrails.recognisers import RECOGNISERS
from bastide.gateway.domain.guardrails.rules import Guardrail, GuardrailBook, Stage, screens_of
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.changes import Changes
from bastide.identity.contract import Action, Principal
from bastide.operations.contract import Detail

_MAX_GUARDRAILS = 100
_MAX_PATTERNS = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of a text. `text` None: it is blocked."""

    text: str | None
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class ManageGuardrails:
    changes: Changes
    catalogue: LiveCatalogue

    async def listing(self, principal: Principal) -> Sequence[Guardrail]:
        """Those of the caller's organisation."""
        self.changes.policy.require(principal, Action.ORGANISATION_MANAGE)
        async with self.changes.store.reading() as unit:
            return await unit.guardrails.of(principal.organisation_id)

    async def get(self, principal: Principal, guardrail_id: str) -> Guardrail:
        """Raises EntryNotFoundError."""
        for guardrail in await self.listing(principal):
            if guardrail.id == guardrail_id:
                return guardrail
        raise EntryNotFoundError("There is no such guardrail.", id=guardrail_id)

    async def put(self, principal: Principal, guardrail: Guardrail) -> Guardrail:
        """Adds it, or replaces the one of that id, whose model may have gone since. Effective at once.

        Raises:
            EntryError, PatternError, ModelUnknownError.
        """
        before = {each.id: each.model for each in await self.listing(principal)}
        _check(guardrail)
        if guardrail.model is not None and guardrail.model != before.get(guardrail.id):
            self.catalogue.require([guardrail.model], "model")
        async with self.changes.change(
            principal, "guardrail.changed", guardrail.id, **_facts(guardrail)
        ) as unit:
            if len(await unit.guardrails.of(principal.organisation_id)) >= _MAX_GUARDRAILS:
                raise EntryError(f"An organisation has at most {_MAX_GUARDRAILS} guardrails.", field="name")
            await unit.guardrails.put(guardrail)
        return guardrail

    async def remove(self, principal: Principal, guardrail_id: str) -> None:
        """Raises EntryNotFoundError."""
        guardrail = await self.get(principal, guardrail_id)
        async with self.changes.change(
            principal, "guardrail.removed", guardrail_id, name=guardrail.name
        ) as unit:
            await unit.guardrails.delete(guardrail_id)

    async def attempt(self, principal: Principal, text: str, model: str, stage: Stage) -> Trial:
        """A text under the guardrails that hold now; nothing is logged or stored."""
        book = GuardrailBook(await self.listing(principal))
        trial = TextFilter(book.of(principal.organisation_id, model, stage))
        passed = trial.whole(text)
        return Trial(None if trial.blocked else passed, trial.findings)


def _check(guardrail: Guardrail) -> None:
    if not 1 <= len(guardrail.name.strip()) <= 100:  # as a name on a page
        raise EntryError("A guardrail's name has 1 to 100 characters.", field="name")
    if not guardrail.stages:
        raise EntryError("Say when it looks: before the model, after it, or both.", field="stages")
    if unknown := [name for name in guardrail.recognisers if name not in RECOGNISERS]:
        known = ", ".join(RECOGNISERS)
        raise EntryError(f"There is no recogniser {unknown[0]!r}; there are {known}.", field="recognisers")
    if not guardrail.recognisers and not guardrail.patterns:
        raise EntryError("Give recognisers, patterns, or both.", field="patterns")
    if len(guardrail.patterns) > _MAX_PATTERNS:
        raise EntryError(f"A guardrail has at most {_MAX_PATTERNS} patterns.", field="patterns")
    screens_of(replace(guardrail, recognisers=()))


def _facts(guardrail: Guardrail) -> dict[str, Detail]:
    return {
        "name": guardrail.name,
        "does": guardrail.action.value,
        "stages": tuple(guardrail.stages),
        "recognisers": guardrail.recognisers,
        "patterns": guardrail.patterns,
        "model": guardrail.model,
        "enabled": guardrail.enabled,
    }
