"""What a value can still be.

A missing fact widens the range of an answer and never makes it wrong: a flag is true, false or unknown, a number or a
date an interval, a choice the set of its values. Every operation maps ranges to ranges so that any completion of
what is missing stays inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, Inexact, InvalidOperation, Overflow
from enum import Enum
from typing import Literal, TypeAlias, TypeVar, assert_never

from dsl.core import Duration, RoundTo, Type

EXACT = Context(prec=2000, traps=[Inexact, InvalidOperation, Overflow])
"""Decimal arithmetic that raises where a digit would be lost; facts and figures are bounded to stay far below it."""

WHOLE = Context(prec=4000, traps=[InvalidOperation, Overflow])
"""Divides: ``divide_int`` gives the whole part of a quotient, exactly, which is its floor where both are above zero."""

NEVER = date.max
"""The day of what does not end (`none` where a date is expected)."""


class Truth(Enum):
    """True, false, or not known (strong Kleene logic)."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    __hash__ = object.__hash__  # there is one of each; the one of enumerations reckons with names

    def __invert__(self) -> Truth:
        return _OPPOSITE[self]


_OPPOSITE = {Truth.FALSE: Truth.TRUE, Truth.UNKNOWN: Truth.UNKNOWN, Truth.TRUE: Truth.FALSE}


def truth(value: bool) -> Truth:
    """Return the truth of a known condition."""
    return Truth.TRUE if value else Truth.FALSE


Point = TypeVar("Point", Decimal, date)


@dataclass(frozen=True, slots=True, init=False)
class Numbers:
    """All decimals from ``low`` to ``high``, both included; None is unbounded."""

    low: Decimal | None
    high: Decimal | None

    def __init__(self, low: Decimal | None = None, high: Decimal | None = None) -> None:
        # A decision makes a hundred of these: its slots are written at once, not by their names.
        _set_number_low(self, low)
        _set_number_high(self, high)

    @property
    def exact(self) -> Decimal | None:
        """The only value, or None."""
        # A decimal beside None is compared with care, and that takes long.
        if self.low is None or self.high is None:
            return None
        return self.low if self.low is self.high or self.low == self.high else None


@dataclass(frozen=True, slots=True, init=False)
class Dates:
    """All days from ``low`` to ``high``, both included; None is unbounded.

    The calendar's own ends bound nothing: from or until them is unbounded, so that a range is written in one way.
    """

    low: date | None
    high: date | None

    def __init__(self, low: date | None = None, high: date | None = None) -> None:
        is_one = low is high or low == high
        _set_date_low(self, low if is_one or low != date.min else None)
        _set_date_high(self, high if is_one or high != date.max else None)

    @property
    def exact(self) -> date | None:
        """The only value, or None."""
        # A decimal beside None is compared with care, and that takes long.
        if self.low is None or self.high is None:
            return None
        return self.low if self.low is self.high or self.low == self.high else None


_set_number_low: Callable[[Numbers, Decimal | None], None] = Numbers.__dict__["low"].__set__
_set_number_high: Callable[[Numbers, Decimal | None], None] = Numbers.__dict__["high"].__set__
_set_date_low: Callable[[Dates, date | None], None] = Dates.__dict__["low"].__set__
_set_date_high: Callable[[Dates, date | None], None] = Dates.__dict__["high"].__set__


@dataclass(frozen=True, slots=True)
class Words:
    """One of some words; None is any word."""

    options: frozenset[str] | None = None

    @property
    def exact(self) -> str | None:
        """The only value, or None."""
        return next(iter(self.options)) if self.options is not None and len(self.options) == 1 else None


@dataclass(frozen=True, slots=True)
class Span:
    """A duration; None is any."""

    duration: Duration | None = None


Range: TypeAlias = Truth | Numbers | Dates | Words | Span

ZERO = Decimal(0)


def exactly(value: Decimal | date | str | bool | Duration) -> Range:
    """Return the range of one known value."""
    match value:
        case bool():
            return truth(value)
        case Decimal():
            return Numbers(value, value)
        case date():
            return Dates(value, value)
        case str():
            return Words(frozenset((value,)))
        case Duration():
            return Span(value)


