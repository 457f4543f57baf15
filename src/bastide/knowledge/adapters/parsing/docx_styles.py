"""What a paragraph of a Word document is: heading, list item or text, by its style and its own properties."""

import re
import zipfile
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from bastide.knowledge.adapters.parsing import archive
from bastide.knowledge.adapters.parsing.archive import local
from bastide.knowledge.adapters.parsing.openxml import attribute, named

_STYLES = "word/styles.xml"

_HEADING = re.compile(r"(?:heading|titre|überschrift)\s*(\d)", re.IGNORECASE)
_TITLES = ("title", "titre")
_NO_LEVEL = 9  # [ECMA-376] outline level of body text


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    based_on: str
    outline: int | None
    numbered: str


@dataclass(frozen=True, slots=True)
class Styles:
    """Styles by id, and the ids of numberings whose items bear a bullet or a number."""

    styles: dict[str, _Style]
    default: str

    def level_of(self, paragraph: Element) -> int:
        """1.. for a heading, else 0."""
        properties = _child(paragraph, "pPr")
        outline = _outline(properties)
        if outline is not None:
            return outline + 1 if outline < _NO_LEVEL else 0
        for style in self._chain(properties):
            if found := _HEADING.match(style.name):
                return int(found.group(1))
            if style.name.lower() in _TITLES:
                return 1
            if style.outline is not None:
                return style.outline + 1 if style.outline < _NO_LEVEL else 0
        return 0

    def is_item(self, paragraph: Element) -> bool:
        """It belongs to a list (numbering 0 takes it out of one)."""
        properties = _child(paragraph, "pPr")
        own = _number(properties)
        if own:
            return own != "0"
        return any(style.numbered not in {"", "0"} for style in self._chain(properties))

    def _chain(self, properties: Element | None) -> list[_Style]:
        name = _value(properties, "pStyle")
        chain: list[_Style] = []
        style = self.styles.get(name or self.default)
        while style is not None and style not in chain:
            chain.append(style)
            style = self.styles.get(style.based_on)
        return chain


def styles_of(package: zipfile.ZipFile) -> Styles:
    if _STYLES not in package.namelist():
        return Styles({}, "")
    found: dict[str, _Style] = {}
    default = ""
    for element in named(archive.xml(package, _STYLES), "style"):
        if attribute(element, "type") != "paragraph":
            continue
        identifier = attribute(element, "styleId")
        if attribute(element, "default") in {"1", "true"}:
            default = identifier
        properties = _child(element, "pPr")
        found[identifier] = _Style(
            name=_value(element, "name"),
            based_on=_value(element, "basedOn"),
            outline=_outline(properties),
            numbered=_number(properties),
        )
    return Styles(found, default)


def _child(element: Element | None, name: str) -> Element | None:
    return next((child for child in element if local(child) == name), None) if element is not None else None


def _value(element: Element | None, name: str) -> str:
    child = _child(element, name)
    return attribute(child, "val") if child is not None else ""


def _outline(properties: Element | None) -> int | None:
    value = _value(properties, "outlineLvl")
    return int(value) if value.isdecimal() else None


def _number(properties: Element | None) -> str:
    return _value(_child(properties, "numPr"), "numId")
