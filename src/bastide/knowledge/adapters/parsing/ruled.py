"""Tables whose cells are drawn: which ruled lines make a grid, and which cell a word stands in."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

_SAME = 2.5  # points between two strokes that are one rule (the borders of two cells)
_GAP = 4.0  # points that may be missing in a rule
_SHORTEST = 6.0
_DRAWN = 0.7  # share of the inner lines' length
_TOUCHING = 0.3  # of the height: shorter ones are none of the table's
_MOST_CROSSINGS = 40_000  # of a drawing, not of a table


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line, horizontal at y or vertical at x = `at`, from `start` to `end`."""

    at: float
    start: float
    end: float


@dataclass(frozen=True)
class Grid:
    """Rules that cross each other: two columns and two rows at least."""

    horizontal: tuple[Rule, ...]
    vertical: tuple[Rule, ...]

    @cached_property
    def xs(self) -> tuple[float, ...]:
        return _distinct(
            [
                *(rule.at for rule in self.vertical),
                min(rule.start for rule in self.horizontal),
                max(rule.end for rule in self.horizontal),
            ]
        )

    @cached_property
    def _all_ys(self) -> tuple[float, ...]:
        return _distinct(
            [
                *(rule.at for rule in self.horizontal),
                min(rule.start for rule in self.vertical),
                max(rule.end for rule in self.vertical),
            ]
        )

    @cached_property
    def _long(self) -> list[float]:
        """X of the inner vertical lines; short ones may come from a box that touches the table."""
        height = self._all_ys[-1] - self._all_ys[0]
        return [x for x in self.xs[1:-1] if _drawn(self.vertical, x) >= _TOUCHING * height]

    @cached_property
    def ys(self) -> tuple[float, ...]:
        """Without a title above and notes below, which are in a frame of their own."""
        found = self._all_ys
        while len(found) > 1 and not self._divided(found[0], found[1]):
            found = found[1:]
        while len(found) > 1 and not self._divided(found[-2], found[-1]):
            found = found[:-1]
        return found

    def _divided(self, top: float, bottom: float) -> bool:
        return any(x in self._long for x in self._rules_between(top, bottom))

    @property
    def is_table(self) -> bool:
        """Most of its inner lines are drawn all the way; the boxes of a slide meet by chance."""
        if len(self.ys) <= 2 or 2 * len(self._long) < len(self.xs) - 2:
            return False
        width, height = self.xs[-1] - self.xs[0], self.ys[-1] - self.ys[0]
        down = [min(1.0, _drawn(self.vertical, x) / height) for x in self._long]
        across = [min(1.0, _drawn(self.horizontal, y) / width) for y in self.ys[1:-1]]
        return all(sum(lines) >= _DRAWN * len(lines) for lines in (down, across))

    def holds(self, x: float, y: float) -> bool:
        return self.xs[0] - _SAME <= x < self.xs[-1] and self.ys[0] <= y < self.ys[-1]

    def row_of(self, x: float, y: float) -> int:
        """The first one of a cell that spans several: only the rules above it count."""
        row = self._band(y)
        while row > 0 and not any(
            abs(rule.at - self.ys[row]) <= _SAME and rule.start - _GAP <= x <= rule.end + _GAP
            for rule in self.horizontal
        ):
            row -= 1
        return row

    def _band(self, y: float) -> int:
        return bisect_right(self.ys, y) - 1

    def column_of(self, x: float, y: float) -> int:
        """Only the rules count that are drawn at that height: a cell may span several columns."""
        return sum(at <= x + _SAME for at in self.rules_at(y))

    def rules_at(self, y: float) -> list[float]:
        """Where the vertical rules are between the cells of the row at y."""
        band = self._band(y)
        return self._rules_between(self.ys[band], self.ys[band + 1])

    def _rules_between(self, top: float, bottom: float) -> list[float]:
        middle = (top + bottom) / 2
        drawn = [rule.at for rule in self.vertical if rule.start - 1 <= middle <= rule.end + 1]
        return [x for x in self.xs[1:-1] if any(abs(at - x) <= _SAME for at in drawn)]


def rules(strokes: Iterable[Rule]) -> tuple[Rule, ...]:
    """Put together the strokes that one line is drawn of; dots and short ones are left out."""
    found: list[Rule] = []
    near: list[Rule] = []
    for stroke in sorted(strokes, key=lambda stroke: stroke.at):
        if near and stroke.at - near[0].at > _SAME:
            found += _joined(near)
            near = []
        near.append(stroke)
    found += _joined(near)
    return tuple(rule for rule in found if rule.end - rule.start >= _SHORTEST)


def grids(horizontal: Sequence[Rule], vertical: Sequence[Rule]) -> list[Grid]:
    """The tables, one for each set of rules that hold together; none where too much is drawn."""
    if len(horizontal) * len(vertical) > _MOST_CROSSINGS:
        return []
    left = set(range(len(vertical)))
    waiting = set(range(len(horizontal)))
    found: list[Grid] = []
    while waiting:
        rows, columns, new = set[int](), set[int](), {waiting.pop()}
        while new:
            rows |= new
            crossed = {v for v in left if any(_cross(horizontal[h], vertical[v]) for h in new)}
            left -= crossed
            columns |= crossed
            new = {h for h in waiting if any(_cross(horizontal[h], vertical[v]) for v in crossed)}
            waiting -= new
        if columns:
            grid = Grid(tuple(horizontal[h] for h in rows), tuple(vertical[v] for v in columns))
            found += [grid] if grid.is_table else []
    return sorted(found, key=lambda grid: (grid.ys[0], grid.xs[0]))


def _drawn(parallel: Sequence[Rule], at: float) -> float:
    return sum(rule.end - rule.start for rule in parallel if abs(rule.at - at) <= _SAME)


def _cross(horizontal: Rule, vertical: Rule) -> bool:
    return (
        horizontal.start - _GAP <= vertical.at <= horizontal.end + _GAP
        and vertical.start - _GAP <= horizontal.at <= vertical.end + _GAP
    )


def _joined(near: Sequence[Rule]) -> list[Rule]:
    found: list[Rule] = []
    for rule in sorted(near, key=lambda rule: rule.start):
        last = found[-1] if found else None
        if last and rule.start <= last.end + _GAP:
            found[-1] = Rule(last.at, last.start, max(last.end, rule.end))
        else:
            found.append(rule)
    return found


def _distinct(values: Iterable[float]) -> tuple[float, ...]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _SAME:
            found.append(value)
    return tuple(found)
