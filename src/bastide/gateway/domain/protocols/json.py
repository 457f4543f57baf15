"""Looks into a provider's JSON without trusting it."""

from collections.abc import Mapping
from typing import cast

import msgspec

from bastide.gateway.domain.errors import UpstreamBrokenError
from bastide.kit.json import Json, JsonObject

_object = msgspec.json.Decoder(dict[str, object])


def decoded(data: bytes | str) -> JsonObject:
    """Raises msgspec.DecodeError, UnicodeDecodeError: not a JSON object."""
    return cast("JsonObject", _object.decode(data))


def joined(*parts: Mapping[str, Json]) -> JsonObject:
    """One object of all members; later ones win."""
    found: JsonObject = {}
    for part in parts:
        found.update(part)
    return found


def present(members: Mapping[str, Json]) -> JsonObject:
    """Without members that are null."""
    return {name: value for name, value in members.items() if value is not None}


def parsed(data: bytes) -> JsonObject:
    """Raises UpstreamBrokenError: not a JSON object."""
    try:
        return decoded(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise broken(f"what is no JSON object ({error})") from error


def section(value: JsonObject, name: str) -> JsonObject:
    """A member that is an object; an empty one else."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def arrays(value: JsonObject, name: str) -> list[JsonObject]:
    """The objects of a member that is an array; none else."""
    found = value.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def word(value: JsonObject, name: str) -> str:
    """A member that is text; the empty one else."""
    found = value.get(name)
    return found if isinstance(found, str) else ""


def number(value: JsonObject, name: str) -> int:
    """A member that is a whole number from 0; 0 else."""
    found = value.get(name)
    return max(found, 0) if isinstance(found, int) else 0


def broken(what: str) -> UpstreamBrokenError:
    return UpstreamBrokenError(f"The model's server sent {what}.")
