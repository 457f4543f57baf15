"""A grounded answer, as a stream of events."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from bastide.gateway.contract import ChatMessage, Finished, TellStanding, TokenDelta
from bastide.identity.contract import Principal
from bastide.kit.json import JsonObject


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of a document: `quote == stored_text[start:end]` of that version.

    Attributes:
        number: as in the answer's text, `[1]`.
        verified: the quote was found again at its offsets when the answer was made.
    """

    number: int
    document_id: str
    version: int
    filename: str
    collection: str
    chunk_id: str
    page: int | None
    start: int
    end: int
    quote: str
    section: str
    score: float
    verified: bool


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """A question about documents. `collections` empty = all that the principal may read.

    `messages` is the conversation; the last user message is the question. `sensitive`: no model outside may
    see it, as if a passage were confidential. `told` gets what is left of the caller's limits once a model
    is asked. `language`: of who asks, `fr` or `en`; it decides where the question is in no clear language.
    """

    model: str
    messages: Sequence[ChatMessage]
    collections: Sequence[str]
    filters: JsonObject
    top_k: int
    extra: JsonObject
    sensitive: bool = False
    told: TellStanding | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Grounding:
    """Comes last but one. `answered` False: the documents do not answer, and the text says so.

    Attributes:
        unsupported: sentences of the answer that their passages do not support (start, end in the answer).
        degraded: the model asked for was down and the reader answered instead.
    """

    citations: tuple[Citation, ...]
    answered: bool
    unsupported: tuple[tuple[int, int], ...] = ()
    degraded: bool = False


AnswerEvent: TypeAlias = "TokenDelta | Citation | Grounding | Finished"


class Answers(Protocol):
    """Answers from documents."""

    def answer(self, principal: Principal, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        """Text and citations in the order in which a reader needs them: a Citation comes right after the
        TokenDelta that holds its number.
        """
        ...
