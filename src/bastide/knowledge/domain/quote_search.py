"""Finds a quote in a text that was extracted by another program: spaces, hyphens, ligatures may differ."""

import unicodedata

_SKIPPED = frozenset("-\u00ad\u2010\u2011\ufffe\x02")  # hyphens at line ends come and go


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Start and end in `text` of the first place that reads like the quote; None when there is none."""
    letters, places = _letters(text)
    wanted, _ = _letters(quote)
    at = letters.find(wanted) if wanted else -1
    if at < 0:
        return None
    return places[at], places[at + len(wanted) - 1] + 1


def _letters(text: str) -> tuple[str, list[int]]:
    """What counts in a comparison (compatibility letters in lower case), and where each came from."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character.isspace() or character in _SKIPPED:
            continue
        for letter in unicodedata.normalize("NFKD", character).lower():
            if not unicodedata.combining(letter) and not letter.isspace():
                letters.append(letter)
                places.append(place)
    return "".join(letters), places
