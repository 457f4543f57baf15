"""Printed lines become paragraphs, list items and headings."""

from collections.abc import Sequence

from bastide.knowledge.adapters.parsing.layout import passages_of
from bastide.knowledge.adapters.parsing.lines import Line, PageLines
from bastide.knowledge.adapters.parsing.running import without_running_lines
from bastide.knowledge.adapters.parsing.style import style_of
from bastide.knowledge.domain.extraction import BlockKind

H, P, L = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM
WIDTH = 5.0  # of a character
FULL = "x" * 79  # a line that reaches the right edge, with the word before it


def line(text: str, top: float, *, x0: float = 70, size: float = 10, bold: bool = False) -> Line:
    hyphen = text.endswith("~")
    return Line(
        text.rstrip("~"), x0, x0 + len(text) * WIDTH, top, top + size * 1.2, size, bold=bold, hyphen=hyphen
    )


def page(*lines: Line) -> PageLines:
    return PageLines(lines, 595, 842)


def read(*lines: Line) -> list[tuple[BlockKind, str]]:
    pages = [page(*lines)]
    return [(one.kind, one.text) for one in passages_of(pages[0], style_of(pages))]


def set_solid(texts: Sequence[str], start: float = 100, leading: float = 12) -> list[Line]:
    return [line(text, start + n * leading) for n, text in enumerate(texts)]


def test_wrapped_lines_are_joined_and_hyphens_taken_out() -> None:
    assert read(*set_solid([f"Une {FULL}", f"suite {FULL} régle~", "mentation du travail."])) == [
        (P, f"Une {FULL} suite {FULL} réglementation du travail.")
    ]


def test_a_line_that_ends_early_ends_its_paragraph() -> None:
    lines = set_solid([f"Une {FULL}", "ligne courte.", f"Une autre {FULL}"[:83], "fin."])
    assert [text.split()[0] for _, text in read(*lines)] == ["Une", "Une"]


def test_a_gap_ends_a_paragraph() -> None:
    lines = [
        *set_solid([f"Un {FULL}", f"deux {FULL}"]),
        *set_solid([f"Trois {FULL}", f"quatre {FULL}"], start=160),
    ]
    assert len(read(*lines)) == 2


def test_lines_set_wide_apart_are_still_a_paragraph() -> None:
    assert len(read(*set_solid([f"Un {FULL}", f"deux {FULL}", f"trois {FULL}"], leading=22))) == 1


def test_the_text_goes_on_in_the_next_column() -> None:
    left = set_solid(["une phrase qui se", "poursuit dans la"], start=700)
    right = [line("colonne de droite.", 100, x0=320), line("Une autre phrase.", 112, x0=320)]
    assert read(*left, *right)[0][1].startswith("une phrase qui se poursuit dans la colonne de droite.")


def test_bullets_and_numbers_begin_items() -> None:
    lines = set_solid(
        ["• un élément", "qui continue", "• un autre", "1. numéroté", "a) lettré", "100. n’en est pas"]
    )
    assert read(*lines)[:4] == [
        (L, "- un élément qui continue"),
        (L, "- un autre"),
        (L, "1. numéroté"),
        (L, "a) lettré"),
    ]


def test_larger_lines_are_headings_by_size() -> None:
    body = set_solid([f"Un {FULL}"] * 12, start=200)
    found = read(line("Titre", 60, size=20), line("Sous-titre", 100, size=14), *body)
    assert [kind for kind, _ in found[:3]] == [H, H, P]
    pages = [page(line("Titre", 60, size=20), line("Sous-titre", 100, size=14), *body)]
    assert [one.level for one in passages_of(pages[0], style_of(pages))][:2] == [1, 2]


def test_bold_lines_are_headings_where_bold_is_rare() -> None:
    body = set_solid([f"Un {FULL}"] * 12, start=200)
    assert read(line("Congés annuels", 150, bold=True), *body)[0] == (H, "Congés annuels")
    assert read(line("Une phrase en gras.", 150, bold=True), *body)[0][0] is P


def test_a_bold_line_inside_a_sentence_is_no_heading() -> None:
    lines = [
        line(f"Un {FULL}", 100),
        line("mot important " + "x" * 68, 112, bold=True),
        line("et la fin.", 124),
    ]
    body = set_solid([f"Un {FULL}"] * 12, start=300)
    assert len(read(*lines, *body)) == 2


def test_pieces_of_a_row_are_put_together() -> None:
    note = Line("2", 171, 174, 98, 104, 7)
    assert read(line("la loi", 100, x0=140), note, line("du pays", 100, x0=180)) == [(P, "la loi2 du pays")]


def test_leaders_are_shortened() -> None:
    assert read(line("Introduction ............. 3", 100)) == [(P, "Introduction … 3")]


def test_running_lines_are_kept_once_and_page_numbers_never() -> None:
    pages = [
        page(line("Direction du budget", 20), line(f"Le texte numéro {n}", 400), line(f"- {n} -", 820))
        for n in range(5)
    ]
    kept = [[one.text for one in some.lines] for some in without_running_lines(pages)]
    assert kept[0] == ["Direction du budget", "Le texte numéro 0"]
    assert kept[1:] == [[f"Le texte numéro {n}"] for n in range(1, 5)]


def test_what_comes_back_in_the_middle_of_pages_stays() -> None:
    pages = [page(line("Montant total", 400)) for _ in range(6)]
    assert without_running_lines(pages) == pages
