"""The built-in reader's answer: its quotes, each with a citation."""

from collections.abc import AsyncIterator, Sequence

from bastide.chat.contract import AnswerEvent, Grounding
from bastide.chat.domain.wording import NOTHING, SEE_ALSO, cited, in_language
from bastide.chat.usecases.cite import Citer
from bastide.gateway.contract import READER, Finished, TokenDelta, Usage, estimate_tokens
from bastide.models.contract import Passage, Reading


async def quoted(
    reading: Reading, passages: Sequence[Passage], citer: Citer, *, degraded: bool = False
) -> AsyncIterator[AnswerEvent]:
    """The best sentence, then the others as a list; or one sentence that says that nothing answers."""
    written = 0
    for place, quote in enumerate(reading.quotes):
        citation = await citer.cite(quote)
        text = _before(place, reading.language) + cited(quote.text, citation.number, reading.language)
        written += len(text.encode())
        yield TokenDelta(text)
        yield citation
    if not reading.quotes:
        text = in_language(NOTHING, reading.language)
        written += len(text.encode())
        yield TokenDelta(text)
    yield Grounding(citer.citations, answered=bool(reading.quotes), degraded=degraded)
    read = sum(len(passage.text.encode()) for passage in passages)
    yield Finished("stop", Usage(estimate_tokens(read), estimate_tokens(written), estimated=True), READER)


def _before(place: int, language: str) -> str:
    if place == 0:
        return ""
    return f"\n\n{in_language(SEE_ALSO, language)}\n- " if place == 1 else "\n- "
