"""Tables on PDF pages: those with rules and those without, and what only looks like one."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.pdf import read_pdf
from bastide.knowledge.adapters.parsing.pdf_geometry import locate
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.domain.extraction import BlockKind, ExtractedText
from bastide.knowledge.ports.parser import ParseLimits
from tests.drawn_pdf import HEIGHT, WIDTH, Page, document

XS = (60, 220, 330, 520)
TARIFFS = [
    ("Quotient familial", "Prix du repas", "Remarques"),
    ("Moins de 400", "1,20 €", "Sur présentation d'une\nattestation récente."),
    ("De 400 à 800", "2,50 €", "Aucune"),
    ("Plus de 800", "4,10 €", "Aucune"),
]
BUDGET = [
    ("Poste", "2022", "2023", "Écart"),
    ("Personnel", "1 200", "1 300", "8 %"),
    ("Énergie et fluides", "300", "450", "50 %"),
    ("Achats", "80", "75", "-6 %"),
    ("Total", "1 580", "1 825", "16 %"),
]
PROSE = "Le conseil a voté en 2023 les 34 mesures"


def read(content: bytes, folder: Path) -> ExtractedText:
    path = folder / "a.pdf"
    path.write_bytes(content)
    out = TextBuilder(1_000_000)
    source = Source(path, "a.pdf", folder, ParseLimits(), lambda _done, _total: None)
    read_pdf(source, out)
    return out.build("application/pdf")


def rows(extracted: ExtractedText) -> list[tuple[str, str]]:
    return [
        (extracted.text[block.start : block.end], block.header)
        for block in extracted.blocks
        if block.kind is BlockKind.TABLE_ROW
    ]


@pytest.mark.parametrize("rotate", [0, 90])
def test_a_ruled_table_is_read_by_rows_that_keep_their_header(tmp_path: Path, rotate: int) -> None:
    page = Page()
    page.text(60, 180, "Les tarifs sont les suivants.")
    page.table(TARIFFS, XS, 200, height=32)
    page.text(60, 360, "Ils valent pour l'année.")
    extracted = read(document(page, rotate=rotate), tmp_path)
    header = "Quotient familial | Prix du repas | Remarques"
    assert rows(extracted) == [
        (header, ""),
        ("Moins de 400 | 1,20 € | Sur présentation d'une attestation récente.", header),
        ("De 400 à 800 | 2,50 € | Aucune", header),
        ("Plus de 800 | 4,10 € | Aucune", header),
    ]
    assert extracted.text.startswith("Les tarifs")
    assert extracted.text.endswith("l'année.")


def test_a_table_written_column_by_column_is_read_by_rows_and_its_rows_are_found_again(
    tmp_path: Path,
) -> None:
    page, xs = Page(), (60, 240, 330, 420, 500)
    for column in range(4):
        for number, row in enumerate(BUDGET):
            page.box(xs[column], 200 + 22 * number, xs[column + 1], 222 + 22 * number)
            page.text(xs[column] + 4, 215 + 22 * number, row[column])
    extracted = read(document(page), tmp_path)
    found = [text for text, _ in rows(extracted)]
    assert found == [" | ".join(row) for row in BUDGET]
    for number, text in enumerate(found):
        before = extracted.text[: extracted.text.index(text)]
        (geometry,) = locate(tmp_path / "a.pdf", text, [1], None, before)
        top = 200 + 22 * number
        assert all(top < r.y0 < r.y1 < top + 22 for r in geometry.rectangles)
        assert min(r.x0 for r in geometry.rectangles) < xs[0] + 6
        assert max(r.x1 for r in geometry.rectangles) > xs[3]


def test_an_unruled_table_with_numbers_is_read_by_rows(tmp_path: Path) -> None:
    page = Page()
    page.text(60, 180, "Le budget en milliers d'euros se présente comme suit pour les deux années.")
    page.table(BUDGET, (60, 240, 330, 420, 500), 200, ruled=False, height=16)
    header = "Poste | 2022 | 2023 | Écart"
    found = rows(read(document(page), tmp_path))
    assert found[0] == (header, "")
    assert found[2] == ("Énergie et fluides | 300 | 450 | 50 %", "")  # years are no sure header


def test_a_header_in_bold_is_a_header_whatever_stands_in_it(tmp_path: Path) -> None:
    page = Page()
    page.table(BUDGET, (60, 240, 330, 420, 500), 200, ruled=False, height=16, bold=True)
    assert {header for _, header in rows(read(document(page), tmp_path))[1:]} == {
        "Poste | 2022 | 2023 | Écart"
    }


def test_a_table_goes_on_under_its_header_on_the_next_page(tmp_path: Path) -> None:
    first, second = Page(), Page()
    first.table(TARIFFS, XS, 600, height=32)
    rest = [("Hors commune", "6,00 €", "Selon place"), ("Agents", "5,00 €", "Aucune")]
    second.table([*rest, ("Adultes", "7,00 €", "Aucune")], XS, 150)
    found = rows(read(document(first, second), tmp_path))
    assert found[-1] == ("Adultes | 7,00 € | Aucune", "Quotient familial | Prix du repas | Remarques")
    other = Page()
    hours = [("Lieu", "Ouverture", "Fermeture"), ("École", "8 h", "18 h"), ("Mairie", "9 h", "17 h")]
    other.table(hours, (60, 150, 330, 520), 150)
    assert rows(read(document(first, other), tmp_path))[-1] == (
        "Mairie | 9 h | 17 h",
        "Lieu | Ouverture | Fermeture",
    )


def test_a_cell_over_several_rows_is_read_once_with_the_first(tmp_path: Path) -> None:
    page = Page()
    page.table([("Site", "Salle", "Places")], XS, 200)
    page.box(XS[0], 220, XS[1], 260)
    page.text(XS[0] + 4, 244, "Mairie")
    for y, room, seats in ((220, "Salle A", "40"), (240, "Salle B", "12")):
        page.box(XS[1], y, XS[2], y + 20)
        page.box(XS[2], y, XS[3], y + 20)
        page.text(XS[1] + 4, y + 14, room)
        page.text(XS[2] + 4, y + 14, seats)
    texts = [text for text, _ in rows(read(document(page), tmp_path))]
    assert texts == ["Site | Salle | Places", "Mairie | Salle A | 40", "| Salle B | 12"]


def test_a_framed_title_above_a_table_is_not_in_it(tmp_path: Path) -> None:
    page = Page()
    page.box(40, 140, 540, 420)  # around everything
    page.box(100, 150, 500, 200)  # the title's touches the table
    page.text(200, 180, "Tarifs de la cantine", size=16)
    page.table(TARIFFS, XS, 200, height=32)
    found = [text for text, _ in rows(read(document(page), tmp_path))]
    assert found == [" | ".join(row).replace("\n", " ") for row in TARIFFS]


@pytest.mark.parametrize("columns", [2, 3])
def test_columns_of_prose_are_no_table(tmp_path: Path, columns: int) -> None:
    page = Page()
    width = 480 // columns
    for column in range(columns):
        for number in range(25):
            page.text(60 + column * width, 120 + 14 * number, PROSE[: 22 if columns == 3 else 40])
    assert rows(read(document(page), tmp_path)) == []


def test_contents_with_leaders_are_no_table(tmp_path: Path) -> None:
    page = Page()
    for number in range(12):
        page.text(60, 120 + 20 * number, f"{number + 1}.")
        page.text(90, 120 + 20 * number, f"Titre du chapitre {number} ................................")
        page.text(480, 120 + 20 * number, str(7 * number + 3))
    assert rows(read(document(page), tmp_path)) == []


def test_boxes_around_text_are_no_table(tmp_path: Path) -> None:
    page = Page()
    for x, y, wide, high in (
        (60, 120, 200, 90),
        (260, 120, 260, 40),
        (260, 160, 120, 200),
        (60, 210, 90, 150),
    ):
        page.box(x, y, x + wide, y + high)
        for line in range(high // 14 - 1):
            page.text(x + 4, y + 14 + 14 * line, PROSE[: wide // 6])
    assert rows(read(document(page), tmp_path)) == []


def test_a_frame_at_the_top_of_pages_is_no_table(tmp_path: Path) -> None:
    page = Page()
    page.table([("Commune", "Version 3", "Interne"), ("Service", "2024", "Page")], XS, 30)
    page.text(60, 200, "Le texte de la page.")
    assert rows(read(document(page), tmp_path)) == []


words = st.text("abcdefghij", min_size=3, max_size=8)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_word_of_any_grid_is_found_in_its_row(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    columns = data.draw(st.integers(4, 5))
    table = data.draw(st.lists(st.lists(words, min_size=columns, max_size=columns), min_size=4, max_size=12))
    by_column = data.draw(st.booleans())
    order = sorted(
        product(range(len(table)), range(columns)), key=lambda place: place[::-1] if by_column else place
    )
    width = (WIDTH - 120) / columns
    page = Page()
    for row, column in order:
        x, y = 60 + column * width, 150 + row * 22
        page.box(x, y, x + width, y + 22)
        page.text(x + 5, y + 15, table[row][column])
    page.text(60, HEIGHT - 150, "Fin du texte.")
    folder = tmp_path_factory.mktemp("grid")
    assert [text for text, _ in rows(read(document(page), folder))] == [" | ".join(row) for row in table]
