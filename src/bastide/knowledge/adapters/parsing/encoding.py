"""Text of unknown encoding."""

import codecs
import re

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the one of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 65536
_DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""")
# Bytes 0x80-0x9F are typographic quotes, dashes and € in Windows-1252, and control characters in Latin-1.
_TYPOGRAPHIC = re.compile(rb"[\x80-\x9f]")
# Accents whose bytes, in texts of DOS or of an old Macintosh, are neither dashes nor quotes in Windows-1252.
_ACCENTED = re.compile(r"(?<=[a-z])[éèêç](?=[a-z])")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
_BINARY_SHARE = 0.02
_FOREIGN = re.compile(r"[\u0080-\u00ff\u0152-\u0178]+")
_GARBLED_CHARS = 6
_GARBLED_SHARE = 0.5
_LETTERS_SHARE = 0.7


def decode(data: bytes, declared: str | None = None) -> str | None:
    """The text of the bytes; None when they are not text.

    Byte order marks decide, then what is declared (by a header, or inside the first bytes of HTML and XML),
    then whether it is valid UTF-8, then where the zero bytes are; what remains is Windows-1252 or Latin-1, or
    that of DOS or of an old Macintosh where it makes more words, unless none makes any: then it is guessed.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    for encoding in (_known(declared), "utf-8", _wide(data), _known(_inside(data))):
        if encoding and (text := _strictly(data, encoding)) is not None and _is_text(text):
            return text
    text = _single_byte(data)
    if _is_text(text) and not _is_garbled(text):
        return text
    return _guessed(data) or (text if _is_text(text) else None)


def _inside(data: bytes) -> str | None:
    found = _DECLARED.search(data[:2048])
    return found.group(1).decode("ascii") if found else None


def _known(name: str | None) -> str | None:
    try:
        found = codecs.lookup(name).name if name else None
    except LookupError:
        return None
    return None if found in {"iso8859-1", "ascii", "hex", "base64", "rot13", "zlib", "bz2", "uu"} else found


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: nearly all of one byte in two, or of three in four, are zero."""
    sample = data[:_SAMPLE_BYTES]
    if len(sample) < 4:
        return None
    zeros = [sample[n::4].count(0) / max(1, len(sample[n::4])) for n in range(4)]
    full, empty = 0.3, 0.7
    low = [share < full for share in zeros]
    high = [share > empty for share in zeros]
    for pattern, encoding in (
        ("0111", "utf-32-le"),
        ("1110", "utf-32-be"),
        ("0101", "utf-16-le"),
        ("1010", "utf-16-be"),
    ):
        if all(high[n] if flag == "1" else low[n] for n, flag in enumerate(pattern)):
            return encoding
    return None


def _single_byte(data: bytes) -> str:
    if not _TYPOGRAPHIC.search(data):
        return data.decode("latin-1")
    sample = data[:_SAMPLE_BYTES]
    encoding = max(
        ("cp1252", "cp850", "mac_roman"),  # the first of those that make as many words
        key=lambda name: len(_ACCENTED.findall(sample.decode(name, errors="replace"))),
    )
    return data.decode(encoding, errors="replace")


def _is_garbled(text: str) -> bool:
    """Letters with accents stand next to each other much more often than in any Western language: another
    alphabet was read as Latin.
    """
    sample = text[:_SAMPLE_BYTES]
    runs = [len(found) for found in _FOREIGN.findall(sample)]
    return sum(runs) >= _GARBLED_CHARS and sum(run for run in runs if run > 1) > _GARBLED_SHARE * sum(runs)


def _guessed(data: bytes) -> str | None:
    """By which encoding gives text of a language; None when none does."""
    found = from_bytes(data[:_SAMPLE_BYTES], cp_exclusion=["utf_7", "johab"]).best()
    text = _strictly(data, found.encoding) if found is not None else None
    if text is None or not _is_text(text):
        return None
    letters = sum(character.isalnum() or character.isspace() for character in text[:_SAMPLE_BYTES])
    return text if letters > _LETTERS_SHARE * len(text[:_SAMPLE_BYTES]) else None


def _is_text(text: str) -> bool:
    sample = text[:_SAMPLE_BYTES]
    return len(_CONTROLS.findall(sample)) <= _BINARY_SHARE * len(sample)
