"""Pages after the first that told the document's language are read with that language alone."""

from collections.abc import Callable

import pytest

from bastide.knowledge.adapters.parsing import ocr, pdf_ocr
from bastide.knowledge.adapters.parsing.ocr import Recognised

FRENCH = "Le conseil approuve la création de trois emplois dans la ville à compter du mois de septembre."
ENGLISH = "The council approves that three jobs are created in the town with effect from September."


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, str | None]]:
    """What was asked of Tesseract: the image, and the language that it was to read alone."""
    calls: list[tuple[bytes, str | None]] = []
    pages = {b"fr": (FRENCH, 94.0), b"en": (ENGLISH, 93.0), b"faint": (FRENCH, 60.0)}

    def recognise(image: bytes, *, dpi: int, alone: str | None = None) -> list[Recognised]:
        calls.append((image, alone))
        text, confidence = pages[image]
        return [Recognised([text], confidence)]

    monkeypatch.setattr(ocr, "recognise", recognise)
    monkeypatch.setattr(ocr, "languages", lambda: ("fra", "eng"))
    return calls


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ("fr fr fr", [("fr", None), ("fr", "fra"), ("fr", "fra")]),
        ("en en", [("en", None), ("en", "eng")]),
        # Another language: read again with both, and gone on in the other one.
        ("fr en en", [("fr", None), ("en", "fra"), ("en", None), ("en", "eng")]),
        # Not sure: read again with both, and no page after it alone.
        ("fr faint", [("fr", None), ("faint", "fra"), ("faint", None)]),
        ("faint fr fr", [("faint", None), ("fr", None), ("fr", "fra")]),
    ],
)
def test_one_language_is_enough_while_it_is_surely_the_one(
    asked: list[tuple[bytes, str | None]], pages: str, expected: list[tuple[str, str | None]]
) -> None:
    read: Callable[[bytes], Recognised] = pdf_ocr._Reader().read
    for page in pages.split():
        assert read(page.encode()).paragraphs
    assert [(image.decode(), alone) for image, alone in asked] == expected


def test_where_only_one_language_is_installed_nothing_changes(
    asked: list[tuple[bytes, str | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "languages", lambda: ("eng",))
    read = pdf_ocr._Reader().read
    assert [read(b"fr"), read(b"fr")]
    assert [alone for _, alone in asked] == [None, None]
