"""The built-in reader's answer in words: quotes with numbers, in French or English typography."""

import re

NOTHING = {
    "fr": "Les documents ne répondent pas à cette question.",
    "en": "The documents do not answer this question.",
}
SEE_ALSO = {"fr": "Voir aussi\u00a0:", "en": "See also:"}

_NO_BREAK = "\u00a0"
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_BEGINNING = re.compile(r"^(?:#{1,6} |[-–—•◦▪*·‣] |>+ |\d{1,2}[.)] )+")
_CELLS = re.compile(r" ?\|(?: ?\|)* ?")
_END = re.compile(r"[.!?…]*$")
_FRENCH_BEFORE = re.compile(r"(?<=\S) (?=[;:!?»%€])")
_FRENCH_AFTER = re.compile(r"(?<=«) (?=\S)")


def in_language(texts: dict[str, str], language: str) -> str:
    """The text in French, or else in English."""
    return texts.get(language, texts["en"])


def cited(quote: str, number: int, language: str) -> str:
    """A quote on one line with its number before the final mark, as in `by nine [1].`."""
    text = one_line(quote, language)
    end = _END.search(text)
    at = end.start() if end else len(text)
    return f"{text[:at]}{_NO_BREAK}[{number}]{text[at:]}"


def one_line(quote: str, language: str) -> str:
    """A quote without line breaks and marks of lists, headings and tables."""
    text = _BEGINNING.sub("", _BLANKS.sub(" ", quote).strip())
    if "|" in text:
        text = _CELLS.sub(" · ", text.strip("| "))
    if language == "fr":
        text = _FRENCH_AFTER.sub(_NO_BREAK, _FRENCH_BEFORE.sub(_NO_BREAK, text))
    return text
