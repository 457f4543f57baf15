"""Finds a quote in a text that was extracted by another program.

Only letters and digits are compared: white space, hyphens at line ends, bullets, quotes and dots that lead to
a page number come and go, ligatures and accents are written in several ways.
"""

import unicodedata


def find_quote(text: str, quote: str, before: str = "") -> tuple[int, int] | None:
    """Start and end in `text` of the place that reads like the quote; None when there is none.

    Of several places, the one that comes after as much text as `before` has; the first without it. The marks
    around the quote belong to it where the text has them too.
    """
    letters, places = _letters(text)
    wanted, own = _letters(quote)
    starts = _places(letters, wanted) if wanted else []
    if not starts:
        return None
    expected = len(_letters(before)[0])
    at = min(starts, key=lambda start: abs(start - expected))
    start, end = places[at], places[at + len(wanted) - 1] + 1
    before, after = quote[: own[0]], quote[own[-1] + 1 :]
    while start > 0 and text[start - 1] in before and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and text[end] in after and not text[end].isspace():
        end += 1
    return start, end


def _places(letters: str, wanted: str) -> list[int]:
    found: list[int] = []
    at = letters.find(wanted)
    while at >= 0:
        found.append(at)
        at = letters.find(wanted, at + 1)
    return found


def _letters(text: str) -> tuple[str, list[int]]:
    """What counts in a comparison (compatibility letters in lower case), and where each came from."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in unicodedata.normalize("NFKD", character).lower():
            if letter.isalnum():
                letters.append(letter)
                places.append(place)
    return "".join(letters), places
