"""Reads JSON objects so that no member is overlooked: what nobody took is refused by its name."""

from collections.abc import Iterator

from bastide.gateway.domain.errors import BodyError, UntranslatableError
from bastide.kit.json import Json, JsonObject


class Fields:
    """The members of one object, each to be taken once.

    Args:
        path: where the object stands in the request, for errors.
        left_out: gathers the names of hints, see `hint`.
    """

    def __init__(self, value: Json, path: str, left_out: set[str]) -> None:
        if not isinstance(value, dict):
            raise BodyError(f"{path!r} must be an object.", param=path)
        self._members = dict(value)
        self.path = path
        self.left_out = left_out

    def name(self, member: str) -> str:
        """A member's full name."""
        return f"{self.path}.{member}" if self.path else member

    def take(self, name: str) -> Json:
        """The value; None when it is missing."""
        return self._members.pop(name, None)

    def text(self, name: str) -> str | None:
        value = self.take(name)
        if value is not None and not isinstance(value, str):
            raise self._wrong(name)
        return value

    def required_text(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise BodyError(f"{self.name(name)!r} is missing.", param=self.name(name))
        return value

    def flag(self, name: str) -> bool | None:
        value = self.take(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name)
        return value

    def integer(self, name: str) -> int | None:
        value = self.take(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise self._wrong(name)
        return value

    def number(self, name: str) -> float | None:
        value = self.take(name)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self._wrong(name)
        return value

    def items(self, name: str) -> list[Json]:
        """An array; empty when it is missing."""
        value = self.take(name)
        if value is not None and not isinstance(value, list):
            raise self._wrong(name)
        return value or []

    def object(self, name: str) -> JsonObject | None:
        value = self.take(name)
        if value is not None and not isinstance(value, dict):
            raise self._wrong(name)
        return value

    def fields(self, name: str) -> "Fields | None":
        """An object's own members."""
        value = self.take(name)
        return None if value is None else Fields(value, self.name(name), self.left_out)

    def each(self, name: str) -> Iterator["Fields"]:
        """The members of each object in an array."""
        yield from self.each_of(self.items(name), name)

    def each_of(self, values: list[Json], name: str) -> Iterator["Fields"]:
        for index, value in enumerate(values):
            yield Fields(value, f"{self.name(name)}[{index}]", self.left_out)

    def neutral(self, name: str, *values: Json) -> None:
        """A member that is only understood when it says what would hold without it."""
        if self._members.get(name) in (None, *values):
            self.take(name)

    def hint(self, *names: str) -> None:
        """Members that change no answer: they are left out, and that is told."""
        for name in names:
            if self.take(name) is not None:
                self.left_out.add(self.name(name))

    def refuse(self, name: str = "") -> UntranslatableError:
        """The error for a member that the other protocol cannot express; without a name, for all of it."""
        return untranslatable(self.name(name) if name else self.path)

    def end(self) -> None:
        """Raises UntranslatableError when something is left that nobody took."""
        for name, value in self._members.items():
            if value is not None:
                raise self.refuse(name)

    def _wrong(self, name: str) -> BodyError:
        return BodyError(f"{self.name(name)!r} is of the wrong type.", param=self.name(name))


def untranslatable(param: str) -> UntranslatableError:
    return UntranslatableError(
        f"{param!r} cannot be expressed to this model's provider, which speaks another protocol.", param=param
    )
