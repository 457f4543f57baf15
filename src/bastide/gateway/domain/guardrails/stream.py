"""Applies guardrails to a streamed answer, event by event, in every protocol that we speak."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

import msgspec

from bastide.gateway.domain.guardrails.filter import Finding, TextFilter
from bastide.gateway.domain.guardrails.rules import Action, Screen
from bastide.gateway.domain.guardrails.texts import is_text, with_texts
from bastide.gateway.domain.sse import DONE, data_of, name_of
from bastide.kit.json import Json, JsonObject

Path: TypeAlias = tuple[str | tuple[str, int], ...]
"""Member names from the top; one that holds a list goes with the index of the item."""

_KEPT = frozenset({"type", "index"})
_PIECES = frozenset({"delta", "choices"})


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A text in an event: where it stands, and the object that holds it."""

    path: Path
    holder: JsonObject
    key: str


@dataclass(slots=True)
class _Channel:
    """One text of the answer (a choice's content, a tool's arguments …) over all of its events."""

    filter: TextFilter
    event: JsonObject
    name: bytes | None


class StreamGuard:
    """One streamed answer. Events that nothing changes keep their bytes.

    What is held back of a text leaves with an event of its own, before the one that ends the text.
    """

    def __init__(self, screens: Sequence[Screen]) -> None:
        self._screens = screens
        self._masks = any(screen.action is Action.MASK for screen in screens)
        self._channels: dict[tuple[object, Path], _Channel] = {}
        self._done: list[Finding] = []
        self._added = 0  # events of ours, in a stream that numbers its events
        self._number = -1  # of the last event that went out

    @property
    def findings(self) -> list[Finding]:
        """So far."""
        return [
            *self._done,
            *(each for channel in self._channels.values() for each in channel.filter.findings),
        ]

    @property
    def blocked(self) -> Finding | None:
        """The first that ends the answer."""
        return next((each for each in self.findings if each.action is Action.BLOCK), None)

    def feed(self, event: bytes) -> bytes:
        """One whole event in, any number of whole events out."""
        data = data_of(event)
        if data is None:
            return event
        if data == DONE:
            return self.finish() + event
        value = cast("Json", msgspec.json.decode(data))
        if not isinstance(value, dict) or value.get("type") == "ping":
            return event
        name = name_of(event) if event.startswith(b"event:") else None
        original = value.get("sequence_number")
        if _is_piece(value):
            leaves = {(_group(value), leaf.path): leaf for leaf in _pieces(value)}
            changed = [self._pass(value, key, leaf, name) for key, leaf in leaves.items()]
            changed += [self._without_tokens(value)]
            before = b"".join([self._flush(key, leaves.get(key)) for key in self._ended(value)])
            changed += [key not in self._channels for key in leaves]
        else:  # the end of a part, often with the whole text again
            before, changed = self.finish(), [self._repeat(value)]
        if isinstance(original, int):
            value["sequence_number"] = self._number = original + self._added
        return before + (_event(name, value) if any(changed) or self._added else event)

    def finish(self) -> bytes:
        """What is held back, of every text."""
        return b"".join([self._flush(key) for key in list(self._channels)])

    def _pass(self, value: JsonObject, key: tuple[object, Path], leaf: _Leaf, name: bytes | None) -> bool:
        channel = self._channels.get(key)
        if channel is None:
            channel = self._channels[key] = _Channel(TextFilter(self._screens), value, name)
        channel.event, channel.name = value, name
        text = cast("str", leaf.holder[leaf.key])
        leaf.holder[leaf.key] = passed = channel.filter.feed(text)
        return passed != text

    def _ended(self, value: JsonObject) -> list[tuple[object, Path]]:
        """The texts of choices that this event finishes; all, where it has no choice."""
        choices = value.get("choices")
        if not isinstance(choices, list):
            return []
        if not choices:
            return list(self._channels)
        over = {
            ("choices", _index(choice))
            for choice in choices
            if isinstance(choice, dict) and choice.get("finish_reason") is not None
        }
        return [key for key in self._channels if key[1][0] in over]

    def _without_tokens(self, value: JsonObject) -> bool:
        """Probabilities name the tokens that a mask hides: left out where something may be masked."""
        if not self._masks:
            return False
        choices = value.get("choices")
        told = [
            each
            for each in (choices if isinstance(choices, list) else [])
            if isinstance(each, dict) and each.get("logprobs") is not None
        ]
        for choice in told:
            choice["logprobs"] = None
        return bool(told)

    def _flush(self, key: tuple[object, Path], leaf: _Leaf | None = None) -> bytes:
        """The rest of a text: at the end of its piece in this event, or in an event of its own."""
        channel = self._channels.pop(key)
        rest = channel.filter.finish()
        self._done += channel.filter.findings
        if leaf is not None:
            leaf.holder[leaf.key] = f"{leaf.holder[leaf.key]}{rest}"
            return b""
        return self._inserted(channel, _only(channel.event, key[1], rest)) if rest else b""

    def _inserted(self, channel: _Channel, value: JsonObject) -> bytes:
        """An event of ours; those after it are one further on where they are numbered."""
        if "sequence_number" in value:
            self._added += 1
            self._number += 1
            value["sequence_number"] = self._number
        return _event(channel.name, value)

    def _repeat(self, value: JsonObject) -> bool:
        """Texts that are whole in one event."""
        found = False

        def screen(text: str) -> str:
            nonlocal found
            whole = TextFilter(self._screens)
            passed = whole.whole(text)
            self._done += whole.findings
            found = found or passed != text
            return text if passed == text else passed

        for key, member in value.items():
            if not isinstance(member, str):
                value[key] = with_texts(member, screen)
            elif is_text(key):
                value[key] = screen(member)
        return found


