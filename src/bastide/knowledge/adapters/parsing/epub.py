"""EPUB: its chapters, in the order of the spine."""

import posixpath
import zipfile
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from bastide.knowledge.adapters.parsing import archive
from bastide.knowledge.adapters.parsing.archive import local
from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.encoding import decode
from bastide.knowledge.adapters.parsing.html import add_html
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.domain.errors import DocumentEncryptedError

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = ("application/xhtml+xml", "text/html", "application/xml")
_NAMES = {"creator": "author", "date": "created", "publisher": "publisher", "subject": "subject"}


def read_epub(source: Source, out: TextBuilder) -> None:
    with archive.opened(source.path) as book:
        package = _package(book)
        root = archive.xml(book, package)
        _describe(root, out)
        title = out.title
        names = _spine(root, posixpath.dirname(package), set(book.namelist()))
        _refuse_encrypted(book, set(names))
        for number, name in enumerate(names):
            source.report(number, len(names))
            add_html(decode(archive.read(book, name)) or "", out)
        out.title = title


def _package(book: zipfile.ZipFile) -> str:
    files = [element for element in archive.xml(book, _CONTAINER).iter() if local(element) == "rootfile"]
    return files[0].get("full-path", "") if files else ""


def _describe(root: Element, out: TextBuilder) -> None:
    for element in root.iter():
        name, text = local(element), (element.text or "").strip()
        if name == "title" and not out.title:
            out.title = text
        elif name in _NAMES and text:
            out.metadata.setdefault(_NAMES[name], text)


def _spine(root: Element, folder: str, present: set[str]) -> list[str]:
    items = {
        element.get("id", ""): posixpath.normpath(posixpath.join(folder, unquote(element.get("href", ""))))
        for element in root.iter()
        if local(element) == "item" and element.get("media-type") in _PAGES
    }
    order = [element.get("idref", "") for element in root.iter() if local(element) == "itemref"]
    return [items[identifier] for identifier in order if items.get(identifier) in present]


def _refuse_encrypted(book: zipfile.ZipFile, chapters: set[str]) -> None:
    """Rights management encrypts the chapters; fonts may be obfuscated in any book."""
    if _ENCRYPTION not in book.namelist():
        return
    references = (element.get("URI", "") for element in archive.xml(book, _ENCRYPTION).iter())
    if any(unquote(reference) in chapters for reference in references):
        raise DocumentEncryptedError("The book is protected by rights management.", reason="sealed")
