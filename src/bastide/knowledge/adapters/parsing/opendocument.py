"""OpenDocument texts (ODT) and presentations (ODP)."""

from xml.etree.ElementTree import Element

from bastide.knowledge.adapters.parsing import archive
from bastide.knowledge.adapters.parsing.archive import local
from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.slides import Slide, add_slide
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.adapters.parsing.tables import add_table
from bastide.knowledge.domain.errors import DocumentEncryptedError
from bastide.knowledge.domain.extraction import BlockKind

_MANIFEST = "META-INF/manifest.xml"
_LEVEL = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}outline-level"
_CLASS = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}class"
_COUNT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}c"
_MAX_SPACES = 100
_SKIPPED = ("page-number", "date-time", "footer", "header")


def read_odt(source: Source, out: TextBuilder) -> None:
    for element in _content(source, out).iter():
        if local(element) == "text":
            _blocks(element, out, item=False)
            return


def read_odp(source: Source, out: TextBuilder) -> None:
    root = _content(source, out)
    pages = [element for element in root.iter() if local(element) == "page"]
    for number, page in enumerate(pages, 1):
        add_slide(number, _slide(page), out)


def _content(source: Source, out: TextBuilder) -> Element:
    with archive.opened(source.path) as package:
        if _MANIFEST in package.namelist() and b"encryption-data" in archive.read(package, _MANIFEST):
            raise DocumentEncryptedError("The file is encrypted: save it decrypted.", reason="sealed")
        if "meta.xml" in package.namelist():
            _describe(archive.xml(package, "meta.xml"), out)
        return archive.xml(package, "content.xml")


def _blocks(parent: Element, out: TextBuilder, *, item: bool) -> None:
    for element in parent:
        match local(element):
            case "h":
                level = element.get(_LEVEL, "1")
                out.heading(_text(element), int(level) if level.isdecimal() else 1)
            case "p" if item:
                out.add(BlockKind.LIST_ITEM, f"- {text}" if (text := _text(element).strip()) else "")
            case "p":
                out.paragraph(_text(element))
            case "list-item" | "list-header":
                _blocks(element, out, item=True)
            case "table":
                add_table(_rows(element), out)
            case "list" | "section" | "index-body" | "table-of-content" | "numbered-paragraph":
                _blocks(element, out, item=item)
            case _:
                pass
        for box in (box for box in element.iter() if local(box) == "text-box"):
            _blocks(box, out, item=False)


def _describe(root: Element, out: TextBuilder) -> None:
    names = {"creator": "author", "initial-creator": "author", "creation-date": "created", "date": "modified"}
    for element in root.iter():
        name, text = local(element), (element.text or "").strip()
        if name == "title":
            out.title = text
        elif name in names and text:
            out.metadata.setdefault(names[name], text)


def _slide(page: Element) -> Slide:
    slide = Slide()
    for child in page:
        _shape(child, slide)
    return slide


def _shape(shape: Element, slide: Slide) -> None:
    kind, name = shape.get(_CLASS, ""), local(shape)
    if kind in _SKIPPED or name == "forms":
        return
    if name == "notes":
        slide.notes += [text for text in _paragraphs(shape) if text]
    elif name == "g":
        for child in shape:
            _shape(child, slide)
    elif tables := [table for table in shape.iter() if local(table) == "table"]:
        slide.tables += [_rows(table) for table in tables]
    elif texts := [text for text in _paragraphs(shape) if text]:
        if kind == "title" and not slide.title:
            slide.title = " ".join(texts)
        else:
            slide.bodies.append(texts)


def _rows(table: Element) -> list[list[str]]:
    return [
        [" ".join(_paragraphs(cell)) for cell in row if local(cell) == "table-cell"]
        for row in table.iter()
        if local(row) == "table-row"
    ]


def _paragraphs(element: Element) -> list[str]:
    return [_text(child).strip() for child in element.iter() if local(child) in {"p", "h"}]


def _text(element: Element) -> str:
    text = element.text or ""
    for child in element:
        match local(child):
            case "s":
                count = child.get(_COUNT, "1")
                text += " " * min(int(count) if count.isdecimal() else 1, _MAX_SPACES)
            case "tab":
                text += " "
            case "line-break":
                text += "\n"
            case "note" | "annotation" | "frame" | "tracked-changes":
                pass
            case _:
                text += _text(child)
        text += child.tail or ""
    return text
