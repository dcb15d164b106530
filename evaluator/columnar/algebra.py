"""An algebra over terms of SQL: what a value can still be, for all partners of a query at once.

A condition is a column that is true, false, or NULL where it is not known. A number or day is two ends, each NULL where it
is open; where nothing is unknown both ends are one column, so that ranges cost only where they are. Numbers are whole: a
decimal is held with its places known, so that every operation is exact, and what might pass 38 digits is not written.
What cannot be written raises ``Cannot``; what can be written but not settled for some partner is noted as open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Literal, TypeAlias

from sqlglot import exp

from dsl import core as c
from dsl.core import calendar, ranges
from dsl.core.algebra import Later
from dsl.core.ranges import NEVER, CompareOp
from evaluator.columnar import terms as t
from evaluator.columnar.stages import Stages
from evaluator.columnar.terms import FALSE, NULL, TRUE, Cannot, Term

MOST = 10**38
"""What no whole number may reach: more digits are not reckoned exactly everywhere."""
_NARROW = 2**62
"""Up to this a number of 64 bits will do."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A condition; ``known``: it is never unknown."""

    term: Term
    known: bool


@dataclass(frozen=True, slots=True)
class End:
    """An end of a range; ``known``: it is never open; ``exact``: the one value that it is for every partner."""

    term: Term
    known: bool
    exact: int | date | None = None


OPEN = End(NULL, False)


@dataclass(frozen=True, slots=True)
class Ordered:
    """All numbers, or days, from one end to the other."""

    low: End
    high: End
    places: int = 0
    """Digits behind the point: its columns hold the value times ten to this."""
    least: int = 0
    most: int = 0
    """What no end that is there lies below and above."""
    is_day: bool = False

    @property
    def is_point(self) -> bool:
        """Whether both ends are one column: a value, or open on both sides."""
        return self.low is self.high

    @property
    def known(self) -> bool:
        """Whether no end is ever open."""
        return self.low.known and self.high.known

    @property
    def exact(self) -> int | date | None:
        """The one value that it is for every partner."""
        return self.low.exact if self.low.exact == self.high.exact else None


@dataclass(frozen=True, slots=True)
class Word:
    """A word; NULL is any of ``options``, or any at all."""

    term: Term
    known: bool
    options: frozenset[str] | None = None
    exact: str | None = None
    vague: Term = FALSE
    """Where NULL is one of some words, and which they are is not said; never unknown."""


@dataclass(frozen=True, slots=True)
class Length:
    """A duration that is known."""

    duration: c.Duration


Value: TypeAlias = Flag | Ordered | Word | Length


def constant(value: Decimal | date | str | bool | c.Duration) -> Value:
    """Return one known value."""
    match value:
        case bool():
            return Flag(TRUE if value else FALSE, True)
        case Decimal():
            return figure(value)
        case date():
            end = End(t.day(value), True, value)
            return Ordered(end, end, is_day=True)
        case str():
            return Word(t.text(value), True, None, value)
        case c.Duration():
            return Length(value)


def of_range(value: ranges.Range) -> Value:
    """Return what is known of every partner alike."""
    match value:
        case ranges.Truth():
            known = value is not ranges.Truth.UNKNOWN
            return Flag((TRUE if value is ranges.Truth.TRUE else FALSE) if known else NULL, known)
        case ranges.Numbers(low=low, high=high):
            return figure(low) if low is not None and low == high else bounded(low, high)
        case ranges.Dates(low=first, high=last):
            ends = [OPEN if one is None else End(t.day(one), True, one) for one in (first, last)]
            return Ordered(ends[0], ends[0] if first == last else ends[1], is_day=True)
        case ranges.Words(options=options):
            if options is not None and len(options) == 1:
                (word,) = options
                return constant(word)
            return Word(NULL, False, options)
        case _:
            raise Cannot("a duration that is made")


def figure(value: Decimal) -> Ordered:
    """Return one known number, with as few places as it has."""
    _sign, _digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise Cannot("a number that is none")
    places = max(0, -exponent)
    whole = int(value.scaleb(places))
    while places and whole % 10 == 0:
        whole, places = whole // 10, places - 1
    end = End(t.number(whole), True, whole)
    return Ordered(end, end, places, whole, whole)


def bounded(low: Decimal | None, high: Decimal | None) -> Ordered:
    """Return a number of which only bounds are known."""
    ends = [figure(one) if one is not None else Ordered(OPEN, OPEN) for one in (low, high)]
    places = max(one.places for one in ends)
    first, last = (_moved_to(one, places) for one in ends)
    return Ordered(first.low, last.low, places, min(first.least, last.least), max(first.most, last.most))


def _moved_to(value: Ordered, places: int) -> Ordered:
    if not isinstance(value.exact, int):
        return value
    whole = value.exact * 10 ** (places - value.places)
    end = End(t.number(whole), True, whole)
    return Ordered(end, end, places, whole, whole)


