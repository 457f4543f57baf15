"""What the geometry port promises, on its adapter: rectangles that cover the words on the page as shown."""

from collections.abc import AsyncIterator
from pathlib import Path

import pypdfium2
import pytest

from bastide.knowledge.adapters.pdfium import PdfiumGeometry
from bastide.knowledge.ports.geometry import Geometry, PageGeometry
from tests import documents
from tests.documents import written

SCALE = 2
DARK = 128
LINES = [
    "# Délibération du conseil",
    "Le conseil approuve la création de trois",
    "emplois à compter de septembre.",
]


@pytest.fixture(params=["pdfium"])
async def geometry() -> AsyncIterator[Geometry]:
    geometry = PdfiumGeometry()
    yield geometry
    await geometry.close()


def ink(path: Path, page: int, password: str | None = None) -> tuple[list[tuple[float, float]], float, float]:
    """Dark points of a page as it is shown, and its size, all in PDF points."""
    document = pypdfium2.PdfDocument(path, password=password)
    shown = document[page - 1]
    size = shown.get_size()
    bitmap = shown.render(scale=SCALE, grayscale=True)
    data = bytes(bitmap.buffer)
    dark = [
        ((at % bitmap.stride + 0.5) / SCALE, (at // bitmap.stride + 0.5) / SCALE)
        for at, grey in enumerate(data)
        if grey < DARK and at % bitmap.stride < bitmap.width
    ]
    bitmap.close()
    shown.close()
    document.close()
    return dark, *size


def covered(found: PageGeometry, point: tuple[float, float]) -> bool:
    x, y = point
    return any(r.x0 - 1 <= x <= r.x1 + 1 and r.y0 - 1 <= y <= r.y1 + 1 for r in found.rectangles)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", ["", "50 600 400 830"])
async def test_a_quote_of_the_whole_page_covers_its_ink_and_little_else(
    geometry: Geometry, tmp_path: Path, rotate: int, crop: str
) -> None:
    path = written(tmp_path, "a.pdf", documents.pdf([LINES], rotate=rotate, crop=crop))
    (found,) = await geometry.locate(path, " ".join(LINES), [1])
    dark, width, height = ink(path, 1)
    assert (found.page, round(found.width), round(found.height)) == (1, round(width), round(height))
    assert len(found.rectangles) == 3
    assert dark
    assert all(covered(found, point) for point in dark)
    area = sum((r.x1 - r.x0) * (r.y1 - r.y0) for r in found.rectangles)
    assert area < 12_000  # three lines, not the page


async def test_only_the_lines_of_the_quote_are_marked(geometry: Geometry, tmp_path: Path) -> None:
    path = written(
        tmp_path, "a.pdf", documents.pdf([["Avant."], ["# Titre", *LINES[1:], "Après la phrase."]])
    )
    (found,) = await geometry.locate(path, "création de trois emplois à compter", [1, 2])
    first, second = found.rectangles
    assert found.page == 2
    assert first.x0 > 150
    assert second.x1 < 200
    assert first.y0 < first.y1 < second.y1


@pytest.mark.parametrize(
    "quote",
    [
        "le conseil\u00a0approuve la\ncréation de trois emplois",
        "• Le conseil approuve — la créa-\ntion de trois emplois",
        "Le conseil approuve la cre\u0301ation de trois emplois",
    ],
)
async def test_marks_and_spaces_may_differ(geometry: Geometry, tmp_path: Path, quote: str) -> None:
    path = written(tmp_path, "a.pdf", documents.pdf([LINES]))
    assert [len(found.rectangles) for found in await geometry.locate(path, quote, [1])] == [2]


async def test_a_word_broken_at_a_line_end_is_found_whole(geometry: Geometry, tmp_path: Path) -> None:
    lines = ["Le conseil municipal approuve la nouvelle régle-", "mentation du stationnement."]
    path = written(tmp_path, "a.pdf", documents.pdf([lines]))
    (found,) = await geometry.locate(path, "la nouvelle réglementation du stationnement", [1])
    assert len(found.rectangles) == 2


async def test_of_two_places_that_read_alike_the_one_that_is_meant(
    geometry: Geometry, tmp_path: Path
) -> None:
    lines = ["Premier lot", LINES[1], "Second lot", LINES[1]]
    path = written(tmp_path, "a.pdf", documents.pdf([lines]))
    (first,) = await geometry.locate(path, LINES[1], [1], before="Premier lot\n")
    (second,) = await geometry.locate(path, LINES[1], [1], before="\n".join([*lines[:3], ""]))
    assert first.rectangles[0].y1 < second.rectangles[0].y0


async def test_what_is_not_there_has_no_rectangles(geometry: Geometry, tmp_path: Path) -> None:
    path = written(tmp_path, "a.pdf", documents.pdf([LINES, []]))
    assert await geometry.locate(path, "Le maire refuse.", [1]) == []
    assert await geometry.locate(path, LINES[1], [2, 3, 0]) == []
    assert await geometry.locate(path, "…", [1]) == []


async def test_a_password_opens_the_file(geometry: Geometry, tmp_path: Path) -> None:
    path = written(tmp_path, "a.pdf", documents.pdf([LINES], password="sesame"))
    assert await geometry.locate(path, LINES[1], [1]) == []
    assert len(await geometry.locate(path, LINES[1], [1], "sesame")) == 1


async def test_a_broken_file_has_no_rectangles(geometry: Geometry, tmp_path: Path) -> None:
    path = written(tmp_path, "a.pdf", b"%PDF-1.4\nnothing")
    assert await geometry.locate(path, "nothing", [1]) == []
