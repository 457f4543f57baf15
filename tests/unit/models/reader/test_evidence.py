"""Signs of the expected kind of answer."""

import pytest

from bastide.models.domain.reader.evidence import evidence
from bastide.models.domain.reader.questions import Kind


@pytest.mark.parametrize(
    ("kind", "strong", "none"),
    [
        (Kind.DATE, "Il est signé le 3 mars 2024.", "Il est signé."),
        (Kind.DATE, "It was built in the 19th century.", "It was built well."),
        (Kind.TIME, "Ouvert de 11 h 45 à 13 h.", "Ouvert tard."),
        (Kind.DURATION, "Within thirty days.", "With a form."),
        (Kind.NUMBER, "Une centaine de personnes.", "Des gens."),
        (Kind.MONEY, "Un forfait de 2,70 euros.", "Un forfait."),
        (Kind.PERSON, "Le texte de Victor Hugo.", "Des mots."),
        (Kind.PLACE, "Elle vit à Lyon.", "Elle vit bien."),
        (Kind.CAUSE, "Refusé parce que périmé.", "Refusé hier."),
        (Kind.MANNER, "On le fait en cliquant ici.", "On le fait."),
        (Kind.DEFINITION, "Un cookie est un petit fichier.", "Bon appétit."),
        (Kind.NAME, "On l’appelle « le Faucon ».", "on le voit"),
    ],
)
def test_signs(kind: Kind, strong: str, none: str) -> None:
    assert evidence(kind, strong) == 1.0
    assert evidence(kind, none) < 1.0


def test_a_kind_without_signs_has_none() -> None:
    assert evidence(Kind.THING, "Le 3 mars 2024 à Lyon.") == 0.0
