"""What collections may be called, and what metadata may be."""

import unicodedata

import msgspec

from bastide.kit.json import JsonObject
from bastide.knowledge.domain.errors import CollectionNameError, MetadataError

_LONGEST_NAME = 100
_METADATA_BYTES = 64 * 1024


def checked_name(name: str) -> str:
    """The name as it is stored: NFC, no surrounding space.

    Raises:
        CollectionNameError: empty, too long, with a slash or a control character, or like an id.
    """
    name = unicodedata.normalize("NFC", name).strip()
    bad = not name or len(name) > _LONGEST_NAME or "/" in name or name.startswith("col_")
    if bad or any(unicodedata.category(char).startswith("C") for char in name):
        raise CollectionNameError(
            "A collection's name has 1 to 100 characters, no slash, and does not begin with col_.", name=name
        )
    return name


def checked_metadata(metadata: JsonObject) -> JsonObject:
    """Raises MetadataError when it is more than 64 KiB of JSON."""
    if len(msgspec.json.encode(metadata)) > _METADATA_BYTES:
        raise MetadataError("The metadata is larger than 64 KiB.", max_bytes=_METADATA_BYTES)
    return metadata
