"""Which values of its keys the rows of a decision table are for: what none is for, what two are, what is never come to.

The values of a key are cut where a cell of its column begins or ends. Within a piece every row says the same of all
values, so that one of them stands for it: what is found of those that stand for the pieces is so of all values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from typing import TypeAlias

from dsl.core.types import Type, number

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers, or days by their number, from ``low`` to ``high`` (None: without end), the ends included where not said."""

    low: Decimal | None = None
    high: Decimal | None = None
    above: bool = False
    below: bool = False

    def __contains__(self, value: Decimal) -> bool:
        if self.low is not None and (value < self.low or (self.above and value == self.low)):
            return False
        return self.high is None or value < self.high or (value == self.high and not self.below)


Words: TypeAlias = frozenset[str]
CellValues: TypeAlias = Words | tuple[Interval, ...] | None
"""What a key cell is for: words, or intervals of which one is enough; None is everything."""
Value: TypeAlias = Decimal | str | None
"""What stands for a piece: a number or day, a word, None for every text that no cell names."""


@dataclass(frozen=True)
class Key:
    """A key: its column, the type of what it is looked up by, and the step between its values where it has one."""

    column: str
    type: Type
    step: Decimal | None = None

    def pieces(self, cells: Iterable[CellValues]) -> tuple[Value, ...]:
        """Return a value for each piece that the cells of the column cut the values of the key into."""
        told = list(cells)
        if self.type.kind == "flag":
            return ("yes", "no")
        if self.type.kind == "choice":
            return self.type.choices
        if self.type.kind == "text":
            named = dict.fromkeys(word for cell in told if isinstance(cell, frozenset) for word in sorted(cell))
            return (*dict.fromkeys((*self.type.values, *named)), None)
        intervals = [one for cell in told if isinstance(cell, tuple) for one in cell]
        low, high = self._ends()
        cuts = {end for one in intervals for end in (one.low, one.high) if end is not None}
        cuts |= {end for end in (low, high) if end is not None}
        ordered = sorted(cuts)
        inside = Interval(low, high)
        found = [value for value in ordered if self._is_value(value)]
        for before, after in zip([None, *ordered], [*ordered, None], strict=True):
            value = self._between(before, after)
            if value is not None:
                found.append(value)
        return tuple(sorted(value for value in found if value in inside))

    def _ends(self) -> tuple[Decimal | None, Decimal | None]:
        if self.type.kind == "date":
            return Decimal(date.min.toordinal()), Decimal(date.max.toordinal())
        return self.type.low, self.type.high

    def _is_value(self, value: Decimal) -> bool:
        return self.step is None or value % self.step == 0

    def _between(self, low: Decimal | None, high: Decimal | None) -> Decimal | None:
        """Return a plain value above the one and below the other; None where there is none."""
        step = self.step or ONE
        if low is None and high is None:
            return Decimal(0)
        if low is None and high is not None:
            return ((high / step).to_integral_value(ROUND_CEILING) - 1) * step
        if low is None:
            raise AssertionError("one end is there")
        value = ((low / step).to_integral_value(ROUND_FLOOR) + 1) * step
        if high is None or value < high:
            return value
        if self.step is not None:
            return None
        step = Decimal("0.1")
        while (value := ((low / step).to_integral_value(ROUND_FLOOR) + 1) * step) >= high:
            step /= 10
        return value

    def shown(self, value: Value) -> str:
        """Return a value as policies write it."""
        if value is None:
            return "another text"
        if isinstance(value, str):
            return f'"{value}"' if self.type.kind == "text" else value
        if self.type.kind == "date":
            return date.fromordinal(int(value)).isoformat()
        unit = {"money": f" {self.type.unit}", "points": " points", "percent": " %"}.get(self.type.kind, "")
        return f"{number(value)}{unit}"


Box: TypeAlias = tuple[int, ...]
"""The pieces of every key that a row is for, a bit each."""


class KeyValues:
    """The values of the keys of one table, in pieces, and which of them each of its rows is for."""

    def __init__(self, keys: Sequence[Key], rows: Sequence[Sequence[CellValues]]) -> None:
        """Take the keys, and of every row what its cells are for."""
        self.keys = keys
        self._pieces = [key.pieces(row[index] for row in rows) for index, key in enumerate(keys)]
        self.whole: Box = tuple((1 << len(pieces)) - 1 for pieces in self._pieces)
        self.boxes: tuple[Box, ...] = tuple(
            tuple(
                sum(1 << at for at, value in enumerate(pieces) if _is_for(cell, value))
                for pieces, cell in zip(self._pieces, row, strict=True)
            )
            for row in rows
        )

    def missing(self, rows: Sequence[int], within: Box | None = None) -> str | None:
        """Return an example of values that none of the rows is for; None where they are for all, or for all in a box."""
        space = self.whole if within is None else within
        if not all(space):
            return None
        found = self._outside(tuple(rows), space)
        return None if found is None else self._told(found)

    def common(self, one: int, other: int) -> str | None:
        """Return an example of values that two rows are for; None where there are none."""
        both = tuple(a & b for a, b in zip(self.boxes[one], self.boxes[other], strict=True))
        return self._told(tuple(map(_first, both))) if all(both) else None

    def is_empty(self, row: int) -> bool:
        """Whether a row is for no values at all."""
        return not all(self.boxes[row])

    def _told(self, pieces: Sequence[int]) -> str:
        told = (
            f"{key.column} {key.shown(values[at])}"
            for key, values, at in zip(self.keys, self._pieces, pieces, strict=True)
        )
        return ", ".join(told)

    def _outside(self, rows: tuple[int, ...], space: Box) -> tuple[int, ...] | None:
        """Return a piece of every key, such that none of the rows is for them together; None where there are none."""

        @cache
        def look(index: int, left: tuple[int, ...]) -> tuple[int, ...] | None:
            if index == len(self.keys):
                return None if left else ()
            for at in range(len(self._pieces[index])):
                if space[index] >> at & 1:
                    found = look(index + 1, tuple(row for row in left if self.boxes[row][index] >> at & 1))
                    if found is not None:
                        return (at, *found)
            return None

        return look(0, rows)


def _first(pieces: int) -> int:
    return (pieces & -pieces).bit_length() - 1


def _is_for(cell: CellValues, value: Value) -> bool:
    if cell is None:
        return True
    if isinstance(cell, frozenset):
        return value in cell
    return isinstance(value, Decimal) and any(value in one for one in cell)