def flag_of(value: Value) -> Flag:
    """The value of a condition."""
    if not isinstance(value, Flag):
        raise Cannot("a condition that is none")
    return value


def ordered_of(value: Value) -> Ordered:
    """The value of a number or day."""
    if not isinstance(value, Ordered):
        raise Cannot("a number or day that is none")
    return value


def is_settled(value: Value) -> Term:
    """Return whether only one value is left; never unknown."""
    match value:
        case Flag(known=True) | Word(known=True):
            return TRUE
        case Flag(term=term) | Word(term=term):
            return t.told(term)
        case Ordered() if value.is_point:
            return TRUE if value.low.known else t.told(value.low.term)
        case Ordered():
            return t.surely(t.equal(value.low.term, value.high.term))
        case _:
            return TRUE


class Sql:
    """The operations of ``dsl.core.algebra`` over terms, each held against Ranges by a law."""

    def __init__(self, stages: Stages) -> None:
        """Take what keeps columns."""
        self.stages = stages
        self.open: list[Term] = []
        """Where what is written says less than Ranges does; each is never unknown itself."""

    def keep(self, term: Term) -> Term:
        """Return the column of a term."""
        return self.stages.keep(term)

    def constant(self, value: Decimal | date | str | bool | c.Duration) -> Value:
        """Return one known value."""
        return constant(value)

    def unknown(self, type_: c.Type) -> Value:
        """Return a value of which nothing is known but its type."""
        match type_.kind:
            case "flag":
                return Flag(NULL, False)
            case "choice":
                return Word(NULL, False, frozenset(type_.choices))
            case "text":
                return Word(NULL, False)
            case "duration":
                raise Cannot("an unknown duration")
            case _:
                return Ordered(OPEN, OPEN, is_day=type_.kind == "date")

    # conditions

    def flag(self, term: Term, known: bool) -> Flag:
        """Return a condition as a column."""
        return Flag(self.keep(term), known or isinstance(term, exp.Boolean))

    def all_of(self, parts: Sequence[Value]) -> Value:
        """Whether all conditions hold."""
        flags = [flag_of(part) for part in parts]
        return self.flag(t.both(*(one.term for one in flags)), all(one.known for one in flags))

    def any_of(self, parts: Sequence[Value]) -> Value:
        """Whether one of the conditions holds."""
        flags = [flag_of(part) for part in parts]
        return self.flag(t.either(*(one.term for one in flags)), all(one.known for one in flags))

    def at_least(self, least: int, parts: Sequence[Value]) -> Value:
        """Whether at least so many conditions hold."""
        if least <= 1:
            return self.any_of(parts) if least == 1 else constant(True)
        if least == len(parts):
            return self.all_of(parts)
        if least > len(parts):
            return constant(False)
        flags = [flag_of(part) for part in parts]
        sure = t.counted([t.surely(one.term) for one in flags])
        may = t.counted([t.perhaps(one.term) for one in flags])
        known = all(one.known for one in flags)
        enough = t.at_least(self.keep(sure), t.number(least))
        if known:
            return self.flag(enough, True)
        few = t.compared(exp.LT, self.keep(may), t.number(least))
        return self.flag(t.chosen([(enough, TRUE), (few, FALSE)]), False)

    def opposite(self, part: Value) -> Value:
        """Whether a condition does not hold."""
        one = flag_of(part)
        return self.flag(t.negated(one.term), one.known)

    def how_many(self, parts: Sequence[Value]) -> Value:
        """From how many surely hold to how many may."""
        flags = [flag_of(part) for part in parts]
        low = End(self.keep(t.counted([t.surely(one.term) for one in flags])), True)
        known = all(one.known for one in flags)
        high = low if known else End(self.keep(t.counted([t.perhaps(one.term) for one in flags])), True)
        return Ordered(low, high, 0, 0, len(parts))

    def compare(self, op: CompareOp, left: Value, right: Value) -> Value:
        """Whether every pair of values compares so."""
        if op == "!=":
            return self.opposite(self.compare("=", left, right))
        if op in ("<=", "<"):
            return self.compare(">=" if op == "<=" else ">", right, left)
        if isinstance(left, Flag) and isinstance(right, Flag):
            return self.flag(t.equal(left.term, right.term), left.known and right.known)
        if isinstance(left, Word) and isinstance(right, Word):
            return self._same(left, right)
        a, b = self.aligned(ordered_of(left), ordered_of(right))
        return self._ordered(op, a, b)

    def _ordered(self, op: CompareOp, left: Ordered, right: Ordered) -> Flag:
        a, b, c_, d = left.low, left.high, right.low, right.high
        known = left.known and right.known
        kind = exp.GTE if op == ">=" else exp.GT
        if left.exact is not None and right.exact is not None:
            one, other = left.exact, right.exact
            held = {">=": one >= other, ">": one > other}.get(op, one == other)  # type: ignore[operator]
            return Flag(TRUE if held else FALSE, True)
        if left.is_point and right.is_point:
            # A value, or nothing on both sides: where nothing is known SQL says so too.
            return self.flag(t.compared(exp.EQ if op == "=" else kind, a.term, c_.term), known)
        if op == "=":
            one_value = t.both(t.equal(a.term, b.term), t.equal(b.term, c_.term), t.equal(c_.term, d.term))
            apart = t.either(t.compared(exp.LT, b.term, c_.term), t.compared(exp.GT, a.term, d.term))
            return self.flag(t.chosen([(one_value, TRUE), (apart, FALSE)]), False)
        sure = t.compared(kind, a.term, d.term)
        no = t.compared(exp.LT if op == ">=" else exp.LTE, b.term, c_.term)
        return self.flag(t.chosen([(sure, TRUE), (no, FALSE)]), False)

    def _same(self, left: Word, right: Word) -> Flag:
        self.open += [one.vague for one in (left, right) if not t.is_false(one.vague)]
        if left.exact is not None and right.exact is not None:
            return Flag(TRUE if left.exact == right.exact else FALSE, True)
        if left.exact is not None:
            left, right = right, left
        if right.exact is not None:
            if left.options is not None and right.exact not in left.options:
                return Flag(FALSE, True)
            if left.options == frozenset((right.exact,)):
                return Flag(TRUE, True)
            return self.flag(t.equal(left.term, right.term), left.known)
        if left.options != right.options or (left.options is not None and len(left.options) < 2):
            raise Cannot("two words of two lists of values")
        return self.flag(t.equal(left.term, right.term), left.known and right.known)

    # numbers

    def number(
        self, low: Term, high: Term | None, known: tuple[bool, bool], places: int, least: int, most: int
    ) -> Ordered:
        """Return a number of two columns, or of one where ``high`` is None."""
        if max(-least, most) >= MOST:
            raise Cannot("a number that may pass 38 digits")
        first = self._end(low, known[0])
        return Ordered(first, first if high is None else self._end(high, known[1]), places, least, most)

    def _end(self, term: Term, known: bool) -> End:
        return OPEN if t.is_null(term) else End(self.keep(term), known, t.value_of(term))

    def scaled(self, value: Ordered, places: int) -> Ordered:
        """Return a number with more places."""
        if value.places == places or value.is_day:
            return value
        by = 10 ** (places - value.places)
        least, most = value.least * by, value.most * by

        def moved(end: End) -> Term:
            if isinstance(end.exact, int):
                return t.number(end.exact * by)
            return end.term if t.is_null(end.term) else _product(end.term, t.number(by), least, most)

        low = moved(value.low)
        high = None if value.is_point else moved(value.high)
        return self.number(low, high, (value.low.known, value.high.known), places, least, most)

    def aligned(self, left: Ordered, right: Ordered) -> tuple[Ordered, Ordered]:
        """Return two numbers with the same places."""
        places = max(left.places, right.places)
        return self.scaled(left, places), self.scaled(right, places)

    def add(self, left: Value, right: Value) -> Value:
        """The sum."""
        a, b = self.aligned(ordered_of(left), ordered_of(right))
        if isinstance(a.exact, int) and isinstance(b.exact, int):
            return _whole(a.exact + b.exact, a.places)
        if a.exact == 0 or b.exact == 0:
            return b if a.exact == 0 else a
        least, most = a.least + b.least, a.most + b.most
        point = a.is_point and b.is_point

        def plus(x: End, y: End) -> Term:
            if t.is_null(x.term) or t.is_null(y.term):
                return NULL
            return t.added([_wide(x.term, least, most), _wide(y.term, least, most)])

        return self.number(
            plus(a.low, b.low), None if point else plus(a.high, b.high),
            (a.low.known and b.low.known, a.high.known and b.high.known), a.places, least, most,
        )  # fmt: skip

    def subtract(self, left: Value, right: Value) -> Value:
        """The difference."""
        return self.add(left, self._turned(ordered_of(right)))

    def _turned(self, value: Ordered) -> Ordered:
        if isinstance(value.exact, int):
            return _whole(-value.exact, value.places)

        def minus(end: End) -> Term:
            return NULL if t.is_null(end.term) else exp.Neg(this=t.closed(end.term))

        return self.number(
            minus(value.high), None if value.is_point else minus(value.low), (value.high.known, value.low.known),
            value.places, -value.most, -value.least,
        )  # fmt: skip

    def multiply(self, left: Value, right: Value) -> Value:
        """The product."""
        a, b = ordered_of(left), ordered_of(right)
        places = a.places + b.places
        if isinstance(a.exact, int) and isinstance(b.exact, int):
            return _whole(a.exact * b.exact, places)
        if a.exact == 0 or b.exact == 0:
            return _whole(0, 0)
        for one, other in ((a, b), (b, a)):
            if one.exact == 1 and not one.places and other.known:
                return other
        corners = [x * y for x in (a.least, a.most) for y in (b.least, b.most)]
        least, most = min(corners), max(corners)
        positive = a.least >= 0 and b.least >= 0

        def times(x: End, y: End) -> Term:
            return NULL if t.is_null(x.term) or t.is_null(y.term) else _product(x.term, y.term, least, most)

        if a.is_point and b.is_point and a.known and b.known:
            return self.number(times(a.low, b.low), None, (True, True), places, least, most)
        if a.low.known and b.low.known and positive:
            # Nothing times what is open above is nothing.
            ends = [end for end, other in ((a.high, b.high), (b.high, a.high)) if not other.known]
            none = t.either(*(t.surely(t.equal(end.term, t.number(0))) for end in ends))
            high = t.chosen([(none, t.number(0))], times(a.high, b.high))
            return self.number(times(a.low, b.low), high, (True, a.known and b.known), places, least, most)
        pairs = [self.keep(times(x, y)) for x in (a.low, a.high) for y in (b.low, b.high)]
        every = t.both(*(t.told(end.term) for end in (a.low, a.high, b.low, b.high)))
        zero = t.number(0)
        above = t.both(t.surely(t.at_least(a.low.term, zero)), t.surely(t.at_least(b.low.term, zero)))
        none = t.either(*(t.surely(t.equal(end.term, zero)) for end in (a.high, b.high)))
        naught = t.either(
            *(t.both(t.surely(t.equal(x.low.term, zero)), t.surely(t.equal(x.high.term, zero))) for x in (a, b))
        )
        low = t.chosen(
            [(every, _least_of(pairs)), (t.both(above, none), zero), (above, times(a.low, b.low)), (naught, zero)]
        )
        high = t.chosen(
            [(every, _most_of(pairs)), (t.either(t.both(above, none), t.both(t.negated(above), naught)), zero)]
        )
        low_known = (a.low.known and b.low.known and positive) or (a.known and b.known)
        return self.number(low, high, (low_known, a.known and b.known), places, min(least, 0), max(most, 0))

    def smallest(self, parts: Sequence[Value]) -> Value:
        """The smallest of at least one number."""
        return reduce(self._lesser, map(ordered_of, parts))

    def _lesser(self, left: Ordered, right: Ordered) -> Ordered:
        a, b = self.aligned(left, right)
        if isinstance(a.exact, int) and isinstance(b.exact, int):
            return _whole(min(a.exact, b.exact), a.places)
        if isinstance(b.exact, int) and b.exact >= a.most and a.known:
            return a
        low = _of_two(a.low, b.low, exp.LTE, skipping=False)
        point = a.is_point and b.is_point and a.known and b.known
        high = None if point else _of_two(a.high, b.high, exp.LTE, skipping=True)
        known = (a.low.known and b.low.known, a.high.known or b.high.known)
        # What one of the two never is above, the smaller is not either.
        most = min([one.most for one in (a, b) if one.high.known] or [max(a.most, b.most)])
        return self.number(low, high, known, a.places, min(a.least, b.least), most)

    def _larger(self, left: Ordered, right: Ordered) -> Ordered:
        a, b = self.aligned(left, right)
        if isinstance(a.exact, int) and isinstance(b.exact, int):
            return _whole(max(a.exact, b.exact), a.places)
        low = _of_two(a.low, b.low, exp.GTE, skipping=True)
        point = a.is_point and b.is_point and a.known and b.known
        high = None if point else _of_two(a.high, b.high, exp.GTE, skipping=False)
        known = (a.low.known or b.low.known, a.high.known and b.high.known)
        least = max([one.least for one in (a, b) if one.low.known] or [min(a.least, b.least)])
        return self.number(low, high, known, a.places, least, max(a.most, b.most))

    def ranked(self, parts: Sequence[Value], position: int) -> Value:
        """The one at a position of the numbers in order: the largest or the smallest."""
        if position == 0:
            return reduce(self._larger, map(ordered_of, parts))
        if position == len(parts) - 1:
            return self.smallest(parts)
        raise Cannot("a number in the middle of several")

    def whole_units(self, value: Value, size: Value) -> Value:
        """How many whole units there are in a value; nothing below zero."""
        a, b = self.aligned(ordered_of(value), ordered_of(size))
        size_ = b.exact
        if not isinstance(size_, int):
            raise Cannot("units of a size that depends on the partner")
        if size_ <= 0:
            return Ordered(End(t.number(0), True, 0), OPEN)
        if isinstance(a.exact, int):
            return _whole(max(a.exact // size_, 0), 0)

        def units(end: End) -> Term:
            return NULL if t.is_null(end.term) else _floored(_at_least_zero(end.term, a.least), t.number(size_), 0)

        least, most = max(a.least // size_, 0), max(a.most // size_, 0)
        if a.is_point and a.known:
            return self.number(units(a.low), None, (True, True), 0, least, most)
        low = units(a.low) if a.low.known else t.fallen_back(units(a.low), t.number(0))
        return self.number(low, units(a.high), (True, a.high.known), 0, 0, most)

    def rounded(self, value: Value, to: c.RoundTo) -> Value:
        """Both ends rounded."""
        a = ordered_of(value)
        if isinstance(a.exact, int):
            return figure(ranges.round_ratio(Decimal(a.exact).scaleb(-a.places), Decimal(1), to))
        step = figure(to.step)
        a, size = self.aligned(a, step)
        whole = size.exact
        if not isinstance(whole, int):
            raise AssertionError("the step of a rounding is known")
        # A multiple of the step on each side of what lies between.
        least, most = a.least - whole, a.most + whole

        def of(end: End) -> Term:
            if t.is_null(end.term):
                return NULL
            steps = self.keep(_divided(end.term, t.number(whole), to.mode, a.least, a.most, whole))
            return _product(steps, t.number(whole), least, most)

        high = None if a.is_point else of(a.high)
        return self.number(of(a.low), high, (a.low.known, a.high.known), a.places, least, most)

    def ratio(self, above: Value, below: Value, scale: Decimal, to: c.RoundTo, *, growth: bool) -> Value:
        """The quotient, rounded in one go; unknown where the divisor may be zero."""
        a, b = self.aligned(ordered_of(above), ordered_of(below))
        if b.least < 0 and not growth:
            raise Cannot("a quotient by what may be below zero")
        factor, step = figure(scale), figure(to.step)
        if not isinstance(factor.exact, int) or not isinstance(step.exact, int):
            raise AssertionError("the figures of a rounding are known")
        # A difference of the two lies between these; so does each alone.
        span = max(abs(a.least), abs(a.most)) + (max(abs(b.least), abs(b.most)) if growth else 0)
        largest = max(abs(b.least), abs(b.most), 1)
        limit = self.scaled(figure(ranges.round_ratio(-scale if growth else Decimal(0), Decimal(1), to)), step.places)
        # What is divided by nothing is reckoned for nobody: columns are reckoned whether they are looked at or not.
        above_zero = [t.surely(t.compared(exp.GT, end.term, t.number(0))) for end in (b.low, b.high)]
        divisors = [
            end.term if isinstance(end.exact, int) and end.exact > 0 else self.keep(t.chosen([(test, end.term)]))
            for end, test in zip((b.low, b.high), above_zero, strict=True)
        ]

        def quotient(x: End, y: End, by: Term) -> Term:
            if t.is_null(x.term) or t.is_null(by):
                return NULL
            told = x.term if not growth else self.keep(_difference(x.term, y.term, span))
            return self.keep(_rounded_share(told, by, factor, step, to.mode, span, largest))

        positive = self.keep(above_zero[0])
        if isinstance(b.exact, int):
            positive = TRUE if b.exact > 0 else FALSE

        def bound(x: End, which: Callable[[Sequence[Term]], Term]) -> Term:
            first = quotient(x, b.low, divisors[0])
            if b.is_point:
                return t.chosen([(positive, first)])
            last = t.chosen([(t.told(b.high.term), quotient(x, b.high, divisors[1]))], limit.low.term)
            sure = t.both(positive, t.told(x.term))
            return t.chosen([(sure, which([self.keep(first), self.keep(last)]))])

        most = span * abs(factor.exact) * 10**step.places // 10**factor.places + abs(step.exact) + 1
        most = max(most, abs(limit.least), abs(limit.most))
        point = a.is_point and b.is_point
        known = isinstance(b.exact, int) and b.exact > 0
        return self.number(
            bound(a.low, _least_of), None if point else bound(a.high, _most_of),
            (a.low.known and known, a.high.known and known), step.places, -most, most,
        )  # fmt: skip

    def share(self, value: Value, most: Value, target: Value, to: c.RoundTo) -> Value:
        """A share of the most points, of a known target."""
        v, target_ = self.aligned(ordered_of(value), ordered_of(target))
        m = ordered_of(most)
        aim = target_.exact
        if not isinstance(m.exact, int) or not isinstance(aim, int):
            raise Cannot("a share of a target that depends on the partner")
        if aim <= 0:
            return Ordered(End(t.number(0), True, 0), m.high, m.places, min(0, m.least), max(0, m.most))
        step = figure(to.step)
        places = max(step.places, m.places)
        whole = m.exact * 10 ** (places - m.places)
        span = max(abs(v.least), abs(v.most))
        bound = max(abs(v.exact) if isinstance(v.exact, int) else span, 1)

        def part(end: End) -> Term:
            if t.is_null(end.term):
                return NULL
            told = self.keep(_rounded_share(end.term, t.number(aim), m, step, to.mode, bound, aim, whole_places=places))
            capped = t.chosen([(t.compared(exp.LTE, told, t.number(whole)), told)], t.number(whole))
            return t.chosen(
                [
                    (untold_or_below(end.term), t.number(0)),
                    (t.at_least(end.term, t.number(aim)), t.number(whole)),
                ],
                capped,
            )

        def untold_or_below(term: Term) -> Term:
            return t.compared(exp.LTE, term, t.number(0))

        low_value, high_value = part(v.low), part(v.high)
        least, top = min(0, whole), max(0, whole)
        if v.is_point and v.known:
            return self.number(low_value, None, (True, True), places, least, top)
        low = t.number(0) if t.is_null(low_value) else t.chosen([(t.told(v.low.term), low_value)], t.number(0))
        high = (
            t.number(whole) if t.is_null(high_value) else t.chosen([(t.told(v.high.term), high_value)], t.number(whole))
        )
        return self.number(low, high, (True, True), places, least, top)

    # dates

    def shift(self, day: Value, by: c.Duration, *, back: bool) -> Value:
        """Both ends moved; the ends of the calendar stay."""
        if by.months > 12_000 or by.days > 365_000:
            raise Cannot("a shift by more than a thousand years")

        def moved(term: Term) -> Term:
            told = term
            for size, unit in ((by.months, "MONTH"), (by.days, "DAY")):
                if size:
                    amount = t.number(-size if back else size)
                    told = exp.DateAdd(this=t.closed(told), expression=amount, unit=exp.var(unit))
                    told = exp.Cast(this=told, to=exp.DataType.build("DATE"))
            return t.chosen([(t.equal(term, t.day(NEVER)), t.day(NEVER))], told)

        return self._days(ordered_of(day), lambda one: calendar.add(one, by, back=back), moved)

    def edge(self, day: Value, which: Literal["start", "end"], months: int = 1) -> Value:
        """Both ends at the edge of their month, quarter or year."""
        unit = {1: "MONTH", 3: "QUARTER", 12: "YEAR"}[months]

        def moved(term: Term) -> Term:
            told = _start_of(term, unit)
            if which == "end":
                last = exp.DateAdd(
                    this=exp.Cast(this=told, to=exp.DataType.build("DATE")),
                    expression=t.number(months - 1),
                    unit=exp.var("MONTH"),
                )
                told = exp.LastDay(this=last if months > 1 else t.closed(term))
            return t.chosen(
                [(t.equal(term, t.day(NEVER)), t.day(NEVER))], exp.Cast(this=told, to=exp.DataType.build("DATE"))
            )

        return self._days(ordered_of(day), lambda one: calendar.edge(one, which, months), moved)

    def _days(self, value: Ordered, known: Callable[[date], date], written: Callable[[Term], Term]) -> Ordered:
        def of(end: End) -> End:
            if isinstance(end.exact, date):
                moved = end.exact if end.exact in (date.min, date.max) else known(end.exact)
                return End(t.day(moved), True, moved)
            return end if t.is_null(end.term) else End(self.keep(written(end.term)), end.known)

        low = of(value.low)
        return Ordered(low, low if value.is_point else of(value.high), is_day=True)

    # choices

    def first(self, branches: Sequence[tuple[Later[Value] | None, Later[Value]]]) -> Value:
        """What any branch gives that can still be the first."""
        taken: list[tuple[Flag, Value]] = []
        for when, later in branches:
            test = flag_of(when()) if when is not None else Flag(TRUE, True)
            if t.is_false(test.term):
                continue
            taken.append((test, later()))
            if t.is_true(test.term):
                break
        last, found = taken[-1]
        # One branch surely counts: where none of those behind it can, one of which that is not known does.
        may = t.perhaps(last.term)
        for test, value in reversed(taken[:-1]):
            if not test.known and not t.is_true(may):
                sure = t.chosen([(t.both(t.untold(test.term), t.negated(may)), TRUE)], test.term)
                found = self._if(Flag(self.keep(sure), test.known), value, found)
            else:
                found = self._if(test, value, found)
            if not t.is_true(may):
                may = self.keep(t.either(may, t.perhaps(test.term)))
        return found

    def _if(self, test: Flag, one: Value, other: Value) -> Value:
        """The one value where it holds, the other where not, and what may be both where that is not known."""
        if isinstance(one, Flag) and isinstance(other, Flag):
            if one == other:
                return one
            alike = t.chosen([(t.equal(one.term, other.term), one.term)])
            return self.flag(self._by(test, one.term, other.term, alike), test.known and one.known and other.known)
        if isinstance(one, Word) and isinstance(other, Word):
            if one == other:
                return one
            vague = [one.vague, other.vague]
            if not test.known:
                # Two words are no word: whoever looks at it asks the row engine which both can be.
                vague.append(t.both(t.untold(test.term), t.negated(t.surely(t.equal(one.term, other.term)))))
            options = (
                None
                if None in (_options(one), _options(other))
                else frozenset().union(_options(one) or (), _options(other) or ())
            )
            if options is not None and {_options(one), _options(other)} != {options}:
                # What is not known of one is less than what is not known of the other.
                vague += [t.untold(word.term) for word in (one, other) if not word.known]
            alike = t.chosen([(t.equal(one.term, other.term), one.term)])
            term = self.keep(self._by(test, one.term, other.term, alike))
            is_told = test.known and one.known and other.known
            return Word(term, is_told, options, None, self.keep(t.either(*vague)))
        if isinstance(one, Length) and isinstance(other, Length) and one == other:
            return one
        a, b = self.aligned(ordered_of(one), ordered_of(other))
        if a == b:
            return a
        low = self._by(test, a.low.term, b.low.term, _of_two(a.low, b.low, exp.LTE, skipping=False))
        point = a.is_point and b.is_point and test.known
        high = (
            None
            if point
            else self._by(test, a.high.term, b.high.term, _of_two(a.high, b.high, exp.GTE, skipping=False))
        )
        known = (a.low.known and b.low.known, a.high.known and b.high.known)
        found = self.number(low, high, known, a.places, min(a.least, b.least), max(a.most, b.most))
        return Ordered(found.low, found.high, found.places, found.least, found.most, a.is_day)

    def _by(self, test: Flag, one: Term, other: Term, unsure: Term) -> Term:
        if test.known:
            return t.chosen([(test.term, one)], other)
        return t.chosen([(t.untold(test.term), unsure), (test.term, one)], other)

    def row(self, key: Value, rows: Sequence[c.TableRow], value: Callable[[c.TableRow], Value], type_: c.Type) -> Value:
        """What the row for the key gives, else the one for any, else nothing is known."""
        if not isinstance(key, Word):
            raise Cannot("a key that is no word")
        if not t.is_false(key.vague):
            self.open.append(key.vague)
        words = [row.key for row in rows]
        if len(words) != len(set(words)):
            raise Cannot("two rows of a table for one word")
        if key.exact is not None:
            taken = next(
                (row for row in rows if row.key == key.exact), next((row for row in rows if row.key is None), None)
            )
            return value(taken) if taken is not None else self.unknown(type_)
        others = next((row for row in rows if row.key is None), None)
        found = value(others) if others is not None else self.unknown(type_)
        if key.options is not None and key.options <= {word for word in words if word is not None}:
            found = self.unknown(type_) if not rows else value(next(row for row in rows if row.key is not None))
        for row in rows:
            if row.key is not None and (key.options is None or row.key in key.options):
                test = Flag(self.keep(t.equal(key.term, t.text(row.key))), key.known)
                found = self._if(test, value(row), found)
        return found

    def of_ranked(self, values: Sequence[Value], conditions: Sequence[Value], position: int) -> Value:
        """What all say that can have the rank; of values that are surely equal, whether one says yes."""
        there = ordered_of(self.ranked(values, position))
        can: list[Term] = []
        equal: list[Term] = []
        for value in values:
            one, top = self.aligned(ordered_of(value), there)
            reaches = t.either(
                t.untold(one.high.term), t.untold(top.low.term), t.surely(t.at_least(one.high.term, top.low.term))
            )
            within = t.either(
                t.untold(one.low.term), t.untold(top.high.term), t.surely(t.at_least(top.high.term, one.low.term))
            )
            can.append(self.keep(t.both(reaches, within)))
            same = t.both(t.surely(t.equal(one.low.term, one.high.term)), t.surely(t.equal(one.low.term, top.low.term)))
            equal.append(t.either(t.negated(can[-1]), same))
        flags = [flag_of(one) for one in conditions]
        some = t.either(*(t.both(one, t.surely(flag.term)) for one, flag in zip(can, flags, strict=True)))
        every = t.both(*(t.either(t.negated(one), t.surely(flag.term)) for one, flag in zip(can, flags, strict=True)))
        may = t.either(*(t.both(one, t.perhaps(flag.term)) for one, flag in zip(can, flags, strict=True)))
        must = t.chosen([(self.keep(t.both(*equal)), some)], every)
        return self.flag(t.chosen([(must, TRUE), (t.negated(may), FALSE)]), False)


def _start_of(term: Term, unit: str) -> Term:
    found: Term = exp.DateTrunc(this=t.closed(term), unit=exp.Literal.string(unit))  # type: ignore[no-untyped-call]
    return found


# ---- terms of numbers


def _whole(value: int, places: int) -> Ordered:
    return figure(Decimal(value).scaleb(-places)) if abs(value) < MOST else _too_large()


def _too_large() -> Ordered:
    raise Cannot("a number that may pass 38 digits")


def _options(word: Word) -> frozenset[str] | None:
    return frozenset((word.exact,)) if word.exact is not None else word.options


def _wide(term: Term, least: int, most: int) -> Term:
    """Return a term in as many bits as what is made of it takes."""
    if max(-least, most) < _NARROW or isinstance(term, exp.Literal) or t.value_of(term) is not None:
        return term
    if max(-least, most) >= MOST:
        raise Cannot("a number that may pass 38 digits")
    return t.cast(term, "INT128")


def _product(left: Term, right: Term, least: int, most: int) -> Term:
    if 2**31 <= max(-least, most) < 2**62:
        # Figures of the policies, and what is chosen of them, are numbers of 32 bits: so would their product be.
        right = t.cast(right, "BIGINT")
    return exp.Mul(this=t.closed(_wide(left, least, most)), expression=t.closed(_wide(right, least, most)))


def _difference(left: Term, right: Term, span: int) -> Term:
    return exp.Sub(this=t.closed(_wide(left, -span, span)), expression=t.closed(_wide(right, -span, span)))


def _floored(term: Term, by: Term, least: int) -> Term:
    """Return the largest whole number not above a quotient by what is above zero."""
    if t.value_of(by) == 1:
        return term
    rest = exp.Mod(this=t.closed(term), expression=t.closed(by))
    # What is left is exact: a division of whole numbers goes towards zero, and some engines have no other than with a fraction.
    even = exp.IntDiv(
        this=exp.Paren(this=exp.Sub(this=t.closed(term), expression=exp.Paren(this=rest))), expression=t.closed(by)
    )
    if least >= 0:
        return even
    below = t.chosen([(t.compared(exp.LT, exp.Paren(this=rest), t.number(0)), t.number(1))], t.number(0))
    return exp.Sub(this=exp.Paren(this=even), expression=t.closed(below))


def _at_least_zero(term: Term, least: int) -> Term:
    return term if least >= 0 else t.chosen([(t.compared(exp.LT, term, t.number(0)), t.number(0))], term)


def _divided(term: Term, by: Term, mode: str, least: int, most: int, largest: int) -> Term:
    """Return a quotient by what is above zero, rounded to a whole number."""
    wide = 2 * (max(abs(least), abs(most)) + largest)
    term, by = _wide(term, -wide, wide), _wide(by, -wide, wide)
    match mode:
        case "down":
            return _floored(term, by, least)
        case "up":
            turned = _floored(exp.Neg(this=t.closed(term)), by, -1)
            return exp.Neg(this=exp.Paren(this=turned))
        case _:
            twice = t.closed(exp.Mul(this=t.number(2), expression=t.closed(by)))

            def half(one: Term) -> Term:
                doubled = exp.Add(this=exp.Mul(this=t.closed(one), expression=t.number(2)), expression=t.closed(by))
                return _floored(exp.Paren(this=doubled), twice, 0)

            if least >= 0:
                return half(term)
            negative = exp.Neg(this=exp.Paren(this=half(exp.Paren(this=exp.Neg(this=t.closed(term))))))
            return t.chosen([(t.compared(exp.LT, term, t.number(0)), negative)], half(term))


def _rounded_share(
    above: Term,
    below: Term,
    factor: Ordered,
    step: Ordered,
    mode: str,
    span: int,
    largest: int,
    *,
    whole_places: int | None = None,
) -> Term:
    """Return ``above / below * factor`` rounded to a step, with the step's places; both have the same places.

    Args:
        above: lies no farther from zero than ``span``.
        below: is above zero, and at most ``largest``.
        factor: a known number.
        step: a known number.
        mode: of the rounding.
        span: see there.
        largest: see there.
        whole_places: the places of the result, where they are more than the step's.
    """
    if not isinstance(factor.exact, int) or not isinstance(step.exact, int):
        raise AssertionError("the figures of a rounding are known")
    # above * factor / (below * step), both whole.
    shift = step.places - factor.places
    up = factor.exact * 10 ** max(shift, 0)
    down = step.exact * 10 ** max(-shift, 0)
    bound = span * abs(up)
    if 2 * (bound + largest * down) >= MOST:
        raise Cannot("a number that may pass 38 digits")
    told = _product(above, t.number(up), -bound, bound)
    by = _product(below, t.number(down), 0, max(largest * down, bound))
    least = -1 if span else 0
    steps = _divided(told, by, mode, least, bound, largest * down)
    places = step.places if whole_places is None else whole_places
    size = step.exact * 10 ** (places - step.places)
    return exp.Mul(this=t.closed(steps), expression=t.number(size))


def _of_two(one: End, other: End, kind: type[exp.Expression], *, skipping: bool) -> Term:
    """Return the one of two ends that comes first; an open one is passed over, or makes it open."""
    if t.is_null(one.term) or t.is_null(other.term):
        return (other.term if t.is_null(one.term) else one.term) if skipping else NULL
    if one.term == other.term:
        return one.term
    test = t.compared(kind, one.term, other.term)
    if one.known and other.known:
        return t.chosen([(test, one.term)], other.term)
    if skipping:
        return t.chosen(
            [(t.untold(one.term), other.term), (t.untold(other.term), one.term), (test, one.term)], other.term
        )
    return t.chosen([(t.either(t.untold(one.term), t.untold(other.term)), NULL), (test, one.term)], other.term)


def _least_of(terms: Sequence[Term]) -> Term:
    """Return the least of terms, none of which is nothing."""
    return reduce(lambda a, b: t.chosen([(t.compared(exp.LTE, a, b), a)], b), terms)


def _most_of(terms: Sequence[Term]) -> Term:
    """Return the most of terms likewise."""
    return reduce(lambda a, b: t.chosen([(t.at_least(a, b), a)], b), terms)
