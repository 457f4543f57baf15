"""Words and stems as the reader compares them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.models.domain.reader.stems import stem
from bastide.models.domain.reader.synonyms import related_stems
from bastide.models.domain.reader.words import fold, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L’Été à Cœur", ["l", "ete", "a", "coeur"]),
        ("100\u202f000 euros, 2,70 €", ["100000", "euros", "2,70"]),
        ("en 1999 100 pages", ["en", "1999", "100", "pages"]),
        ("e\u0301te\u0301", ["ete"]),
        ("_-🙂", []),
    ],
)
def test_words_are_folded(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("language", "family"),
    [
        ("fr", ["travailler", "travaille", "travaillent", "travailleurs"]),
        ("fr", ["remboursement", "rembourser", "remboursés"]),
        ("fr", ["nationale", "nationaux", "national"]),
        ("en", ["refund", "refunded", "refunds"]),
        ("en", ["submission", "submissions"]),
        ("en", ["travel", "traveller", "travelling"]),
    ],
)
def test_words_of_a_family_share_their_stem(language: str, family: list[str]) -> None:
    assert len({stem(fold(word), language) for word in family}) == 1


@pytest.mark.parametrize(("one", "other"), [("contrat", "contre"), ("month", "mouth"), ("été", "est")])
def test_strangers_do_not_when_they_are_short_or_unlike(one: str, other: str) -> None:
    assert stem(one, "en") != stem(other, "en")


def test_synonyms_are_found_by_their_stems_in_both_directions() -> None:
    assert stem("vacances", "fr") in related_stems(stem("conges", "fr"), "fr")
    assert stem("conges", "fr") in related_stems(stem("vacances", "fr"), "fr")
    assert related_stems("zanzibar", "fr") == related_stems("x", "de") == frozenset()


@given(st.text(), st.sampled_from(["fr", "en", "de", ""]))
def test_any_text_can_be_taken_apart(text: str, language: str) -> None:
    for word in words_of(text):
        assert word
        assert stem(word, language)
