"""What a question asks for."""

import pytest

from bastide.models.domain.reader.questions import Kind, analyse


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Quand le contrat a-t-il été signé ?", Kind.DATE),
        ("En quelle année est-il né ?", Kind.DATE),
        ("What year was it built?", Kind.DATE),
        ("À quelle heure ouvre le restaurant ?", Kind.TIME),
        ("Combien de jours de congé par mois ?", Kind.DURATION),
        ("Dans quel délai faut-il répondre ?", Kind.DURATION),
        ("How long are logs kept?", Kind.DURATION),
        ("Combien d'employés y a-t-il ?", Kind.NUMBER),
        ("Quelle est la superficie du parc ?", Kind.NUMBER),
        ("How many people work here?", Kind.NUMBER),
        ("Combien coûte le repas ?", Kind.MONEY),
        ("Quel est le montant de l’indemnité ?", Kind.MONEY),
        ("How much does a meal cost?", Kind.MONEY),
        ("Qui a signé ?", Kind.PERSON),
        ("Who signed it?", Kind.PERSON),
        ("Où se trouve l'infirmerie ?", Kind.PLACE),
        ("Dans quelle ville est-elle née ?", Kind.PLACE),
        ("Where is the exit?", Kind.PLACE),
        ("Pourquoi le badge est-il refusé ?", Kind.CAUSE),
        ("Quelle est la raison du retard ?", Kind.CAUSE),
        ("Why was it closed?", Kind.CAUSE),
        ("Comment demander une dispense ?", Kind.MANNER),
        ("How do I reset my password?", Kind.MANNER),
        ("Comment s'appelle le directeur ?", Kind.NAME),
        ("Qu'est-ce qu'un cookie ?", Kind.DEFINITION),
        ("What does RPO mean?", Kind.DEFINITION),
        ("Est-ce que la mutuelle est obligatoire ?", Kind.YES_NO),
        ("Faut-il un badge ?", Kind.YES_NO),
        ("Do passwords expire?", Kind.YES_NO),
        ("Qu'est-ce qui manque dans l'étude ?", Kind.THING),
        ("Quel service répond ?", Kind.PERSON),
        ("", Kind.THING),
    ],
)
def test_the_kind_of_answer(question: str, kind: Kind) -> None:
    assert analyse(question).kind is kind


def test_words_names_and_what_was_asked_before() -> None:
    question = analyse("En quelle année Marie Curie reçoit-elle le prix Nobel ?", context="Et en 1903 ?")
    assert question.language == "fr"
    assert question.content == ("annee", "marie", "curie", "recoit", "prix", "nobel", "1903")
    assert question.names == {"marie", "curie", "nobel"}
    assert question.asking == {"annee", "prix"}
    assert question.before == {"1903"}


@pytest.mark.parametrize(
    ("text", "language"), [("Quel est le délai ?", "fr"), ("What is it?", "en"), ("RPO", "fr")]
)
def test_the_language(text: str, language: str) -> None:
    assert analyse(text, "fr").language == language
