"""The query that turns points into passages: the points are one JSON parameter of it.

Not `IN`: for tuples SQLite would read all chunks. Not `VALUES`: a statement of another length each time would
be compiled each time.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Integer, Select, Subquery, Text, and_, bindparam, cast, column, func, select
from sqlalchemy.dialects.postgresql import JSONB

from bastide.knowledge.adapters.tables import chunks, collections, document_versions, documents

_KEY = ("document_id", "version", "ordinal")


def _points_on_sqlite() -> Subquery:
    rows = func.json_each(bindparam("points", type_=Text)).table_valued("value")
    places = [func.json_extract(rows.c.value, f"$[{place}]") for place in range(3)]
    return select(*(place.label(name) for name, place in zip(_KEY, places, strict=True))).subquery("wanted")


def _points_on_postgresql() -> Subquery:
    point = column("value", JSONB)
    rows = func.jsonb_array_elements(cast(bindparam("points", type_=Text), JSONB)).table_valued(point)
    texts = [rows.c.value[place].astext for place in range(3)]
    places = [texts[0], cast(texts[1], Integer), cast(texts[2], Integer)]
    return select(*(place.label(name) for name, place in zip(_KEY, places, strict=True))).subquery("wanted")


def _hits_at(wanted: Subquery) -> Select[Any]:
    current = and_(documents.c.id == chunks.c.document_id, documents.c.current_version == chunks.c.version)
    version = and_(
        document_versions.c.document_id == chunks.c.document_id,
        document_versions.c.number == chunks.c.version,
    )
    seen = and_(collections.c.id == documents.c.collection_id, collections.c.deleted_at.is_(None))
    return (
        select(
            chunks,
            documents.c.organisation_id,
            documents.c.collection_id,
            documents.c.filename,
            documents.c.owner_id,
            documents.c.metadata,
            documents.c.access,
            documents.c.labels,
            document_versions.c.facts,
            document_versions.c.folder,
            document_versions.c.pages,
            document_versions.c.size,
            collections.c.name.label("collection_name"),
            collections.c.owner_id.label("collection_owner_id"),
            collections.c.access.label("collection_access"),
            collections.c.labels.label("collection_labels"),
        )
        .select_from(wanted)
        .join(chunks, and_(*(wanted.c[name] == chunks.c[name] for name in _KEY)))
        .join(documents, current)
        .join(document_versions, version)
        .join(collections, seen)
    )


HITS: Final[Mapping[str, Select[Any]]] = MappingProxyType(
    {"sqlite": _hits_at(_points_on_sqlite()), "postgresql": _hits_at(_points_on_postgresql())}
)
"""By dialect. `points`: a JSON list of [document id, version, ordinal]; current versions come back."""
