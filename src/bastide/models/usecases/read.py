"""The built-in reader: quotes the sentences of the passages that answer the question."""

from collections.abc import Iterator, Sequence
from itertools import islice

from bastide.models.contract import Passage, Quote, Reading, Support
from bastide.models.domain.reader.features import candidates
from bastide.models.domain.reader.questions import analyse
from bastide.models.domain.reader.ranking import Ranked, ranked
from bastide.models.domain.reader.reading import Source
from bastide.models.domain.reader.support import SUPPORTED, supporting
from bastide.models.domain.reader.words import guess_language, words_of

# Below this the best sentence answers so rarely that saying "not in the documents" is the better answer.
_ANSWERS = 0.11
# A further quote that is so much less sure than the first would only distract.
_WORTH_ADDING = 0.1
_READ_AT_MOST = 50
_LANGUAGES = frozenset({"fr", "en"})


class ExtractiveReader:
    """Satisfies `Reader`: no weights, no state, equal input gives equal output."""

    def read(
        self,
        question: str,
        passages: Sequence[Passage],
        *,
        max_quotes: int = 3,
        context: str = "",
        language: str = "",
    ) -> Reading:
        best_first = sorted(passages, key=lambda passage: -passage.score)[:_READ_AT_MOST]
        languages = [passage.language for passage in best_first if passage.language in _LANGUAGES]
        asked = analyse(question, languages[0] if languages else "en", context)
        answer_in = _answer_in(question, context, language or asked.language)
        relevance = best_first[0].score if best_first else 0.0
        found = ranked(candidates(asked, _sources(best_first, asked.language)), relevance)
        if not asked.content or not found or found[0].confidence < _ANSWERS:
            return Reading((), answer_in)
        quotes = tuple(
            _quote(
                best_first[item.candidate.source], item.candidate.start, item.candidate.end, item.confidence
            )
            for item in islice(_unlike(best_first, found), max(0, max_quotes))
            if item.confidence >= _WORTH_ADDING * found[0].confidence
        )
        return Reading(quotes, answer_in)

    def support(self, statement: str, passages: Sequence[Passage]) -> Support | None:
        found = supporting(statement, _sources(passages, "en"))
        if found is None:
            return None
        quote = _quote(passages[found.source], found.start, found.end, min(1.0, found.share))
        return Support(quote, not found.comparable or found.share >= SUPPORTED)


def _answer_in(question: str, context: str, otherwise: str) -> str:
    """The question's language, where it does not tell that of the question before it."""
    return guess_language(words_of(question), guess_language(words_of(context), otherwise))


def _unlike(passages: Sequence[Passage], found: Sequence[Ranked]) -> Iterator[Ranked]:
    """Without sentences that say the same in the same words: copies of a document, overlapping passages."""
    said: set[tuple[str, ...]] = set()
    for item in found:
        sentence = item.candidate
        words = tuple(words_of(passages[sentence.source].text[sentence.start : sentence.end]))
        if words not in said:
            said.add(words)
            yield item


def _sources(passages: Sequence[Passage], asked_language: str) -> list[Source]:
    best = max((passage.score for passage in passages), default=0.0)
    return [
        Source(
            text=passage.text,
            score=passage.score / best if best > 0 else 0.0,
            heading=" ".join((passage.title, *passage.heading_path)),
            language=_language(passage, asked_language),
        )
        for passage in passages
    ]


def _language(passage: Passage, asked_language: str) -> str:
    if passage.language in _LANGUAGES:
        return passage.language
    return guess_language(words_of(passage.text), asked_language)


def _quote(passage: Passage, start: int, end: int, confidence: float) -> Quote:
    return Quote(
        passage_id=passage.passage_id,
        start=passage.start + start,
        end=passage.start + end,
        text=passage.text[start:end],
        confidence=confidence,
    )
