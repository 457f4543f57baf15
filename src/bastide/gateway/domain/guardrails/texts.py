"""Where a request or an answer carries text: every string but those that are names, types or data."""

from collections.abc import Callable

from bastide.kit.json import Json

MEMBERS = ("messages", "system", "prompt", "suffix", "input", "instructions", "query", "documents")
"""Top-level members of requests that a model reads, in every protocol that we speak."""

_NO_TEXT = frozenset(
    {
        *("id", "object", "model", "role", "type", "name", "status", "service_tier", "system_fingerprint"),
        *("tool_call_id", "call_id", "item_id", "tool_use_id", "file_id", "response_id"),
        *(
            "finish_reason",
            "stop_reason",
            "stop_sequence",
            "encoding_format",
            "format",
            "detail",
            "media_type",
        ),
        *("url", "image_url", "data", "b64_json", "file_data", "signature", "encrypted_content", "embedding"),
    }
)


def is_text(key: str) -> bool:
    """Whether a member's string is something that was written, not a name or data."""
    return key not in _NO_TEXT


def with_texts(value: Json, change: Callable[[str], str]) -> Json:
    """The value with each of its texts changed; the same object where nothing was."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        items = [with_texts(item, change) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if isinstance(value, dict):
        members = {
            key: member if isinstance(member, str) and not is_text(key) else with_texts(member, change)
            for key, member in value.items()
        }
        return value if all(members[key] is value[key] for key in value) else members
    return value
