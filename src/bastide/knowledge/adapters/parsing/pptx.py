"""PowerPoint (PPTX): every slide is a page under its title; tables, diagrams and speaker notes included."""

import posixpath
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from bastide.knowledge.adapters.parsing import archive
from bastide.knowledge.adapters.parsing.archive import local
from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.core_properties import describe
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
    relations = _relations(package, _PRESENTATION)
    listed = [
        element.get(_RELATION_ID, "")
        for element in archive.xml(package, _PRESENTATION).iter()
        if local(element) == "sldId"
    ]
    names = [relations[identifier][1] for identifier in listed if identifier in relations]
    present = set(package.namelist())
    if listed and not any(name in present for name in names):
        raise DocumentCorruptError("The file is damaged: its slides are missing.")
    return [name for name in names if name in present]


def _relations(package: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Id → (kind, part) of what a part refers to inside the package."""
    folder, name = posixpath.split(part)
    try:
        root = archive.xml(package, f"{folder}/_rels/{name}.rels")
    except KeyError:
        return {}
    return {
        element.get("Id", ""): (
            element.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join(folder, element.get("Target", ""))).lstrip("/"),
        )
        for element in root
        if element.get("TargetMode") != "External"
    }


def _slide(package: zipfile.ZipFile, name: str) -> Slide:
    slide = Slide()
    relations = _relations(package, name)
    for tree in _named(archive.xml(package, name), "spTree"):
        _shapes(tree, slide)
        for frame in _named(tree, "relIds"):
            kind, part = relations.get(frame.get(_DIAGRAM, ""), ("", ""))
            if kind == "diagramData":
                slide.bodies.append([text for text in _paragraphs(archive.xml(package, part)) if text])
    for kind, part in relations.values():
        if kind == "notesSlide":
            for shape in _named(archive.xml(package, part), "sp"):
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
                slide.tables += [_table(table) for table in _named(shape, "tbl")]
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
        [" ".join(_paragraphs(cell)) for cell in row if local(cell) == "tc"] for row in _named(table, "tr")
    ]


def _placeholder(shape: Element) -> str:
    """Kind of the placeholder; "" for a shape of its own; "body" is the default of the format."""
    return next((element.get("type", "body") for element in _named(shape, "ph")), "")


def _paragraphs(element: Element) -> list[str]:
    return ["".join(_runs(paragraph)).strip() for paragraph in _named(element, "p")]


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


def _named(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element.iter() if local(child) == name)
