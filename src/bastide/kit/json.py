"""JSON values as Python sees them."""

from typing import TypeAlias, Union

# Union, not |: the name of the alias inside it is a string at run time.
Json: TypeAlias = Union[bool, int, float, str, list["Json"], dict[str, "Json"], None]  # noqa: UP007
JsonObject: TypeAlias = dict[str, Json]
