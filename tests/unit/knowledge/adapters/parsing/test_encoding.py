"""Text whose encoding nobody has declared."""

import pytest

from bastide.knowledge.adapters.parsing.encoding import decode

FRENCH = "Le gardien répare la lampe chaque jeudi à l'aube, été comme hiver."
ENGLISH = (
    "Don\u2019t go\u2014she said\u2014\u201cwait\u201d\u2026then it\u2019s done\u2013or not; a caf\u00e9."
)


@pytest.mark.parametrize(
    "encoding", ["cp1252", "latin-1", "cp850", "mac_roman", "utf-8", "utf-16", "utf-32-le"]
)
def test_french_is_read_in_any_encoding(encoding: str) -> None:
    assert decode(FRENCH.encode(encoding)) == FRENCH


@pytest.mark.parametrize(
    "text", [ENGLISH, ENGLISH[:40], "L\u2019\u0153uvre d\u2019\u00c9mile\u2026 c\u2019est \u00e7a"]
)
def test_typographic_signs_stay_those_of_windows(text: str) -> None:
    assert decode(text.encode("cp1252")) == text
