"""Sentence boundaries for French and English, as spans of the text they were found in."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A mark that may end a sentence, with what closes after it: quotes, brackets, « guillemets », notes as [12].
_MARK = re.compile(
    r"(?P<mark>[.!?…]+)(?P<closing>(?:[\"'”’)\]]|[ \u00a0\u202f]?»|\[\d{1,3}\])*)(?=\s|$)"
    r"|(?P<wide>[。！？]+[」』”）]*)"
)
_BREAK = re.compile(r"[ \t]*\n\s*")
_LIST_MARKER = re.compile(r"(?:[-–—•◦▪*·‣]|\(?(?:\d{1,3}|[A-Za-z])[.)])\s")
_LAST_WORD = re.compile(r"[^\s(\[«\"“'’]*$")
_ENUMERATION = re.compile(r"[-–—•*(\s]*(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[IVX]{1,5})")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_OPENING = "«“\"'‘([{—–-•¿¡ \u00a0\u202f"

# A line this long that ends without a mark was most likely broken to fit, not ended.
_WRAPPED_LINE_CHARS = 40
_LOOK_BACK_CHARS = 24

# Never the end of a sentence: what they stand before belongs to them.
_ABBREVIATIONS = _words(
    "m mm mme mmes mlle mlles mgr dr drs pr prof mr mrs ms messrs sr jr st ste sts hon rev gen col "
    "capt lt sgt cpt sen rep gov alin cf conf figs éd ed eds vol chap ch sect § para "
    "p pp pag env approx ca circa c.-à-d c.à.d e.g i.e eg ie viz vs v résp resp tél tel fax boul "
    "bd av ave dép dept réf ref n° nos bull coll trad dir adj incl excl max min "
    "janv févr avr juil sept oct nov déc jan feb aug dec"
)
# An abbreviation in front of a number only: "No. 5", "art. L. 12", but "He said no.", "modern art."
_BEFORE_NUMBER = _words("no nr num art arts ex par tab fig mar apr jun jul may")
_NUMBER = re.compile(r"\d|[A-Z]\.")
# After an initial or an acronym a sentence is taken to begin only with one of these.
_STARTERS = _words(
    "the a an this that these those it he she we they you i in on at for but and however there if when as "
    "le la les l un une des du ce cet cette ces il elle ils elles on nous vous je en dans pour mais et "
    "cependant toutefois si quand lorsque c d s à au aux par ainsi"
)
_WORD = re.compile(r"[^\W\d_]+")


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences in order, without the white space around them.

    Blank lines, list markers and table rows end a sentence; a line break inside a wrapped paragraph does not.
    Every character that is not white space lies in exactly one span.
    """
    spans: list[tuple[int, int]] = []
    for start, end in _passages(text):
        begin = start
        for match in _MARK.finditer(text, start, end):
            if _ends_sentence(text, begin, end, match):
                _add(spans, text, begin, match.end())
                begin = match.end()
        _add(spans, text, begin, end)
    return spans


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def _passages(text: str) -> list[tuple[int, int]]:
    """Stretches between line breaks that surely end a sentence."""
    spans: list[tuple[int, int]] = []
    start = line = 0
    for match in _BREAK.finditer(text):
        if _is_hard(text, line, match):
            spans.append((start, match.start()))
            start = match.end()
        line = match.end()
    spans.append((start, len(text)))
    return spans


def _is_hard(text: str, line: int, match: re.Match[str]) -> bool:
    if match.group().count("\n") > 1 or match.end() == len(text):
        return True
    if _LIST_MARKER.match(text, match.end()) or " | " in text[line : match.start()]:
        return True
    return not text[match.end()].islower() and match.start() - line < _WRAPPED_LINE_CHARS


def _ends_sentence(text: str, begin: int, end: int, match: re.Match[str]) -> bool:
    if match["wide"]:
        return True
    following = _following(text, match.end(), end)
    if not following:
        return True
    first = following[0]
    if first.islower() or not (first.isalnum() or first in _OPENING or not first.isascii()):
        return False
    if match["mark"] != "." or match["closing"]:
        return True
    return not _is_abbreviation(text, begin, match.start(), following)


def _following(text: str, start: int, end: int) -> str:
    """The beginning of what comes after the mark, at most two words of it."""
    while start < end and text[start].isspace():
        start += 1
    return text[start : min(end, start + _LOOK_BACK_CHARS)]


def _is_abbreviation(text: str, begin: int, dot: int, following: str) -> bool:
    if _ENUMERATION.fullmatch(text, begin, dot):
        return True  # "1. Purpose"
    found = _LAST_WORD.search(text, max(begin, dot - _LOOK_BACK_CHARS), dot)
    word = found.group() if found else ""
    lower = word.lower()
    if lower in _ABBREVIATIONS:
        return True
    if lower in _BEFORE_NUMBER:
        return _NUMBER.match(following) is not None
    if _DOTTED.fullmatch(word) and (len(word) > 1 or word.isupper()):
        starter = _WORD.match(following.lstrip(_OPENING))
        return not (starter and starter.group().lower() in _STARTERS)  # "J. Martin", "U.S. Senate"
    return False
