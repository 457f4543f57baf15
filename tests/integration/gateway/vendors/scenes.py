"""What the vendors of these tests answer: the last words of the user choose the scene."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Scene:
    """`thought` and its signature, text in pieces, calls as (id, name, arguments), how it ends."""

    text: tuple[str, ...] = ()
    calls: tuple[tuple[str, str, str], ...] = ()
    thought: str = ""
    reason: str = "stop"
    usage: dict[str, int] = field(
        default_factory=lambda: {"prompt": 20, "cached": 8, "completion": 6, "reasoning": 2}
    )


CALLS = (("call_1", "weather", '{"city": "Paris"}'), ("call_2", "weather", '{"city": "Lyon"}'))
SCENES = {
    "hello": Scene(text=("Hello", " there", "!")),
    "weather": Scene(text=("Let me look.",), calls=CALLS, reason="tool_calls"),
    "results": Scene(text=("Both are ", "sunny.")),
    "think": Scene(text=("42",), thought="Six times seven."),
    "long": Scene(text=("Once upon",), reason="length"),
    "refuse": Scene(text=("I will not.",), reason="content_filter"),
}
USAGE = (20, 8, 6)
"""Prompt, cached of it, completion, in every scene."""


def scene_of(words: str) -> Scene:
    return SCENES[words.rsplit(maxsplit=1)[-1] if words.rsplit(maxsplit=1)[-1] in SCENES else "hello"]


class RefusedError(Exception):
    """The vendor finds fault with the request."""

    def __init__(self, message: str, status: int = 400, **more: Any) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.more = more


def refuse(message: str, status: int = 400, **more: Any) -> None:
    raise RefusedError(message, status, **more)


def only(found: dict[str, Any], allowed: str, where: str = "") -> None:
    """Refuse what the vendor does not know."""
    if extra := set(found) - set(allowed.split()):
        refuse(f"{where}{min(extra)}: Extra inputs are not permitted")


def need(condition: object, message: str) -> None:
    if not condition:
        refuse(message)
