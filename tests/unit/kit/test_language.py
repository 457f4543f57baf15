import pytest

from bastide.kit.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Quel est le délai de remboursement ?", "fr"),
        ("durée de conservation des données", "fr"),
        ("télétravail", "fr"),
        ("qu'est-ce que l’assiette fiscale", "fr"),
        ("What is the refund period?", "en"),
        ("annual leave policy", "en"),
        ("It doesn't matter to the committee.", "en"),
        ("Que souhaite obtenir le comité de la part de l'entreprise Delta?", "fr"),
        ("Wie hoch ist die Steuer auf den Gewinn?", "de"),
        ("¿Cuál es la capital de España?", "es"),
        ("Qual é o prazo para o pagamento das taxas?", "pt"),
        ("De kosten van het project zijn niet bekend", "nl"),
        ("שלום עולם", "he"),
        ("日本の首都はどこですか", "ja"),
        ("Какой налог", "ru"),
    ],
)
def test_names_the_language(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "  ", "RGPD 2016/679", "contact", "12 345", "budget 2023"])
def test_says_so_when_it_is_not_sure(text: str) -> None:
    assert detect(text) == ""


def test_a_name_in_another_language_does_not_decide() -> None:
    assert detect("Qui a écrit le roman « The Old Man and the Sea » et à quelle date est-il paru ?") == "fr"
