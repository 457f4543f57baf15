"""Finds a quote in a text that was extracted by another program.

Only letters and digits are compared: white space, hyphens at line ends, bullets, quotes and dots that lead to
a page number come and go, ligatures and accents are written in several ways.
"""

import unicodedata


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Start and end in `text` of the first place that reads like the quote; None when there is none.

    The marks around the quote belong to it where the text has them too.
    """
    letters, places = _letters(text)
    wanted, own = _letters(quote)
    at = letters.find(wanted) if wanted else -1
    if at < 0:
        return None
    start, end = places[at], places[at + len(wanted) - 1] + 1
    before, after = quote[: own[0]], quote[own[-1] + 1 :]
    while start > 0 and text[start - 1] in before and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and text[end] in after and not text[end].isspace():
        end += 1
    return start, end


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
