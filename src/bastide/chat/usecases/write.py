"""A model's answer from numbered passages: marks become citations, sentences are checked."""

from collections.abc import AsyncIterator, Sequence

from bastide.chat.contract import AnswerEvent, Grounding
from bastide.chat.domain.draft import Draft, Statement
from bastide.chat.domain.markers import Marker, MarkerScanner
from bastide.chat.domain.wording import NOTHING
from bastide.chat.usecases.cite import Citer
from bastide.gateway.contract import Finished, TokenDelta
from bastide.models.contract import Passage, Reader

_FEWEST_WORDS = 5  # a shorter sentence without a citation claims too little to be checked


class Written:
    """One answer in the making. The model's numbers are those of `passages`, from 1; the answer's numbers
    count spans in the order of their first use, so that two sentences of one passage are two citations.
    """

    def __init__(self, reader: Reader, passages: Sequence[Passage], citer: Citer) -> None:
        self._reader = reader
        self._passages = passages
        self._citer = citer
        self._draft = Draft()
        self._scanner = MarkerScanner()

    async def events(self, stream: AsyncIterator[TokenDelta | Finished]) -> AsyncIterator[AnswerEvent]:
        """The stream's text with its marks tied to spans; then the grounding and the end."""
        async for event in stream:
            if isinstance(event, Finished):
                if rest := self._scanner.rest():
                    self._draft.write(rest)
                    yield TokenDelta(rest)
                yield self._grounding()
                yield event
                return
            for piece in self._scanner.feed(event.text):
                if isinstance(piece, Marker):
                    async for made in self._cite(piece):
                        yield made
                else:
                    self._draft.write(piece)
                    yield TokenDelta(piece)

    async def _cite(self, marker: Marker) -> AsyncIterator[AnswerEvent]:
        """A number that names no passage is left out: nobody could follow it."""
        lead, used = marker.lead, set[int]()
        for number in marker.numbers:
            if not 1 <= number <= len(self._passages):
                continue
            support = self._reader.support(self._draft.last_sentence(), [self._passages[number - 1]])
            if support is None:
                continue
            citation = await self._citer.cite(support.quote)
            if citation.number in used:
                continue
            used.add(citation.number)
            text = f"{lead}[{citation.number}]"
            self._draft.mark(text, number - 1)
            lead = ""
            yield TokenDelta(text)
            yield citation

    def _grounding(self) -> Grounding:
        citations = self._citer.citations
        answered = bool(citations) or not _refuses(self._draft.text)
        wrong = [
            statement for statement in self._draft.statements() if answered and self._is_wrong(statement)
        ]
        return Grounding(citations, answered, tuple((statement.start, statement.end) for statement in wrong))

    def _is_wrong(self, statement: Statement) -> bool:
        if not statement.cited and not _claims(statement.text):
            return False
        sources = [self._passages[place] for place in statement.cited] or self._passages
        support = self._reader.support(statement.text, sources)
        return support is None or not support.supported


def _refuses(text: str) -> bool:
    plain = text.strip().strip("«»“”\"' \u00a0\u202f").replace("’", "'")
    return not plain or any(
        plain.startswith(nothing.rstrip(".").replace("’", "'")) for nothing in NOTHING.values()
    )


def _claims(sentence: str) -> bool:
    return len(sentence.split()) >= _FEWEST_WORDS and not sentence.rstrip("* ").endswith((":", "?"))
