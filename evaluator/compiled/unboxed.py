"""Ranges without their boxes: what compiled functions reckon with, and what they call where a line would not do.

A condition is True, False or None (not known); a number or date two ends, of which None is unbounded; a word the set of
what it can be, None for any. A known value has one object at both ends, so that ``is`` tells it. Whatever is not known
is reckoned by Ranges itself: here are only the short ways for what is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias, assert_never

from dsl.core import calendar
from dsl.core.algebra import RANGES
from dsl.core.nodes import TableRow
from dsl.core.ranges import Dates, Numbers, Point, Range, Span, Truth, Words
from dsl.core.types import Duration, Type

Form: TypeAlias = Literal["flag", "numbers", "dates", "words", "span"]
"""How a value is held without its box."""
Flag: TypeAlias = bool | None
Unboxed: TypeAlias = Any
"""A flag; a pair of ends; a set of words or None; of durations, the range itself."""

MOST_KEYS = 1_000
"""How many keys a table remembers; then it begins anew."""
NONE = object()
"""What was not decided yet: None is a value."""

TRUTHS: Mapping[Flag, Truth] = {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}
_FLAGS: Mapping[Range, Flag] = {truth: flag for flag, truth in TRUTHS.items()}


def form_of(type_: Type) -> Form:
    """Return how values of a type are held."""
    match type_.kind:
        case "flag":
            return "flag"
        case "date":
            return "dates"
        case "choice" | "text":
            return "words"
        case "duration":
            return "span"
        case "count" | "number" | "percent" | "points" | "money":
            return "numbers"
        case _:
            assert_never(type_.kind)


def unboxed(range_: Range) -> Unboxed:
    """Take a range out of its box."""
    match range_:
        case Truth():
            return _FLAGS[range_]
        case Numbers() | Dates():
            return ends_of(range_)
        case Words():
            return range_.options
        case Span():
            return range_
        case _:
            assert_never(range_)


def boxed(form: Form, value: Unboxed) -> Range:
    """Put a value into its box."""
    match form:
        case "flag":
            return TRUTHS[value]
        case "numbers":
            return Numbers(*value)
        case "dates":
            return Dates(*value)
        case "words":
            return Words(value)
        case "span":
            return value  # type: ignore[no-any-return]
        case _:
            assert_never(form)


# ---- called from compiled functions


def flag_of(truth: Range) -> Flag:
    """Return a truth without its box."""
    return _FLAGS[truth]


def ends_of(range_: Numbers | Dates) -> tuple[Any, Any]:
    """Return both ends of a range: of a known value one object."""
    low, high = range_.low, range_.high
    if low is not high and low is not None and high is not None and low == high:
        return low, low
    return low, high


def at_least(least: int, parts: Sequence[Flag]) -> Flag:
    """Whether at least so many conditions hold."""
    if parts.count(True) >= least:
        return True
    return False if len(parts) - parts.count(False) < least else None


def how_many(parts: Sequence[Flag]) -> tuple[Decimal, Decimal]:
    """How many conditions hold, at least and at most."""
    low, may = parts.count(True), parts.count(None)
    least = Decimal(low)
    return least, Decimal(low + may) if may else least


def least(one: Point | None, other: Point | None) -> Point | None:
    """The lower of two low ends."""
    if one is None or other is None:
        return None
    return other if other < one else one


def most(one: Point | None, other: Point | None) -> Point | None:
    """The higher of two high ends."""
    if one is None or other is None:
        return None
    return other if other > one else one


def days_around(low: date | None, high: date | None, more: date | None, most_: date | None) -> tuple[Any, Any]:
    """The ends of what holds two ranges of days; the calendar's own ends bound nothing."""
    return ends_of(Dates(least(low, more), most(high, most_)))


def words_around(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """What one of two words can be."""
    return None if one is None or other is None else one | other


def same_words(one: frozenset[str] | None, other: frozenset[str] | None) -> Flag:
    """Whether two words are the same."""
    if one is None or other is None:
        return None
    if one.isdisjoint(other):
        return False
    return True if len(one) == 1 and one == other else None


def moved(day: date, by: Duration, back: bool) -> date:
    """A known day moved; the ends of the calendar stay."""
    return day if day in (date.min, date.max) else calendar.add(day, by, back=back)


def edge(day: date, which: Literal["start", "end"], months: int) -> date:
    """The first or last day of the month, quarter or year of a known day; the ends of the calendar stay."""
    return day if day in (date.min, date.max) else calendar.edge(day, which, months)


def pick(parts: Sequence[Decimal], position: int) -> Decimal:
    """The value at a position of known values in order, the largest being at 0."""
    return max(parts) if position == 0 else sorted(parts, reverse=True)[position]


class Table:
    """A table whose cells are all known: what a key finds in it is looked up once."""

    def __init__(self, rows: Sequence[TableRow], cells: Mapping[str | None, Range], type_: Type) -> None:
        self.rows = rows
        self.cells = cells
        self.type = type_
        self._found: dict[frozenset[str] | None, Unboxed] = {}

    def __repr__(self) -> str:
        """Return its cells, for readers of a function."""
        return f"Table({', '.join(f'{key}: {cell}' for key, cell in self.cells.items())})"

    def of(self, key: frozenset[str] | None) -> Unboxed:
        """Return what the rows give that a key can still mean."""
        if key not in self._found:
            if len(self._found) >= MOST_KEYS:
                self._found.clear()
            row = RANGES.row(Words(key), self.rows, lambda row: self.cells[row.key], self.type)
            self._found[key] = unboxed(row)
        return self._found[key]


CALLED = (
    "at_least", "days_around", "edge", "ends_of", "flag_of", "how_many", "least", "most", "moved", "pick", "same_words",
    "unboxed", "words_around",
)  # fmt: skip
"""What compiled functions call of these."""