def everything(type_: Type) -> Range:
    """Return all that a value of the type can be."""
    match type_.kind:
        case "flag":
            return Truth.UNKNOWN
        case "date":
            return Dates()
        case "choice":
            return Words(frozenset(type_.choices))
        case "text":
            return Words()
        case "duration":
            return Span()
        case _:
            return Numbers(type_.low, type_.high)


def unbounded(type_: Type) -> Range:
    """Return all that a value reckoned by the policy can be: a declared bound binds what is told, not what is reckoned."""
    return Numbers() if type_.is_numeric else everything(type_)


def is_settled(range_: Range) -> bool:
    """Whether only one value is left."""
    if isinstance(range_, Truth):
        return range_ is not Truth.UNKNOWN
    if isinstance(range_, Numbers | Dates):
        low, high = range_.low, range_.high
        return low is not None and high is not None and (low is high or low == high)
    return range_.exact is not None if isinstance(range_, Words) else range_.duration is not None


def hull(ranges: Iterable[Range]) -> Range:
    """Return the smallest range that holds all of the ranges, which are of one kind."""
    items = list(ranges)
    first = items[0]
    match first:
        case Truth():
            return first if all(item is first for item in items) else Truth.UNKNOWN
        case Numbers():
            numbers = [item for item in items if isinstance(item, Numbers)]
            return Numbers(_least([n.low for n in numbers]), _most([n.high for n in numbers]))
        case Dates():
            dates = [item for item in items if isinstance(item, Dates)]
            return Dates(_least([x.low for x in dates]), _most([x.high for x in dates]))
        case Words():
            words = [item.options for item in items if isinstance(item, Words)]
            return Words(
                None if any(w is None for w in words) else frozenset().union(*(w for w in words if w is not None))
            )
        case Span():
            return first if all(item == first for item in items) else Span()
        case _:
            assert_never(first)


def _least(values: list[Point | None]) -> Point | None:
    known = [value for value in values if value is not None]
    return min(known) if len(known) == len(values) else None


def _most(values: list[Point | None]) -> Point | None:
    known = [value for value in values if value is not None]
    return max(known) if len(known) == len(values) else None


# ---- logic ----------------------------------------------------------------------------------------------------


def all_of(parts: Iterable[Truth]) -> Truth:
    """Return false if a part is false, true if all are true, else unknown."""
    found = Truth.TRUE
    for part in parts:
        if part is Truth.FALSE:
            return Truth.FALSE
        if part is Truth.UNKNOWN:
            found = Truth.UNKNOWN
    return found


def any_of(parts: Iterable[Truth]) -> Truth:
    """Return true if a part is true, false if all are false, else unknown."""
    found = Truth.FALSE
    for part in parts:
        if part is Truth.TRUE:
            return Truth.TRUE
        if part is Truth.UNKNOWN:
            found = Truth.UNKNOWN
    return found


def at_least(least: int, parts: Iterable[Truth]) -> Truth:
    """Return whether at least so many parts are true."""
    items = list(parts)
    if sum(part is Truth.TRUE for part in items) >= least:
        return Truth.TRUE
    return Truth.FALSE if sum(part is not Truth.FALSE for part in items) < least else Truth.UNKNOWN


CompareOp: TypeAlias = Literal[">=", "<=", ">", "<", "=", "!="]


def compare(op: CompareOp, left: Range, right: Range) -> Truth:
    """Compare two ranges of one kind: true or false where every pair of values agrees, else unknown."""
    if op == "!=":
        return ~compare("=", left, right)
    if op in ("<=", "<"):
        return compare(">=" if op == "<=" else ">", right, left)
    match left, right:
        case Numbers(), Numbers():
            return _ordered(op, left.low, left.high, right.low, right.high)
        case Dates(), Dates():
            return _ordered(op, left.low, left.high, right.low, right.high)
        case Words(), Words():
            return _same(left, right)
        case Truth(), Truth():
            if Truth.UNKNOWN in (left, right):
                return Truth.UNKNOWN
            return truth(left is right)
        case _:
            raise TypeError(f"{left} and {right} are of two kinds")


def _ordered(op: str, a: Point | None, b: Point | None, c: Point | None, d: Point | None) -> Truth:
    """Compare [a, b] with [c, d]."""
    if op == ">=":
        if a is not None and d is not None and a >= d:
            return Truth.TRUE
        return Truth.FALSE if b is not None and c is not None and b < c else Truth.UNKNOWN
    if op == ">":
        if a is not None and d is not None and a > d:
            return Truth.TRUE
        return Truth.FALSE if b is not None and c is not None and b <= c else Truth.UNKNOWN
    if a is not None and a == b == c == d:
        return Truth.TRUE
    apart = (b is not None and c is not None and b < c) or (a is not None and d is not None and a > d)
    return Truth.FALSE if apart else Truth.UNKNOWN


