"""Names of documents: what is kept of the name that a client sends, and how names are searched."""

import unicodedata
from pathlib import PurePosixPath

_LONGEST = 255
_NAMELESS = "document"


def clean_filename(name: str) -> str:
    """The last part of a path, in NFC, without control characters, at most 255 characters with its suffix."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(char for char in last if unicodedata.category(char) not in {"Cc", "Cf", "Cs"}).strip()
    if not kept.strip("."):
        return _NAMELESS
    if len(kept) <= _LONGEST:
        return kept
    suffix = PurePosixPath(kept).suffix[:20]
    return kept[: _LONGEST - len(suffix)] + suffix


def folded(text: str) -> str:
    """Without case and accents, so that `resume` finds `Résumé`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
