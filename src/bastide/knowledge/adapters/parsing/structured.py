"""JSON and XML: each object or record becomes a paragraph of `name: value` lines."""

import json
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from bastide.kit.json import Json
from bastide.knowledge.adapters.parsing import archive
from bastide.knowledge.adapters.parsing.archive import local
from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.plain import add_plain, text_of
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.domain.errors import DocumentCorruptError, DocumentTooLargeError


def read_json(source: Source, out: TextBuilder) -> None:
    """What is called JSON and is not is read as text."""
    text = text_of(source)
    try:
        _add(json.loads(text.lstrip("\ufeff"), object_pairs_hook=_object), "", out)
    except ValueError:
        add_plain(text, out)
    except RecursionError as error:
        raise DocumentTooLargeError("The JSON is nested too deeply.") from error


def read_json_lines(source: Source, out: TextBuilder) -> None:
    for line in text_of(source).split("\n"):
        try:
            _add(json.loads(line, object_pairs_hook=_object), "", out)
        except ValueError:
            out.paragraph(line)


def read_xml(source: Source, out: TextBuilder) -> None:
    data = text_of(source)
    start = data.find("<")
    try:  # decoded before: what the declaration says of the encoding no longer holds
        root = archive.parse(_without_declaration(data[max(0, start) :]).encode())
    except ParseError as error:
        raise DocumentCorruptError("The XML is not well formed.", reason=str(error)) from error
    for paragraph in _records(root):
        out.paragraph(paragraph)


def _object(pairs: list[tuple[str, Json]]) -> Json:
    """A name that is there several times keeps all its values."""
    values: dict[str, list[Json]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: every[0] if len(every) == 1 else every for name, every in values.items()}


def _add(value: Json, path: str, out: TextBuilder) -> None:
    if isinstance(value, dict):
        scalars = [f"{name}: {_scalar(inner)}" for name, inner in value.items() if not _is_nested(inner)]
        out.paragraph("\n".join([path, *scalars] if path and scalars else scalars))
        for name, inner in value.items():
            if _is_nested(inner):
                _add(inner, f"{path}.{name}" if path else name, out)
    elif isinstance(value, list):
        plain = [_scalar(inner) for inner in value if not _is_nested(inner)]
        if plain:
            out.paragraph((f"{path}: " if path else "") + ", ".join(plain))
        for inner in value:
            if _is_nested(inner):
                _add(inner, path, out)
    else:
        out.paragraph(_scalar(value))


def _is_nested(value: Json) -> bool:
    return isinstance(value, dict | list)


def _scalar(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _without_declaration(text: str) -> str:
    return text[text.index("?>") + 2 :] if text.startswith("<?xml") and "?>" in text else text


def _records(element: Element) -> Iterator[str]:
    """Elements with words of their own are paragraphs; children of words only are lines of a record."""
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        yield "".join(element.itertext())
        return
    lines = [f"{name}: {value.strip()}" for name, value in element.attrib.items() if value.strip()]
    nested: list[Element] = []
    for child in element:
        if len(child) or child.attrib:
            nested.append(child)
        elif words := " ".join((child.text or "").split()):
            lines.append(f"{local(child)}: {words}")
    if lines:
        yield "\n".join(lines)
    for child in nested:
        yield from _records(child)
