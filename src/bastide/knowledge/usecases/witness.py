"""Writes down who has read what is labelled confidential."""

from dataclasses import dataclass

from bastide.identity.contract import Principal
from bastide.knowledge.domain.document import Document
from bastide.operations.contract import Audit, done_by


@dataclass(frozen=True, slots=True)
class Witness:
    audit: Audit

    async def __call__(self, principal: Principal, document: Document, version: int, what: str) -> None:
        """`what`: text, content, rectangles or quote. Before anything is shown: if the log cannot be written
        and the organisation wants nothing unlogged, nothing is.

        Raises:
            AuditUnavailableError.
        """
        if document.confidential:
            entry = done_by(principal, "confidential.read", document.id, version=version, what=what)
            await self.audit.note(entry)
