"""What a document can be filtered by, and what a listing shows: the user's metadata and the file's facts."""

from collections.abc import Mapping

from bastide.kit.json import Json, JsonObject
from bastide.knowledge.domain.document import Document, Version


def merged_metadata(
    facts: Mapping[str, Json], given: Mapping[str, Json], size: int, pages: int | None
) -> JsonObject:
    """The file's facts, over them the user's own, over them what was counted."""
    merged: JsonObject = {**facts, **given, "file_size": size}
    if pages is not None:
        merged["pages"] = pages
    return merged


def shown_metadata(document: Document, version: Version) -> JsonObject:
    """For listings."""
    return merged_metadata(version.facts, document.metadata, version.size, version.pages)


def indexed_metadata(document: Document, version: Version) -> JsonObject:
    """For filters of a search."""
    return {
        **shown_metadata(document, version),
        "document_id": document.id,
        "filename": document.filename,
        "media_type": version.media_type,
        "upload_time": version.uploaded_at.isoformat(),
    }
