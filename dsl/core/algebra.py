"""The algebra: about two dozen operations of which every construct's meaning is made, and Ranges, the reference.

A definition in ``dsl.core.ops`` says what a construct means once, over any algebra. ``Ranges`` reckons what a value can
still be; others write the same as source text. Each operation of another algebra is held against Ranges by a law.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol, TypeVar

from dsl.core import calendar, ranges
from dsl.core.nodes import TableRow
from dsl.core.ranges import Dates, Numbers, Range, Truth, Words
from dsl.core.types import Duration, RoundTo, Type

V = TypeVar("V")
Later = Callable[[], V]
"""A value that is reckoned when it is looked at: what a choice does not take is not decided."""


class Algebra(Protocol[V]):
    """What can be done with values. Conditions, numbers, dates and words are all a ``V``; types were checked before."""

    def constant(self, value: Decimal | date | str | bool | Duration) -> V:
        """Return one known value."""

    def unknown(self, type_: Type) -> V:
        """Return a value of which nothing is known but its type."""

    # conditions

    def all_of(self, parts: Sequence[V]) -> V:
        """Whether all conditions hold; of none, yes."""

    def at_least(self, least: int, parts: Sequence[V]) -> V:
        """Whether at least so many conditions hold."""

    def opposite(self, part: V) -> V:
        """Whether a condition does not hold."""

    def how_many(self, parts: Sequence[V]) -> V:
        """How many of the conditions hold."""

    def compare(self, op: ranges.CompareOp, left: V, right: V) -> V:
        """Whether ``left op right``, both of one kind."""

    # numbers

    def add(self, left: V, right: V) -> V:
        """The sum."""

    def subtract(self, left: V, right: V) -> V:
        """The difference."""

    def multiply(self, left: V, right: V) -> V:
        """The product."""

    def smallest(self, parts: Sequence[V]) -> V:
        """The smallest of at least one number."""

    def ranked(self, parts: Sequence[V], position: int) -> V:
        """The largest of at least one number."""

    def whole_units(self, value: V, size: V) -> V:
        """How many whole units there are in a value: none below zero."""

    def rounded(self, value: V, to: RoundTo) -> V:
        """The value rounded to a step."""

    def ratio(self, above: V, below: V, scale: Decimal, to: RoundTo, *, growth: bool) -> V:
        """``above / below * scale`` (``growth``: of the difference), rounded in one go; unknown by zero."""

    def share(self, value: V, most: V, target: V, to: RoundTo) -> V:
        """``value / target * most``, rounded, between zero and ``most``."""

    # dates

    def shift(self, day: V, by: Duration, *, back: bool) -> V:
        """The date plus or minus a duration."""

    def edge(self, day: V, which: Literal["start", "end"], months: int = 1) -> V:
        """The first or last day of the month, or of the quarter (3 months) or year (12)."""

    # choices

    def first(self, branches: Sequence[tuple[Later[V] | None, Later[V]]]) -> V:
        """The value of the first branch whose condition holds (None: always); there is always one."""

    def row(self, key: V, rows: Sequence[TableRow], value: Callable[[TableRow], V], type_: Type) -> V:
        """The value of the row for a word, else of the one for any (None), else unknown."""

    def of_ranked(self, values: Sequence[V], conditions: Sequence[V], position: int) -> V:
        """Whether the condition of the largest value holds; of several that are equal, one of theirs."""


class Ranges:
    """What a value can still be: the reference that every other algebra is held to."""

    def constant(self, value: Decimal | date | str | bool | Duration) -> Range:
        """Return one known value."""
        return ranges.exactly(value)

    def unknown(self, type_: Type) -> Range:
        """Return all that a reckoned value of the type can be."""
        return ranges.unbounded(type_)

    def all_of(self, parts: Sequence[Range]) -> Range:
        """Whether all conditions hold."""
        return ranges.all_of(map(truth_of, parts))

    def at_least(self, least: int, parts: Sequence[Range]) -> Range:
        """Whether at least so many conditions hold."""
        return ranges.at_least(least, map(truth_of, parts))

    def opposite(self, part: Range) -> Range:
        """Whether a condition does not hold."""
        return ~truth_of(part)

    def how_many(self, parts: Sequence[Range]) -> Range:
        """From how many surely hold to how many may."""
        surely = sum(part is Truth.TRUE for part in parts)
        return Numbers(Decimal(surely), Decimal(sum(part is not Truth.FALSE for part in parts)))

    def compare(self, op: ranges.CompareOp, left: Range, right: Range) -> Range:
        """Whether every pair of values compares so."""
        return ranges.compare(op, left, right)

    def add(self, left: Range, right: Range) -> Range:
        """The sum."""
        return ranges.add(numbers_of(left), numbers_of(right))

    def subtract(self, left: Range, right: Range) -> Range:
        """The difference."""
        return ranges.subtract(numbers_of(left), numbers_of(right))

    def multiply(self, left: Range, right: Range) -> Range:
        """The product."""
        return ranges.multiply(numbers_of(left), numbers_of(right))

    def smallest(self, parts: Sequence[Range]) -> Range:
        """The smallest of at least one number."""
        return ranges.smallest(map(numbers_of, parts))

    def ranked(self, parts: Sequence[Range], position: int) -> Range:
        """The largest of at least one number."""
        return ranges.ranked(list(map(numbers_of, parts)), position)

    def whole_units(self, value: Range, size: Range) -> Range:
        """How many whole units there are in a value."""
        return ranges.whole_units(numbers_of(value), numbers_of(size))

    def rounded(self, value: Range, to: RoundTo) -> Range:
        """Both ends rounded."""
        return ranges.rounded(numbers_of(value), to)

    def ratio(self, above: Range, below: Range, scale: Decimal, to: RoundTo, *, growth: bool) -> Range:
        """The quotient, rounded in one go."""
        return ranges.ratio(numbers_of(above), numbers_of(below), scale, to, growth=growth)

    def share(self, value: Range, most: Range, target: Range, to: RoundTo) -> Range:
        """A share of the most points."""
        return ranges.prorate(numbers_of(value), numbers_of(most), numbers_of(target), to)

    def shift(self, day: Range, by: Duration, *, back: bool) -> Range:
        """Both ends moved; the ends of the calendar stay."""
        return _each_day(day, lambda one: calendar.add(one, by, back=back))

    def edge(self, day: Range, which: Literal["start", "end"], months: int = 1) -> Range:
        """Both ends at the edge of their month, quarter or year."""
        return _each_day(day, lambda one: calendar.edge(one, which, months))

    def first(self, branches: Sequence[tuple[Later[Range] | None, Later[Range]]]) -> Range:
        """What any branch gives that can still be the first."""
        possible: list[Range] = []
        for when, value in branches:
            test = when() if when is not None else Truth.TRUE
            if test is not Truth.FALSE:
                possible.append(value())
            if test is Truth.TRUE:
                break
        return ranges.hull(possible)

    def row(self, key: Range, rows: Sequence[TableRow], value: Callable[[TableRow], Range], type_: Type) -> Range:
        """What any row gives that the key can still mean; rows for other keys leave the one for any out."""
        options = words_of(key).options
        words = {row.key for row in rows}
        others = options is None or not options <= words
        if others:
            taken = [row for row in rows if row.key is None or options is None or row.key in options]
        else:
            taken = [row for row in rows if row.key in options]  # type: ignore[operator]
        values = [value(row) for row in taken]
        return ranges.unbounded(type_) if not values or (others and None not in words) else ranges.hull(values)

    def of_ranked(self, values: Sequence[Range], conditions: Sequence[Range], position: int) -> Range:
        """What all say that can have the rank; of values that are surely equal, whether one says yes."""
        could_be = ranges.ranked_ones(list(map(numbers_of, values)), position)
        told = [conditions[index] for index in could_be]
        exact = {numbers_of(values[index]).exact for index in could_be}
        if len(exact) == 1 and None not in exact:
            return ranges.any_of(map(truth_of, told))
        return ranges.hull(told)


RANGES: Algebra[Range] = Ranges()


def truth_of(value: Range) -> Truth:
    """The range of a condition.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, Truth):
        raise TypeError(f"{value} is no condition")
    return value


def numbers_of(value: Range) -> Numbers:
    """The range of a number.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, Numbers):
        raise TypeError(f"{value} is no number")
    return value


def dates_of(value: Range) -> Dates:
    """The range of a date.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, Dates):
        raise TypeError(f"{value} is no date")
    return value


def words_of(value: Range) -> Words:
    """The range of a choice or text.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, Words):
        raise TypeError(f"{value} is no word")
    return value


def _each_day(value: Range, move: Callable[[date], date]) -> Range:
    days = dates_of(value)
    return Dates(_moved(days.low, move), _moved(days.high, move))


def _moved(day: date | None, move: Callable[[date], date]) -> date | None:
    return day if day is None or day in (date.min, date.max) else move(day)
