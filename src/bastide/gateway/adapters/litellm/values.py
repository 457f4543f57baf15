"""Reads values of a file that somebody wrote by hand."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from bastide.kit.json import Json, JsonObject

_FROM_ENVIRONMENT = "os.environ/"
Environment = Callable[[str], str | None]


def table(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def rows(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def number(value: Json) -> int | None:
    """A whole number of at least 1, also when written `1e6`, `1.0` or as text."""
    found = amount(value)
    return int(found) if found is not None and found >= 1 else None


def amount(value: Json) -> Decimal | None:
    """A number that is not negative, exactly as it is written."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = Decimal(str(value).replace("_", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None


def text(value: Json) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def variable(value: Json) -> str | None:
    """The name in `os.environ/NAME`."""
    return value.removeprefix(_FROM_ENVIRONMENT) if is_variable(value) and isinstance(value, str) else None


def is_variable(value: Json) -> bool:
    return isinstance(value, str) and value.startswith(_FROM_ENVIRONMENT)


def resolved(value: Json, environment: Environment) -> Json:
    """The value; of `os.environ/NAME` what the environment says, None where it says nothing."""
    name = variable(value)
    return value if name is None else environment(name)


def per_million(cost_per_token: Decimal) -> str:
    """A price per million tokens, with at most six decimals as prices have."""
    return format(round(cost_per_token * 10**6, 6).normalize(), "f")
