"""Pages that are shown turned while their text does not turn with them."""

from pathlib import Path

import pytest

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.pdf import read_pdf
from bastide.knowledge.adapters.parsing.pdf_geometry import locate
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.ports.parser import ParseLimits
from tests.drawn_pdf import WIDTH, Page, document

LAST = "the lamp every Thursday."


def lighthouse() -> Page:
    page = Page()
    page.text(57, 73, "Keeper", size=24)
    page.text(57, 107, "The keeper of the lighthouse earns 4711 crowns a month and repairs", size=12)
    page.text(57, 121, LAST, size=12)
    for y, item in ((145, "First item"), (170, "Second item")):
        page.text(66, y, "-", size=12)
        page.text(78, y, item, size=12)
    return page


def read(folder: Path, rotate: int) -> str:
    path = folder / "a.pdf"
    path.write_bytes(document(lighthouse(), rotate=rotate))
    out = TextBuilder(100_000)
    read_pdf(Source(path, "a.pdf", folder, ParseLimits(), lambda _done, _total: None), out)
    return out.build("application/pdf").text


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_lines_are_read_in_order_however_the_page_is_shown(tmp_path: Path, rotate: int) -> None:
    upright = read(tmp_path, 0)
    assert (
        upright.index("Keeper") < upright.index("repairs") < upright.index("First") < upright.index("Second")
    )
    assert read(tmp_path, rotate) == upright

    (geometry,) = locate(tmp_path / "a.pdf", LAST, [1], None, "crowns a month and repairs ")
    assert (geometry.width == WIDTH) == (rotate % 180 == 0)
    (place,) = geometry.rectangles
    along, across = (place.x1 - place.x0, place.y1 - place.y0)
    assert (along > across) == (rotate % 180 == 0)  # the words lie on their side with the page
