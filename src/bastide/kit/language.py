"""Which language a text is in, told by its function words, then by its letters.

Made for French and English, down to questions of a few words; other languages are named when they are sure.
A trained model for a hundred languages takes 80 MB of memory for a question that has two frequent answers.
"""

import re
from collections import Counter, defaultdict
from itertools import islice

from bastide.kit.function_words import ENDINGS, FUNCTION_WORDS

_WORDS_READ = 600
_WORD = re.compile(r"[^\W\d_]+(?:['’](?=[^\W\d_]))?")  # with the apostrophe of an elision: "l'", "qu'"
_LATIN_LIMIT = 0x250

# Evidence that one word gives, by the number of languages that have the word.
_BY_SHARERS = {1: 1.0, 2: 0.4, 3: 0.15}
_LETTERS = 0.35  # evidence of letters and endings, per word
_OTHERS = 0.7  # languages but the first two are met less often
_SURE = 0.3
_AHEAD = 1.25  # times the evidence for the next language
_OTHERS_WORDS = 3  # function words that another language needs

_LETTER = (
    (re.compile("[èêëûîôœçùïâà]|é"), "fr"),
    (re.compile("w|th|sh|gh|k|oo|ee"), "en"),
    (re.compile("[ßäö]|ü"), "de"),
    (re.compile("[ñ¿¡áíóú]"), "es"),
    (re.compile("[ãõ]"), "pt"),
)
_SCRIPTS = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x052F, "ru"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "ar"),
    (0x0E00, 0x0E7F, "th"),
    (0x3040, 0x30FF, "ja"),
    (0x4E00, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"),
)


def _weights() -> dict[str, dict[str, float]]:
    lists = {language: set(words.split()) for language, words in FUNCTION_WORDS.items()}
    sharers = Counter(word for words in lists.values() for word in words)
    return {
        word: {language: _BY_SHARERS.get(count, 0.1) for language, words in lists.items() if word in words}
        for word, count in sharers.items()
    }


_WEIGHTS = _weights()
_ENDS = tuple((tuple(endings.split()), language) for language, endings in ENDINGS.items())


def detect(text: str) -> str:
    """ISO 639-1 code of the language ("fr", "en" …); "" when unsure. Reads the first 600 words."""
    words = [match.group().lower().replace("’", "'") for match in islice(_WORD.finditer(text), _WORDS_READ)]
    return _script(words) or _latin(words)


def _script(words: list[str]) -> str:
    """By the alphabet, when most words are not in Latin letters."""
    foreign = [word for word in words if ord(word[0]) >= _LATIN_LIMIT]
    if not foreign or len(foreign) < len(words) / 2:
        return ""
    scripts = Counter(_script_of(ord(char)) for word in foreign for char in word)
    return "ja" if scripts["ja"] else scripts.most_common(1)[0][0]


def _script_of(code: int) -> str:
    return next((language for first, last, language in _SCRIPTS if first <= code <= last), "")


def _latin(words: list[str]) -> str:
    scores: defaultdict[str, float] = defaultdict(float)
    known: Counter[str] = Counter()
    for word in words:
        weights = _WEIGHTS.get(word) or _WEIGHTS.get(word.rstrip("'"))
        for language, weight in (weights or _letters(word)).items():
            scores[language] += weight
            known[language] += weights is not None
    for language in scores:
        if language not in {"fr", "en"}:
            scores[language] *= _OTHERS if known[language] >= _OTHERS_WORDS else 0
    ranked = sorted(((score, language) for language, score in scores.items()), reverse=True)
    (most, first), (next_most, _) = [*ranked, (0.0, ""), (0.0, "")][:2]
    return first if most >= _SURE and most >= _AHEAD * next_most else ""


def _letters(word: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for pattern, language in _LETTER:
        if pattern.search(word):
            found[language] = found.get(language, 0.0) + _LETTERS
    for endings, language in _ENDS:
        if len(word) > 3 and word.endswith(endings):
            found[language] = found.get(language, 0.0) + _LETTERS / 2
    return found
