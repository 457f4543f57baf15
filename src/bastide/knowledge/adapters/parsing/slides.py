"""A slide, whatever format it comes from."""

from dataclasses import dataclass, field

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.tables import add_table
from bastide.knowledge.domain.extraction import BlockKind

_TITLE_CHARS = 120


@dataclass(slots=True)
class Slide:
    """`bodies`: the paragraphs of each text box; `tables`: rows of cells."""

    title: str = ""
    bodies: list[list[str]] = field(default_factory=list[list[str]])
    tables: list[list[list[str]]] = field(default_factory=list[list[list[str]]])
    notes: list[str] = field(default_factory=list[str])


def add_slide(number: int, slide: Slide, out: TextBuilder) -> None:
    """Add the slide as a page. Without a title its first short line is taken for one."""
    out.open_page(number)
    bodies = [list(body) for body in slide.bodies if body]
    title = slide.title
    if not title and bodies and len(bodies[0][0]) <= _TITLE_CHARS:
        title = bodies[0].pop(0)
    out.heading(title, 1)
    for body in bodies:
        if len(body) == 1:
            out.paragraph(body[0])
        else:
            for text in body:
                out.add(BlockKind.LIST_ITEM, f"- {text}")
    for table in slide.tables:
        add_table(table, out)
    out.paragraph("\n".join(slide.notes))
