"""The question in its conversation."""

import pytest

from bastide.chat.domain.conversation import asked, leans
from bastide.chat.domain.errors import NoQuestionError
from bastide.gateway.contract import ChatMessage


@pytest.mark.parametrize(
    "question",
    [
        "Et pour les stagiaires ?",
        "And for contractors?",
        "What about trains?",
        "Pourquoi ?",
        "How long does it take?",
        "Qui les paie, eux et leurs familles ?",
        "Qu’en est-il des taxis de nuit ?",
    ],
)
def test_a_follow_up_leans(question: str) -> None:
    assert leans(question)


@pytest.mark.parametrize(
    "question",
    [
        "Combien de jours de télétravail par semaine sont autorisés ?",
        "Dans quel délai faut-il signaler le vol d’un équipement ?",
        "Combien y a-t-il de jours fériés en Alsace ?",
        "How soon must expense claims be submitted?",
        "When are taxis refunded?",
        "Is it possible to work from abroad?",
    ],
)
def test_a_question_of_its_own_does_not(question: str) -> None:
    assert not leans(question)


def test_the_context_is_the_questions_that_were_leant_on() -> None:
    conversation = [
        ChatMessage("system", "Be kind."),
        ChatMessage("user", "How long are access logs kept?"),
        ChatMessage("assistant", "Four hundred days [1]."),
        ChatMessage("user", "And payslips?"),
        ChatMessage("assistant", "Fifty years [1][2]."),
        ChatMessage("user", [{"type": "text", "text": "Why?"}]),
    ]
    found = asked(conversation)
    assert found.question == "Why?"
    assert found.context == "And payslips? How long are access logs kept?"
    assert found.search_text == "Why? And payslips? How long are access logs kept?"
    assert found.system == ("Be kind.",)
    assert [message.text for message in found.history][1::2] == ["Four hundred days.", "Fifty years."]


@pytest.mark.parametrize("messages", [[], [ChatMessage("system", "x")], [ChatMessage("user", [])]])
def test_without_a_question_there_is_no_answer(messages: list[ChatMessage]) -> None:
    with pytest.raises(NoQuestionError):
        asked(messages)
