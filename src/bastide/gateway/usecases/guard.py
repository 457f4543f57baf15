"""Applies an organisation's guardrails to a call and to its answer."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

import msgspec
from msgspec import structs

from bastide.gateway.domain.call import Call
from bastide.gateway.domain.errors import GuardrailError
from bastide.gateway.domain.guardrails.filter import Finding, TextFilter
from bastide.gateway.domain.guardrails.rules import Action, GuardrailBook, Screen, Stage
from bastide.gateway.domain.guardrails.texts import MEMBERS, with_texts
from bastide.gateway.domain.members import edit, members
from bastide.gateway.ports.store import GatewayStore
from bastide.gateway.usecases.ledger.refusals import Refusals
from bastide.kit.json import Json
from bastide.operations.contract import Audit, Outcome, done_by

_TOLD = frozenset({Action.BLOCK, Action.FLAG})


class Guards:
    """The guardrails in force. Without any, a call costs one look into a dictionary."""

    def __init__(self, store: GatewayStore, audit: Audit, refusals: Refusals) -> None:
        self._store = store
        self._audit = audit
        self._refusals = refusals
        self._book = GuardrailBook()

    async def reload(self) -> None:
        """Read them anew. Raises PatternError: better no gateway than one without them."""
        async with self._store.reading() as unit:
            self._book = GuardrailBook(await unit.guardrails.all())

    def screens(self, call: Call, stage: Stage) -> Sequence[Screen]:
        """What applies; empty for most calls."""
        return self._book.of(call.principal.organisation_id, call.model, stage)

    async def before(self, call: Call) -> Call:
        """The call as the model may see it.

        Raises:
            GuardrailError: it may not be sent at all; that stands in the ledger.
        """
        screens = self.screens(call, Stage.BEFORE)
        if not screens or call.screened:
            return call
        screening = Screening(screens)
        changes: dict[str, bytes] = {}
        for name in MEMBERS:
            if (raw := call.members.get(name)) is not None:
                value = cast("Json", msgspec.json.decode(raw))
                passed = with_texts(value, screening.passed)
                if passed is not value:
                    changes[name] = msgspec.json.encode(passed)
        await self.tell(call, Stage.BEFORE, screening.findings)
        findings = tuple(sorted({*call.findings, *written(screening.findings, Stage.BEFORE)}))
        try:
            raise_blocked(screening.findings, Stage.BEFORE)
        except GuardrailError:
            self._refusals.blocked(call, findings)
            raise
        if not changes:
            return structs.replace(call, findings=findings, screened=True)
        body = edit(call.body, call.members, changes)
        return structs.replace(call, body=body, members=members(body), findings=findings, screened=True)

    async def tell(self, call: Call, stage: Stage, findings: Iterable[Finding]) -> None:
        """The audit log of what was blocked or flagged, once for each guardrail; never with the text."""
        told: dict[str, list[Finding]] = {}
        for finding in findings:
            if finding.action in _TOLD:
                told.setdefault(finding.guardrail_id, []).append(finding)
        for guardrail_id, several in told.items():
            blocked = several[0].action is Action.BLOCK
            entry = done_by(
                call.principal,
                "guardrail.blocked" if blocked else "guardrail.flagged",
                guardrail_id,
                stage=stage.value,
                model=call.model,
                kinds=tuple(sorted({finding.kind for finding in several})),
                request_id=call.request_id,
            )
            await self._audit.note(replace(entry, outcome=Outcome.REFUSED) if blocked else entry)


class Screening:
    """Several texts of one call, each looked at on its own."""

    def __init__(self, screens: Sequence[Screen]) -> None:
        self._screens = screens
        self.findings: list[Finding] = []

    def passed(self, text: str) -> str:
        """The text with its masks; the same object where there are none."""
        one = TextFilter(self._screens)
        passed = one.whole(text)
        self.findings += one.findings
        return text if passed == text else passed


def written(findings: Iterable[Finding], stage: Stage) -> set[str]:
    """As the ledger and the header name them."""
    return {f"{stage}:{finding.action}:{finding.kind}" for finding in findings}


def raise_blocked(findings: Iterable[Finding], stage: Stage) -> None:
    """Raises GuardrailError when one of them blocks."""
    for finding in findings:
        if finding.action is Action.BLOCK:
            what = "request" if stage is Stage.BEFORE else "answer"
            raise GuardrailError(
                f"The guardrail {finding.name!r} of your organisation does not let this {what} pass.",
                guardrail=finding.guardrail_id,
                name=finding.name,
                kind=finding.kind,
                stage=stage.value,
            )
