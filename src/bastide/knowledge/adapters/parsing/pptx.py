"""PowerPoint (PPTX): every slide is a page under its title; tables, diagrams and speaker notes included."""

import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from bastide.knowledge.adapters.parsing import archive
from bastide.knowledge.adapters.parsing.archive import local
from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.openxml import describe, main_part, named, relations
from bastide.knowledge.adapters.parsing.slides import Slide, add_slide
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.domain.errors import DocumentCorruptError

_PRESENTATION = "ppt/presentation.xml"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DIAGRAM = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"
_TITLES = ("title", "ctrTitle")
_SKIPPED = ("sldNum", "dt", "ftr", "hdr", "sldImg")


def read_pptx(source: Source, out: TextBuilder) -> None:
    with archive.opened(source.path) as package:
        describe(package, out)
        names = _slides(package)
        for number, name in enumerate(names, 1):
            source.report(number - 1, len(names))
            add_slide(number, _slide(package, name), out)


def _slides(package: zipfile.ZipFile) -> list[str]:
    """Parts of the slides in the order of the presentation."""
    main = main_part(package, _PRESENTATION)
    parts = relations(package, main)
    listed = [
        element.get(_RELATION_ID, "")
        for element in archive.xml(package, main).iter()
        if local(element) == "sldId"
    ]
    names = [parts[identifier][1] for identifier in listed if identifier in parts]
    present = set(package.namelist())
    if listed and not any(name in present for name in names):
        raise DocumentCorruptError("The file is damaged: its slides are missing.")
    return [name for name in names if name in present]


def _slide(package: zipfile.ZipFile, name: str) -> Slide:
    slide = Slide()
    parts = relations(package, name)
    for tree in named(archive.xml(package, name), "spTree"):
        _shapes(tree, slide)
        for frame in named(tree, "relIds"):
            kind, part = parts.get(frame.get(_DIAGRAM, ""), ("", ""))
            if kind == "diagramData":
                slide.bodies.append([text for text in _paragraphs(archive.xml(package, part)) if text])
    for kind, part in parts.values():
        if kind == "notesSlide":
            for shape in named(archive.xml(package, part), "sp"):
                if _placeholder(shape) == "body":
                    slide.notes += _paragraphs(shape)
    return slide


def _shapes(tree: Element, slide: Slide) -> None:
    for shape in tree:
        match local(shape):
            case "grpSp":
                _shapes(shape, slide)
            case "sp":
                _shape(shape, slide)
            case "graphicFrame":
                slide.tables += [_table(table) for table in named(shape, "tbl")]
            case "AlternateContent":
                for choice in list(shape)[:1]:
                    _shapes(choice, slide)
            case _:
                pass


def _shape(shape: Element, slide: Slide) -> None:
    kind = _placeholder(shape)
    if kind in _SKIPPED:
        return
    texts = [text for text in _paragraphs(shape) if text]
    if kind in _TITLES and not slide.title:
        slide.title = " ".join(texts)
    elif texts:
        slide.bodies.append(texts)


def _table(table: Element) -> list[list[str]]:
    return [
        [" ".join(_paragraphs(cell)) for cell in row if local(cell) == "tc"] for row in named(table, "tr")
    ]


def _placeholder(shape: Element) -> str:
    """Kind of the placeholder; "" for a shape of its own; "body" is the default of the format."""
    return next((element.get("type", "body") for element in named(shape, "ph")), "")


def _paragraphs(element: Element) -> list[str]:
    return ["".join(_runs(paragraph)).strip() for paragraph in named(element, "p")]


def _runs(paragraph: Element) -> Iterator[str]:
    for element in paragraph.iter():
        match local(element):
            case "t":
                yield element.text or ""
            case "br":
                yield "\n"
            case "tab":
                yield " "
            case _:
                pass