def _same(left: Words, right: Words) -> Truth:
    if left.options is None or right.options is None:
        return Truth.UNKNOWN
    if not left.options & right.options:
        return Truth.FALSE
    return Truth.TRUE if left.exact is not None and left.options == right.options else Truth.UNKNOWN


# ---- arithmetic -----------------------------------------------------------------------------------------------


def add(left: Numbers, right: Numbers) -> Numbers:
    """Add two ranges."""
    return Numbers(_plus(left.low, right.low), _plus(left.high, right.high))


def subtract(left: Numbers, right: Numbers) -> Numbers:
    """Subtract one range from another."""
    return add(left, negate(right))


def negate(range_: Numbers) -> Numbers:
    """Return the range of the negative values."""
    return Numbers(
        None if range_.high is None else range_.high.copy_negate(),
        None if range_.low is None else range_.low.copy_negate(),
    )


def multiply(left: Numbers, right: Numbers) -> Numbers:
    """Multiply two ranges."""
    corners = [_corner(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    infinite_low = left.low is None or right.low is None
    infinite_high = left.high is None or right.high is None
    if not infinite_low and not infinite_high:
        known = [corner for corner in corners if corner is not None]
        return Numbers(min(known), max(known))
    # With an open end only the case of non-negative factors stays sharp; anything else is unbounded.
    if left.low is not None and right.low is not None and left.low >= 0 and right.low >= 0:
        low = EXACT.multiply(left.low, right.low)
        if left.high == 0 or right.high == 0:
            return Numbers(ZERO, ZERO)
        return Numbers(low, None)
    if left.exact == 0 or right.exact == 0:
        return Numbers(ZERO, ZERO)
    return Numbers(None, None)


def _corner(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return None if a is None or b is None else EXACT.multiply(a, b)


def _plus(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return None if a is None or b is None else EXACT.add(a, b)


def smallest(parts: Iterable[Numbers]) -> Numbers:
    """Return the range of the smallest of the values."""
    items = list(parts)
    highs = [item.high for item in items if item.high is not None]
    return Numbers(_least([item.low for item in items]), min(highs) if highs else None)


def largest(parts: Iterable[Numbers]) -> Numbers:
    """Return the range of the largest of the values."""
    items = list(parts)
    lows = [item.low for item in items if item.low is not None]
    return Numbers(max(lows) if lows else None, _most([item.high for item in items]))


def ranked(parts: Sequence[Numbers], position: int) -> Numbers:
    """Return the range of the value at a position of the values in order, the largest being at 0."""
    lows = sorted(((item.low is not None, item.low or ZERO) for item in parts), reverse=True)
    highs = sorted(((item.high is None, item.high or ZERO) for item in parts), reverse=True)
    (has_low, low), (is_open, high) = lows[position], highs[position]
    return Numbers(low if has_low else None, None if is_open else high)


def ranked_ones(parts: Sequence[Numbers], position: int) -> list[int]:
    """Return the indexes of the parts that can be at a position: those that can have a value that can be there."""
    there = ranked(parts, position)
    return [
        index
        for index, part in enumerate(parts)
        if (part.high is None or there.low is None or part.high >= there.low)
        and (part.low is None or there.high is None or part.low <= there.high)
    ]


def floor_ratio(numerator: Decimal, denominator: Decimal) -> Decimal:
    """Return the largest whole number not above ``numerator / denominator``; exact, for any signs."""
    return _whole(numerator, denominator, ROUND_FLOOR)


def _whole(numerator: Decimal, denominator: Decimal, rounding: str) -> Decimal:
    quotient = WHOLE.divide_int(numerator, denominator)
    if rounding == ROUND_FLOOR and numerator >= 0 and denominator > 0:
        return quotient
    rest = EXACT.subtract(numerator, EXACT.multiply(quotient, denominator))
    if rest == 0:
        return quotient
    negative = (rest < 0) != (denominator < 0)
    if rounding == ROUND_FLOOR:
        return EXACT.subtract(quotient, Decimal(1)) if negative else quotient
    return quotient if negative else EXACT.add(quotient, Decimal(1))


def round_ratio(numerator: Decimal, denominator: Decimal, to: RoundTo) -> Decimal:
    """Round ``numerator / denominator`` to a multiple of the step, exactly and in one go.

    ``down`` goes to minus infinity, ``up`` to plus infinity; ``half up`` takes the nearer multiple, and the one away
    from zero where both are equally near.
    """
    base = EXACT.multiply(denominator, to.step)
    match to.mode:
        case "down":
            steps = _whole(numerator, base, ROUND_FLOOR)
        case "up":
            steps = _whole(numerator, base, ROUND_CEILING)
        case _:
            size = _whole(
                EXACT.add(EXACT.multiply(numerator.copy_abs(), Decimal(2)), base.copy_abs()),
                EXACT.multiply(base.copy_abs(), Decimal(2)),
                ROUND_FLOOR,
            )
            steps = size if (numerator < 0) == (base < 0) else size.copy_negate()
    return EXACT.multiply(steps, to.step)


def rounded(range_: Numbers, to: RoundTo) -> Numbers:
    """Round both ends; rounding never turns the order of two values."""
    one = Decimal(1)
    return Numbers(
        None if range_.low is None else round_ratio(range_.low, one, to),
        None if range_.high is None else round_ratio(range_.high, one, to),
    )


def ratio(above: Numbers, below: Numbers, scale: Decimal, to: RoundTo, *, growth: bool = False) -> Numbers:
    """Divide and round in one go; ``growth`` divides the difference, and only by what is above zero.

    Where the divisor may be zero, nothing is known.

    Above zero a quotient is monotone in each part, so the corners of the ranges are its bounds; towards an endless
    divisor it goes to zero (a growth to minus everything).
    """
    if not growth and below.high is not None and below.high < 0:
        return ratio(_negated(above), _negated(below), scale, to)
    if below.low is None or below.low <= 0:
        return Numbers()

    def quotient(a: Decimal, b: Decimal) -> Decimal:
        return round_ratio(EXACT.multiply(EXACT.subtract(a, b) if growth else a, scale), b, to)

    limit = round_ratio(scale.copy_negate() if growth else ZERO, Decimal(1), to)

    def bound(a: Decimal | None, which: Callable[[list[Decimal]], Decimal]) -> Decimal | None:
        if a is None or below.low is None:
            return None
        return which([quotient(a, below.low), limit if below.high is None else quotient(a, below.high)])

    return Numbers(bound(above.low, min), bound(above.high, max))


def _negated(value: Numbers) -> Numbers:
    return Numbers(
        value.high.copy_negate() if value.high is not None else None,
        value.low.copy_negate() if value.low is not None else None,
    )


def whole_units(value: Numbers, size: Numbers) -> Numbers:
    """Return how many whole units there are in a value; nothing below zero, and nothing known where a unit may be zero."""
    low, high = _units(value.low, size.high, size.low), _units(value.high, size.low, size.low)
    return Numbers(ZERO if low is None else max(low, ZERO), None if high is None else max(high, ZERO))


def _units(value: Decimal | None, size: Decimal | None, smallest_size: Decimal | None) -> Decimal | None:
    if value is None or size is None or smallest_size is None or smallest_size <= 0:
        return None
    return floor_ratio(value, size)


def prorate(value: Numbers, most: Numbers, target: Numbers, to: RoundTo) -> Numbers:
    """Return ``value / target * most``, rounded, between 0 and ``most``: one operation, so that its parts stay correlated."""
    low, high = ZERO, most.high
    if target.low is not None and target.low > 0:
        if value.low is not None and most.low is not None and target.high is not None:
            low = share(value.low, most.low, target.high, to)
        if value.high is not None and most.high is not None:
            high = share(value.high, most.high, target.low, to)
        elif value.high is not None and value.high <= 0:
            high = ZERO
    return Numbers(low, high)


def share(value: Decimal, most: Decimal, target: Decimal, to: RoundTo) -> Decimal:
    """Return a share of the most points for a known value; of a target above zero, nothing below zero."""
    if value <= 0:
        return ZERO
    if value >= target:
        return most
    return min(round_ratio(EXACT.multiply(value, most), target, to), most)
