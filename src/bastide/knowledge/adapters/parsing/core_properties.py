"""What an Office Open XML package says of itself."""

import zipfile

from bastide.knowledge.adapters.parsing import archive
from bastide.knowledge.adapters.parsing.builder import TextBuilder

_PART = "docProps/core.xml"
_NAMES = {"creator": "author", "created": "created", "modified": "modified", "subject": "subject"}


def describe(package: zipfile.ZipFile, out: TextBuilder) -> None:
    if _PART not in package.namelist():
        return
    for element in archive.xml(package, _PART):
        name, text = archive.local(element), (element.text or "").strip()
        if name == "title":
            out.title = text
        elif name in _NAMES and text:
            out.metadata[_NAMES[name]] = text
