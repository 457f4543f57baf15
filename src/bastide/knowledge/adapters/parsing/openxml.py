"""What the parts of an Office Open XML package have in common."""

import posixpath
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from bastide.knowledge.adapters.parsing import archive
from bastide.knowledge.adapters.parsing.archive import local
from bastide.knowledge.adapters.parsing.builder import TextBuilder

_CORE = "docProps/core.xml"
_NAMES = {"creator": "author", "created": "created", "modified": "modified", "subject": "subject"}


def describe(package: zipfile.ZipFile, out: TextBuilder) -> None:
    """What the package says of itself."""
    if _CORE not in package.namelist():
        return
    for element in archive.xml(package, _CORE):
        name, text = local(element), (element.text or "").strip()
        if name == "title":
            out.title = text
        elif name in _NAMES and text:
            out.metadata[_NAMES[name]] = text


def relations(package: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Id → (kind, part) of what a part refers to inside the package."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path not in package.namelist():
        return {}
    return {
        element.get("Id", ""): (
            element.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/"),
        )
        for element in archive.xml(package, path)
        if element.get("TargetMode") != "External"
    }


def main_part(package: zipfile.ZipFile, usual: str) -> str:
    """The document itself: where the package says, else where it usually is."""
    parts = [part for kind, part in relations(package, "").values() if kind == "officeDocument"]
    return next((part for part in parts if part in package.namelist()), usual)


def named(element: Element, name: str) -> Iterator[Element]:
    """Elements of that local name, anywhere inside."""
    return (child for child in element.iter() if local(child) == name)


def attribute(element: Element, name: str) -> str:
    """An attribute by its local name."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
