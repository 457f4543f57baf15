"""The reader's answer in words."""

import pytest

from bastide.chat.domain.wording import cited, in_language, one_line


@pytest.mark.parametrize(
    ("quote", "language", "line"),
    [
        ("The gate\n closes  at nine.", "en", "The gate closes at nine."),
        ("- Public: may be shared.", "en", "Public: may be shared."),
        ("2. Le refus est motivé.", "fr", "Le refus est motivé."),
        ("## Backups", "en", "Backups"),
        ("| Access logs | four hundred days | deleted |", "en", "Access logs · four hundred days · deleted"),
        ("Il dit : « non » ; 55 % !", "fr", "Il dit\u00a0: «\u00a0non\u00a0»\u00a0; 55\u00a0%\u00a0!"),
        ("He said: 55 %", "en", "He said: 55 %"),
    ],
)
def test_a_quote_becomes_a_line(quote: str, language: str, line: str) -> None:
    assert one_line(quote, language) == line


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("By nine.", "By nine\u00a0[2]."),
        ("By nine?!", "By nine\u00a0[2]?!"),
        ("By nine", "By nine\u00a0[2]"),
        ("...", "\u00a0[2]..."),
    ],
)
def test_the_number_stands_before_the_final_mark(quote: str, text: str) -> None:
    assert cited(quote, 2, "en") == text


def test_other_languages_are_answered_in_english() -> None:
    assert in_language({"fr": "oui", "en": "yes"}, "de") == "yes"
