"""Answers where there are no documents to answer from."""

from collections.abc import AsyncIterator

from bastide.chat.contract import AnswerEvent, AnswerRequest
from bastide.chat.domain.errors import NoDocumentsError
from bastide.identity.contract import Principal


class NoDocuments:
    """Satisfies `Answers` in a process that is a gateway alone."""

    async def answer(
        self,
        principal: Principal,  # noqa: ARG002  # the port's
        request: AnswerRequest,  # noqa: ARG002  # the port's
    ) -> AsyncIterator[AnswerEvent]:
        """Raises NoDocumentsError."""
        for _ in ():
            yield _
        raise NoDocumentsError("This server is a gateway alone: it has no documents to answer from.")
