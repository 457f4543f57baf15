"""Answers from documents: quoted by the reader, written by a model, or said not to be there."""

import dataclasses
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from bastide.chat.contract import AnswerEvent, AnswerRequest, Citation, Grounding
from bastide.chat.domain.errors import NoQuestionError
from bastide.chat.module import open_answers
from bastide.gateway.contract import READER, ChatMessage, Finished, ModelNotFoundError, TokenDelta
from bastide.kit.errors import DeadlineExceededError, RateLimitedError, UnavailableError
from bastide.models.module import open_reader
from tests.unit.chat.fakes import ALICE, Library, Models

BOOKLET = (
    "Vous acquérez 2,5 jours de congé par mois travaillé, soit trente jours par an. "
    "Les demandes se font au moins deux semaines à l’avance.\n\n"
    "Le restaurant d’entreprise est ouvert de 11 h 45 à 13 h 45. Le repas est pris en charge à 55 %.\n\n"
    "La mutuelle est obligatoire. L’employeur paie 60 % de la cotisation."
)
LEAVE = "Combien de jours de congé acquiert-on par mois ?"


def request(
    question: str, model: str = "tiny", before: Sequence[ChatMessage] = (), **extra: object
) -> AnswerRequest:
    messages = [*before, ChatMessage("user", question)]
    return AnswerRequest(model, messages, ["rh"], {}, 8, extra)  # type: ignore[arg-type]


async def answered(library: Library, models: Models, asked: AnswerRequest) -> list[AnswerEvent]:
    answers = open_answers(library, models, open_reader())
    return [event async for event in answers.answer(ALICE, asked)]


def text_of(events: Sequence[AnswerEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TokenDelta))


def citations_of(events: Sequence[AnswerEvent]) -> list[Citation]:
    return [event for event in events if isinstance(event, Citation)]


def grounding_of(events: Sequence[AnswerEvent]) -> Grounding:
    assert isinstance(events[-2], Grounding)
    return events[-2]


def finish_of(events: Sequence[AnswerEvent]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def assert_each_follows_its_number(events: Sequence[AnswerEvent]) -> None:
    for place, event in enumerate(events):
        if isinstance(event, Citation):
            before = next(earlier for earlier in reversed(events[:place]) if isinstance(earlier, TokenDelta))
            assert f"[{event.number}]" in before.text


async def test_the_reader_quotes_with_citations_that_can_be_checked() -> None:
    library = Library({"livret": BOOKLET})
    events = await answered(library, Models(), request(LEAVE, READER))
    assert text_of(events).startswith(
        "Vous acquérez 2,5 jours de congé par mois travaillé, soit trente jours par an\u00a0[1]."
    )
    assert_each_follows_its_number(events)
    first = citations_of(events)[0]
    assert (first.number, first.document_id, first.version, first.page) == (1, "doc_livret", 3, 1)
    assert (first.filename, first.section, first.verified) == ("livret.pdf", "Livret › Congés", True)
    for citation in citations_of(events):
        assert BOOKLET[citation.start : citation.end] == citation.quote
    grounding = grounding_of(events)
    assert grounding.citations == tuple(citations_of(events))
    assert (grounding.answered, grounding.degraded, grounding.unsupported) == (True, False, ())
    finish = finish_of(events)
    assert (finish.reason, finish.model, finish.usage.estimated) == ("stop", READER, True)
    assert finish.usage.prompt_tokens > finish.usage.completion_tokens > 0


async def test_a_citation_has_the_page_of_its_quote_not_of_its_passage() -> None:
    library = Library({"livret": "Le restaurant ouvre à midi.\f" + BOOKLET})
    events = await answered(library, Models(), request(LEAVE, READER))
    assert citations_of(events)[0].page == 2


async def test_a_quote_that_is_not_found_again_is_not_verified() -> None:
    events = await answered(Library({"livret": BOOKLET}, forgotten=True), Models(), request(LEAVE, READER))
    assert citations_of(events)[0].verified is False


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Qui a gagné la coupe du monde de football ?", "Les documents ne répondent pas"),
        ("Who won the football world cup?", "The documents do not answer"),
    ],
)
async def test_it_is_said_when_the_documents_do_not_answer(question: str, words: str) -> None:
    events = await answered(Library({"livret": BOOKLET}), Models(), request(question, READER))
    assert text_of(events).startswith(words)
    assert grounding_of(events) == Grounding((), answered=False)


async def test_where_the_question_does_not_tell_it_is_said_in_the_language_of_who_asks() -> None:
    library = Library({"livret": BOOKLET})
    english = dataclasses.replace(request("football", READER), language="en")
    assert text_of(await answered(library, Models(), english)).startswith("The documents do not answer")


async def test_without_passages_no_model_is_asked() -> None:
    models = Models(["Sure!"])
    events = await answered(Library({}), models, request("Where is it?"))
    assert models.asked == []
    assert grounding_of(events).answered is False


async def test_a_model_writes_and_its_marks_become_spans() -> None:
    models = Models(
        [
            "On acquiert 2,5 jours ",
            "de congé par mois [",
            "1",
            "]. Il faut s’y prendre deux ",
            "semaines à l’avance [1].",
        ]
    )
    events = await answered(Library({"livret": BOOKLET}), models, request(LEAVE))
    assert text_of(events) == (
        "On acquiert 2,5 jours de congé par mois [1]. Il faut s’y prendre deux semaines à l’avance [2]."
    )
    assert_each_follows_its_number(events)
    first, second = citations_of(events)
    assert first.quote == "Vous acquérez 2,5 jours de congé par mois travaillé, soit trente jours par an."
    assert second.quote == "Les demandes se font au moins deux semaines à l’avance."
    assert BOOKLET[second.start : second.end] == second.quote
    assert grounding_of(events).unsupported == ()
    assert grounding_of(events).answered is True
    assert (finish_of(events).model, finish_of(events).usage.prompt_tokens) == ("tiny", 11)


