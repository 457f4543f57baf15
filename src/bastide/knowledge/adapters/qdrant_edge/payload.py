"""What a point carries besides its vectors: no text, only what filters.

Metadata of any shape becomes three flat fields, so that every comparison has an index and a meaning of its
own (1, 1.0, true and "1" are told apart or not as a reader of JSON expects):

- `facets`: "path=typed value" of every scalar, for equality, and "path" of everything that is there;
- `numbers`, `dates`: values by path, for ranges.

`place` and `place_numbers` are the same of the passage itself: they stay when its document's metadata change.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import qdrant_edge as edge

from bastide.kit.json import Json, JsonObject
from bastide.knowledge.domain.filters import Scalar, as_date
from bastide.knowledge.ports.index import IndexedPassage

ANYONE = "*"
_RANGES: Mapping[str, edge.PayloadSchemaType] = MappingProxyType(
    {
        "numbers": edge.PayloadSchemaType.Float,
        "place_numbers": edge.PayloadSchemaType.Float,
        "dates": edge.PayloadSchemaType.Datetime,
    }
)
_LONG_CHARS = 200


def passage_payload(passage: IndexedPassage) -> dict[str, object]:
    return {
        "document_id": passage.document_id,
        "version": passage.version,
        "ordinal": passage.ordinal,
        "collection_id": passage.collection_id,
        **readers_payload(passage.readers),
        **labels_payload(passage.labels),
        **metadata_payload(passage.metadata),
        **_place_payload(passage),
    }


def _place_payload(passage: IndexedPassage) -> dict[str, object]:
    place: JsonObject = {}
    if passage.language:
        place["language"] = passage.language
    if passage.page is not None:
        place["page"] = [*range(passage.page, (passage.page_end or passage.page) + 1)]
    flat = metadata_payload(place)
    return {"place": flat["facets"], "place_numbers": flat["numbers"]}


def readers_payload(readers: tuple[str, ...]) -> dict[str, object]:
    """A document that narrows nothing is open to `ANYONE` who may read its collection."""
    return {"readers": list(readers) or [ANYONE]}


def labels_payload(labels: tuple[str, ...]) -> dict[str, object]:
    return {"labels": list(labels)}


def metadata_payload(metadata: JsonObject) -> dict[str, object]:
    facets: set[str] = set()
    numbers: dict[str, list[float]] = {}
    dates: dict[str, list[str]] = {}
    for path, value in _leaves("", metadata):
        facets.add(presence(path))
        if value is None:
            continue
        facets.add(equality(path, value))
        if isinstance(value, str):
            if (date := as_date(value)) is not None:
                dates.setdefault(path_key(path), []).append(date_text(date))
        elif not isinstance(value, bool):
            numbers.setdefault(path_key(path), []).append(float(value))
    return {"facets": sorted(facets), "numbers": numbers, "dates": dates}


def range_fields(payloads: Iterable[Mapping[str, Any]]) -> dict[str, edge.PayloadSchemaType]:
    """The payload indexes that ranges over these need."""
    return {
        f"{field}.{key}": kind
        for payload in payloads
        for field, kind in _RANGES.items()
        for key in payload.get(field, ())
    }


def presence(path: str) -> str:
    """The facet that says that something is at the path."""
    return f"{_escaped(path)}?"


def equality(path: str, value: Scalar) -> str:
    """The facet that says that the value is at the path.

    Numbers are equal by value, whatever their type; long strings by their hash.
    """
    if isinstance(value, str):
        short = value if len(value) <= _LONG_CHARS else hashlib.sha256(value.encode()).hexdigest()
        return f"{_escaped(path)}=s:{short}"
    if isinstance(value, bool):
        return f"{_escaped(path)}=b:{value}"
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    return f"{_escaped(path)}=n:{number}"


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("=", "%3D").replace("?", "%3F")


def path_key(path: str) -> str:
    """A name for the path that is safe in the index's own path syntax."""
    return "k" + hashlib.blake2b(path.encode(), digest_size=8).hexdigest()


def date_text(date: datetime) -> str:
    return date.astimezone(UTC).isoformat()


def _leaves(path: str, value: Json) -> Iterator[tuple[str, Scalar | None]]:
    """Scalars by dotted path; a list counts as each of its elements. None: there, no value of its own."""
    if isinstance(value, dict):
        if path:
            yield path, None
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list):
        yield path, None
        for item in value:
            yield from _leaves(path, item)
    elif value is not None:
        yield path, value
