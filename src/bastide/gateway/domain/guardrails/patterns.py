"""How long a pattern's match can be, and how one that is not whole yet looks.

A stream is passed on up to where a match may still begin. To know that place, each pattern is turned into one
that its beginnings match: `ab{2}` becomes `(?:a(?:b{0,2})?)?`. Searched at the end of what has come, it finds
the first character that has to wait.
"""

import re
from dataclasses import dataclass

from bastide.gateway.domain.errors import PatternError

MOST_CHARACTERS = 1000
"""The longest match that a pattern may allow; also the most repetitions that RE2 counts."""
MOST_PATTERN = 500

_ESCAPE = re.compile(r"\\(?:x\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{2}|[pP]\{\^?\w+\}|[pP]\w|.)", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\(?:[pPx]\{[^}]*\}|.)|[^\]\\])*\]", re.DOTALL)
_QUANTIFIER = re.compile(r"(?:([*+?])|\{(\d+)(,?)(\d*)\})\??")
_GROUP = re.compile(r"\((?:\?(?:P?<\w+>|([a-zA-Z-]*)([:)])))?")
_UNSUPPORTED = frozenset("CQE")
_EMPTY_WIDTH = frozenset({"\\b", "\\B", "\\A", "\\z", "^", "$"})


@dataclass(frozen=True, slots=True)
class Shape:
    """A part of a pattern.

    Attributes:
        source: as it is written.
        prefixes: a pattern of all beginnings of its matches, the empty one and whole ones among them.
        least, most: characters of a match; `most` None: no bound.
        atom: it has no proper beginning but the empty one.
    """

    source: str
    prefixes: str
    least: int
    most: int | None
    atom: bool = False
    flags: bool = False


def shape_of(pattern: str) -> Shape:
    """Read a pattern that RE2 takes.

    Raises:
        PatternError: it matches the empty text, or what may be very long: no stream could be passed on
            before its end.
    """
    if len(pattern) > MOST_PATTERN:
        raise PatternError(f"A pattern has at most {MOST_PATTERN} characters.")
    shape = _Parser(pattern).whole()
    if shape.least == 0:
        raise PatternError(f"{pattern!r} matches the empty text, so it would match everywhere.")
    if shape.most is None or shape.most > MOST_CHARACTERS:
        raise PatternError(
            f"{pattern!r} can match more than {MOST_CHARACTERS} characters. Bound it: "
            "{0,100} instead of *, {1,100} instead of +."
        )
    return shape


class _Parser:
    """Recursive descent over RE2's syntax, https://github.com/google/re2/wiki/Syntax."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def whole(self) -> Shape:
        shape = self._alternatives()
        if self._at < len(self._pattern):
            raise PatternError(f"{self._pattern!r} closes a group that is not open.")
        return shape

    def _alternatives(self) -> Shape:
        branches = [self._branch()]
        while self._take("|"):
            branches.append(self._branch())
        if len(branches) == 1:
            return branches[0]
        return Shape(
            "|".join(branch.source for branch in branches),
            "|".join(branch.prefixes for branch in branches),
            min(branch.least for branch in branches),
            _largest([branch.most for branch in branches]),
        )

    def _branch(self) -> Shape:
        parts: list[Shape] = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            parts.append(self._repeated(self._part()))
        return _sequence(parts)

    def _part(self) -> Shape:
        if self._pattern[self._at] == "(":
            return self._group()
        if self._pattern[self._at] == "[":
            return _character(self._match(_CLASS))
        if self._pattern[self._at] == "\\":
            text = self._match(_ESCAPE)
            if text[1] in _UNSUPPORTED or text[1].isdigit():
                raise PatternError(f"{text!r} cannot be used here.")
            return _nothing(text) if text in _EMPTY_WIDTH else _character(text)
        text = self._pattern[self._at]
        self._at += 1
        return _nothing(text) if text in _EMPTY_WIDTH else _character(text)

    def _group(self) -> Shape:
        opening = _GROUP.match(self._pattern, self._at)
        assert opening is not None  # noqa: S101  # it begins with a parenthesis
        self._at = opening.end()
        if opening[2] == ")":
            if opening.start():
                raise PatternError(
                    f"{opening.group()!r} stands at the beginning only; elsewhere write (?i:…)."
                )
            return Shape(opening.group(), "", 0, 0, flags=True)
        inner = self._alternatives()
        if not self._take(")"):
            raise PatternError(f"{self._pattern!r} does not close a group.")
        flags = f"(?{opening[1] or ''}:"
        return Shape(f"{flags}{inner.source})", f"{flags}{inner.prefixes})", inner.least, inner.most)

    def _repeated(self, part: Shape) -> Shape:
        found = _QUANTIFIER.match(self._pattern, self._at)
        if found is None:
            return part
        self._at = found.end()
        least, most = _bounds(found)
        return Shape(
            part.source + found.group(),
            _repeated_prefixes(part, most),
            part.least * least,
            None if most is None or part.most is None else part.most * most,
        )

    def _match(self, expression: re.Pattern[str]) -> str:
        found = expression.match(self._pattern, self._at)
        if found is None:
            raise PatternError(f"{self._pattern!r} cannot be read at character {self._at + 1}.")
        self._at = found.end()
        return found.group()

    def _take(self, character: str) -> bool:
        if self._pattern.startswith(character, self._at):
            self._at += 1
            return True
        return False


def _character(source: str) -> Shape:
    return Shape(source, f"{source}?", 1, 1, atom=True)


def _nothing(source: str) -> Shape:
    return Shape(source, "", 0, 0, atom=True)


def _sequence(parts: list[Shape]) -> Shape:
    prefixes = ""
    for part in reversed(parts):  # what follows a part is begun only when the part is whole
        then = f"{part.source}{prefixes}"
        if part.flags:
            prefixes = then  # they hold for the other branches as well: no group around them
        elif part.atom:
            prefixes = f"(?:{then})?"
        else:
            prefixes = f"(?:{then}|{part.prefixes})"
    most: int | None = 0
    for part in parts:
        most = None if most is None or part.most is None else most + part.most
    return Shape("".join(part.source for part in parts), prefixes, sum(part.least for part in parts), most)


def _repeated_prefixes(part: Shape, most: int | None) -> str:
    if most is None:
        return f"(?:{part.source})*(?:{part.prefixes})"
    if most == 0:
        return ""
    return f"(?:{part.source}){{0,{most - 1}}}(?:{part.prefixes})"


def _bounds(found: re.Match[str]) -> tuple[int, int | None]:
    match found[1]:
        case "*":
            return 0, None
        case "+":
            return 1, None
        case "?":
            return 0, 1
        case _:
            least = int(found[2])
            return least, int(found[4]) if found[4] else (None if found[3] else least)


def _largest(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return max(known) if len(known) == len(values) else None