def _is_piece(value: JsonObject) -> bool:
    return "choices" in value or "delta" in value


def _group(value: JsonObject) -> object:
    """Which part of the answer an event is about, where the event itself says so."""
    return tuple(
        str(value.get(name))
        for name in ("output_index", "content_index", "index", "item_id", "summary_index")
    )


def _pieces(value: JsonObject) -> Iterator[_Leaf]:
    """The new text in an event: below `delta`, or `text` of a choice."""
    for key in _PIECES & value.keys():
        yield from _leaves(value, key, ())


def _leaves(holder: JsonObject, key: str, path: Path) -> Iterator[_Leaf]:
    member = holder[key]
    if isinstance(member, str):
        if member and is_text(key):
            yield _Leaf((*path, key), holder, key)
    elif isinstance(member, dict):
        yield from _below(member, (*path, key))
    elif isinstance(member, list):
        for item in member:
            if isinstance(item, dict):
                yield from _below(item, (*path, (key, _index(item))))


def _below(holder: JsonObject, path: Path) -> Iterator[_Leaf]:
    for key in holder:
        if key != "logprobs":
            yield from _leaves(holder, key, path)


def _index(item: JsonObject) -> int:
    index = item.get("index")
    return index if isinstance(index, int) else 0


def _only(event: JsonObject, path: Path, text: str) -> JsonObject:
    """An event as that one, with nothing but a text at the path."""
    head: JsonObject = {name: member for name, member in event.items() if not isinstance(member, dict | list)}
    return head | _nested(event, path, text)


def _nested(holder: JsonObject, path: Path, text: str) -> JsonObject:
    step, rest = path[0], path[1:]
    if isinstance(step, tuple):
        name, index = step
        item = _item(holder.get(name), index)
        inner: JsonObject = {"index": index, **_kept(item), **_nested(item, rest, text)}
        if name == "choices":
            inner["finish_reason"] = None
        return {name: [inner]}
    if not rest:
        return {step: text}
    item = holder.get(step)
    below = item if isinstance(item, dict) else {}
    return {step: {**_kept(below), **_nested(below, rest, text)}}


def _item(items: Json, index: int) -> JsonObject:
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and _index(item) == index:
            return item
    return {}


def _kept(holder: JsonObject) -> JsonObject:
    return {name: member for name, member in holder.items() if name in _KEPT}


def _event(name: bytes | None, value: JsonObject) -> bytes:
    head = b"" if name is None else b"event: " + name + b"\n"
    return head + b"data: " + msgspec.json.encode(value) + b"\n\n"