async def test_sentences_that_their_passages_do_not_support_are_marked() -> None:
    wrong = "La cantine sert des huîtres le dimanche soir [2]."
    models = Models(
        [f"L’employeur paie 60 % de la cotisation [3]. {wrong} On acquiert 9 jours de congé par mois [1]."]
    )
    events = await answered(Library({"livret": BOOKLET}), models, request(LEAVE))
    text = text_of(events)
    marked = [text[start:end] for start, end in grounding_of(events).unsupported]
    assert len(marked) == 2
    assert "huîtres" in marked[0]
    assert "9 jours" in marked[1]


async def test_a_number_of_no_passage_is_left_out() -> None:
    events = await answered(
        Library({"livret": BOOKLET}), Models(["La mutuelle est obligatoire [17]."]), request(LEAVE)
    )
    assert text_of(events) == "La mutuelle est obligatoire."
    assert citations_of(events) == []


async def test_a_model_may_say_that_the_documents_do_not_answer() -> None:
    models = Models(["Les documents ne répondent ", "pas à cette question."])
    events = await answered(Library({"livret": BOOKLET}), models, request(LEAVE))
    assert grounding_of(events) == Grounding((), answered=False)


@pytest.mark.parametrize("error", [UnavailableError("down"), DeadlineExceededError("slow")])
async def test_the_reader_answers_when_the_model_is_down(error: Exception) -> None:
    events = await answered(Library({"livret": BOOKLET}), Models(error=error), request(LEAVE))
    assert "2,5 jours" in text_of(events)
    assert grounding_of(events).degraded is True
    assert finish_of(events).model == READER


async def test_a_model_that_fails_in_the_middle_is_not_replaced() -> None:
    models = Models(["On acquiert "], UnavailableError("gone"))
    with pytest.raises(UnavailableError):
        await answered(Library({"livret": BOOKLET}), models, request(LEAVE))


async def test_a_limit_is_told_and_not_worked_around() -> None:
    with pytest.raises(RateLimitedError):
        await answered(
            Library({"livret": BOOKLET}), Models(error=RateLimitedError("slow down")), request(LEAVE)
        )


async def test_who_asks_is_told_what_is_left_of_the_limits() -> None:
    models, told = Models(["On acquiert 2,5 jours."]), list[object]()
    await answered(
        Library({"livret": BOOKLET}), models, dataclasses.replace(request(LEAVE), told=told.append)
    )
    assert models.asked[0].told is not None
    models.asked[0].told([])
    assert told == [[]]


async def test_closing_the_answer_cancels_the_model() -> None:
    models = Models(["On ", "acquiert ", "2,5 jours."])
    events = open_answers(Library({"livret": BOOKLET}), models, open_reader()).answer(ALICE, request(LEAVE))
    async with aclosing(events):  # type: ignore[type-var]
        await anext(events)
        assert not models.closed
    assert models.closed


async def test_an_unknown_model_and_an_empty_question_are_refused() -> None:
    with pytest.raises(ModelNotFoundError):
        await answered(Library({}), Models(), request("When?", "gone"))
    with pytest.raises(NoQuestionError):
        await answered(Library({}), Models(), request("  "))


async def test_a_follow_up_is_searched_with_the_question_before() -> None:
    library = Library({"livret": BOOKLET})
    before = [ChatMessage("user", LEAVE), ChatMessage("assistant", "2,5 jours [1].")]
    await answered(library, Models(), request("Et pour la mutuelle ?", READER, before))
    assert library.asked[0].text == f"Et pour la mutuelle ? {LEAVE}"
    assert (library.asked[0].collections, library.asked[0].top_k) == (["rh"], 8)


async def test_parameters_go_to_the_model_but_not_those_that_change_the_shape() -> None:
    models = Models(["Oui."])
    await answered(Library({"livret": BOOKLET}), models, request(LEAVE, temperature=0.2, n=3, tools=[]))
    assert models.asked[0].extra == {"temperature": 0.2}


async def test_the_prompt_fits_the_model() -> None:
    long = "\n\n".join(f"Paragraphe {number}. " + "mot " * 200 for number in range(40))
    models = Models(["Oui."], context_tokens=2048)
    await answered(Library({"long": long}), models, dataclasses.replace(request(LEAVE), top_k=40))
    size = sum(len(message.text.encode()) for message in models.prompt)
    assert size / 4 < 2048 - 1024
    assert "</passage 1 " in models.prompt[-1].text


@pytest.mark.parametrize(
    ("labels", "asked_so", "expected"),
    [
        ((), False, False),
        (("confidential",), False, True),
        ((), True, True),
        (("department:d",), False, False),
    ],
)
async def test_what_is_confidential_is_for_models_of_the_house(
    labels: tuple[str, ...],
    asked_so: bool,  # noqa: FBT001  # a parameter of the test
    expected: bool,  # noqa: FBT001  # the same
) -> None:
    library = Library({"livret": BOOKLET}, labels=labels)
    models = Models(["Trente jours [1]."])
    asked = dataclasses.replace(request(LEAVE), sensitive=asked_so)
    await answered(library, models, asked)
    assert models.asked[-1].sensitive is expected
