"""Builds the chat slice."""

from bastide.chat.contract import Answers
from bastide.chat.usecases.answer import AnswerService
from bastide.chat.usecases.no_documents import NoDocuments
from bastide.gateway.contract import Gateway
from bastide.knowledge.contract import Knowledge
from bastide.models.contract import Reader


def open_answers(knowledge: Knowledge | None, gateway: Gateway, reader: Reader) -> Answers:
    """Answers from documents, for the inference routes; without `knowledge` an error says so."""
    if knowledge is None:
        return NoDocuments()
    return AnswerService(knowledge, gateway, reader)


__all__ = ["open_answers"]
