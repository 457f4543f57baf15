import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.kit.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["Il pleut.", "Elle sort."],
        ["M. Dupont est arrivé.", "Mme Martin l'attend."],
        ["Selon l'art. L. 123-4 du code, le délai court.", "Il est de 30 jours."],
        ["See No. 5 of the list.", "He said no.", "Then he left."],
        ["Le prix est de 3.50 euros, soit 4,20 $.", "C'est cher."],
        ["Apples, pears, etc. are fruit.", "So are plums, etc.", "Nothing else is."],
        ["Use tools, e.g. Git or Make.", "Nothing else."],
        ["J. R. R. Tolkien wrote it.", "It sold well."],
        ["The U.S. Senate met.", "They live in the U.S.", "The law applies."],
        ["« Il pleut. »", "Il sort."],
        ["« Quoi ? » dit-il.", "« Rien ! »"],
        ["Est-ce vrai ?", "Oui !", "Vraiment…", "Peut-être."],
        ['She said "Stop."', "Then silence."],
        ["Il attend… puis il part.", "Fin."],
        ["1. Purpose of the rule.", "2. Scope of the rule."],
        ["Le château date de 1204.[3]", "Il est en ruine.[12]"],
        ["Dr. Smith et al. found it in Fig. 3.", "Others did not."],
        ["Version 2.0.1 was out.", "It works."],
        ["It contains vitamin C.", "The rest is not needed."],
        ["She teaches modern art.", "He told me.", "So what?"],
    ],
)
def test_splits_after_the_end_of_a_sentence_only(expected: list[str]) -> None:
    assert split(" ".join(expected)) == expected


def test_blank_lines_end_a_sentence() -> None:
    assert split("A heading\n\nA sentence. Another") == ["A heading", "A sentence.", "Another"]


def test_a_wrapped_line_does_not_end_a_sentence() -> None:
    text = "This sentence was broken by the width of\nthe page it was printed on. Next."
    assert split(text) == [
        "This sentence was broken by the width of\nthe page it was printed on.",
        "Next.",
    ]


def test_list_items_and_rows_are_sentences() -> None:
    assert split("- One\n- Two\nName | Age\nAnn | 4") == ["- One", "- Two", "Name | Age", "Ann | 4"]


@given(st.text(alphabet='aZé.?!…»«" \n-1|\u00a0M()[]', max_size=80))
def test_every_visible_character_lies_in_exactly_one_span(text: str) -> None:
    spans = sentences(text)
    covered = [False] * len(text)
    for start, end in spans:
        assert start < end
        assert text[start:end] == text[start:end].strip()
        for position in range(start, end):
            assert not covered[position]
            covered[position] = True
    assert spans == sorted(spans)
    assert all(covered[i] for i, char in enumerate(text) if not char.isspace())
