"""An algebra over a solver's terms: what a value can still be, for all partners at once.

A condition is two formulas, whether it must hold and whether it may; a number or day is two ends, each with a formula
that tells whether it is open; words are a formula a word. So a figure of the programme that is not known is a range
here as it is in ``dsl.core.ranges``, and never free to be what suits a claim. What cannot be written raises ``Cannot``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Literal, TypeAlias

import z3

from dsl import core as c
from dsl.core import calendar
from dsl.core.algebra import Later
from dsl.core.ranges import CompareOp
from dsl.core.remembered import Remembered
from review.prove.cases import cases_of
from review.prove.formulas import (
    FALSE,
    TRUE,
    Figure,
    Formula,
    at_least,
    both,
    chosen,
    either,
    figure,
    floor,
    is_false,
    is_true,
    larger,
    lesser,
    negated,
)


class Cannot(Exception):
    """Something that is not written for the solver; the text says what."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A condition: whether it must hold, and whether it may."""

    must: Formula
    may: Formula


@dataclass(frozen=True, slots=True)
class End:
    """An end of a range; where it is open its value says nothing."""

    value: Figure
    open: Formula = FALSE


OPEN = End(figure(0), TRUE)


@dataclass(frozen=True, slots=True)
class Ordered:
    """All numbers, or days, from one end to the other."""

    low: End
    high: End
    is_day: bool = False

    @property
    def exact(self) -> Figure | None:
        """The one value that it is for each partner; None where it may be a range."""
        one = self.low is self.high or (self.low.value.eq(self.high.value) and is_false(self.low.open))
        return self.low.value if one and is_false(self.high.open) else None


UNNAMED = "\0"
"""A word that is told and that no rule names."""


@dataclass(frozen=True, slots=True)
class Words:
    """Which words it may be, and whether it may be any word whatever."""

    options: tuple[tuple[str, Formula], ...]
    other: Formula = FALSE

    def may(self, word: str) -> Formula:
        """Whether it may be a word."""
        return either(dict(self.options).get(word, FALSE), self.other)


@dataclass(frozen=True, slots=True)
class Length:
    """A duration that is known."""

    duration: c.Duration


Term: TypeAlias = Flag | Ordered | Words | Length


def point(value: Figure, *, is_day: bool = False) -> Ordered:
    """One value."""
    end = End(value)
    return Ordered(end, end, is_day)


def day(value: date) -> Ordered:
    """One day."""
    return point(figure(value.toordinal()), is_day=True)


def _flag(value: Term) -> Flag:
    if not isinstance(value, Flag):
        raise Cannot("no condition")
    return value


def _ordered(value: Term) -> Ordered:
    if not isinstance(value, Ordered):
        raise Cannot("no number or day")
    return value


class Terms:
    """The operations of ``dsl.core.algebra`` over terms, each held against Ranges by a law."""

    def constant(self, value: Decimal | date | str | bool | c.Duration) -> Term:
        """Return one known value."""
        match value:
            case bool():
                return Flag(TRUE, TRUE) if value else Flag(FALSE, FALSE)
            case Decimal():
                return point(figure(value))
            case date():
                return day(value)
            case str():
                return Words(((value, TRUE),))
            case c.Duration():
                return Length(value)

    def unknown(self, type_: c.Type) -> Term:
        """Return a value of which nothing is known but its type."""
        match type_.kind:
            case "flag":
                return Flag(FALSE, TRUE)
            case "choice":
                return Words(tuple((word, TRUE) for word in type_.choices))
            case "text":
                return Words((), TRUE)
            case "duration":
                raise Cannot("an unknown duration")
            case _:
                return Ordered(OPEN, OPEN, type_.kind == "date")

    # conditions

    def all_of(self, parts: Sequence[Term]) -> Term:
        """Whether all conditions hold."""
        flags = [_flag(part) for part in parts]
        return Flag(both(*(one.must for one in flags)), both(*(one.may for one in flags)))

    def at_least(self, least: int, parts: Sequence[Term]) -> Term:
        """Whether at least so many conditions hold."""
        flags = [_flag(part) for part in parts]
        return Flag(_so_many(least, [one.must for one in flags]), _so_many(least, [one.may for one in flags]))

    def opposite(self, part: Term) -> Term:
        """Whether a condition does not hold."""
        flag = _flag(part)
        return Flag(negated(flag.may), negated(flag.must))

    def how_many(self, parts: Sequence[Term]) -> Term:
        """From how many must hold to how many may."""
        flags = [_flag(part) for part in parts]
        return Ordered(End(_counted([one.must for one in flags])), End(_counted([one.may for one in flags])))

    def compare(self, op: CompareOp, left: Term, right: Term) -> Term:
        """Whether every pair of values compares so."""
        if op == "!=":
            return self.opposite(self.compare("=", left, right))
        if op in ("<=", "<"):
            return self.compare(">=" if op == "<=" else ">", right, left)
        if isinstance(left, Flag) and isinstance(right, Flag):
            sure = both(*(either(one.must, negated(one.may)) for one in (left, right)))
            equal = either(both(left.must, right.must), both(negated(left.may), negated(right.may)))
            return Flag(both(sure, equal), either(negated(sure), equal))
        if isinstance(left, Words) and isinstance(right, Words):
            return _same(left, right)
        a, b = _ordered(left), _ordered(right)
        return _compared(op, a, b)

    # numbers

    def add(self, left: Term, right: Term) -> Term:
        """The sum."""
        a, b = _ordered(left), _ordered(right)
        low = _ends(lambda x, y: x + y, a.low, b.low)
        return Ordered(low, low if a.low is a.high and b.low is b.high else _ends(lambda x, y: x + y, a.high, b.high))

    def subtract(self, left: Term, right: Term) -> Term:
        """The difference."""
        return self.add(left, _turned(_ordered(right)))

    def multiply(self, left: Term, right: Term) -> Term:
        """The product, of which one side is known, or one of a few known figures."""
        a, b = _ordered(left), _ordered(right)
        one, other = (a, b) if b.exact is not None and cases_of(b.exact) is not None else (b, a)
        cases = cases_of(other.exact) if other.exact is not None else None
        if cases is None:
            raise Cannot("a product of two figures that the policies leave open")
        return _chosen([(test, _times(one, factor)) for test, factor in cases])

    def smallest(self, parts: Sequence[Term]) -> Term:
        """The smallest of at least one number."""
        return reduce(_lesser, map(_ordered, parts))

    def ranked(self, parts: Sequence[Term], position: int) -> Term:
        """The one at a position of the numbers in order, the largest being at 0."""
        return _in_order([_ordered(part) for part in parts])[position]

    def whole_units(self, value: Term, size: Term) -> Term:
        """How many whole units there are in a value; nothing below zero."""
        a, b = _ordered(value), _ordered(size)
        low = self._divided(a.low, b.high, b.low, lambda x, y: floor(x / figure(y)))
        high = self._divided(a.high, b.low, b.low, lambda x, y: floor(x / figure(y)))
        nothing = figure(0)
        return Ordered(
            End(chosen(low.open, nothing, larger(low.value, nothing))), End(larger(high.value, nothing), high.open)
        )

    def rounded(self, value: Term, to: c.RoundTo) -> Term:
        """Both ends rounded."""
        a = _ordered(value)
        low = End(_rounded(a.low.value, to), a.low.open)
        return Ordered(low, low if a.low is a.high else End(_rounded(a.high.value, to), a.high.open))

    def ratio(self, above: Term, below: Term, scale: Decimal, to: c.RoundTo, *, growth: bool) -> Term:
        """The quotient by a known figure, rounded in one go."""
        a, b = _ordered(above), _ordered(below)
        cases = cases_of(b.exact) if b.exact is not None else None
        if cases is None:
            raise Cannot("a quotient of two figures that the partner tells")
        return _chosen([(test, _quotient(a, by, Fraction(scale), to, growth=growth)) for test, by in cases])

    def share(self, value: Term, most: Term, target: Term, to: c.RoundTo) -> Term:
        """A share of the most points, of a known target."""
        v, m, t = _ordered(value), _ordered(most), _ordered(target)
        low = _share(v.low, m.low, t.high, t.low, to)
        high = _share(v.high, m.high, t.low, t.low, to)
        nothing_in_it = both(negated(v.high.open), at_least(figure(0), v.high.value), _above_zero(t.low))
        open_high = both(high.open, negated(nothing_in_it))
        most_high = End(chosen(nothing_in_it, figure(0), m.high.value), both(m.high.open, negated(nothing_in_it)))
        return Ordered(
            End(chosen(low.open, figure(0), low.value)),
            End(
                chosen(open_high, most_high.value, chosen(high.open, figure(0), high.value)),
                both(open_high, most_high.open),
            ),
        )

    # dates

    def shift(self, day: Term, by: c.Duration, *, back: bool) -> Term:
        """Both ends moved: days that are known by anything, others by a number of days."""
        value = _ordered(day)
        days = -by.days if back else by.days
        return _each(
            value, lambda one: calendar.add(one, by, back=back), None if by.months else lambda one: _days_on(one, days)
        )

    def edge(self, day: Term, which: Literal["start", "end"], months: int = 1) -> Term:
        """Both ends of a known day at the edge of their month, quarter or year."""
        return _each(_ordered(day), lambda one: calendar.edge(one, which, months))

    # choices

    def first(self, branches: Sequence[tuple[Later[Term] | None, Later[Term]]]) -> Term:
        """What any branch gives that can still be the first."""
        here: Formula = TRUE
        found: list[tuple[Formula, Term]] = []
        for when, value in branches:
            test = _flag(when()) if when is not None else Flag(TRUE, TRUE)
            possible = both(here, test.may)
            if not is_false(possible):
                found.append((possible, value()))
            here = both(here, negated(test.must))
        return self._by_cases(found)

    def row(self, key: Term, rows: Sequence[c.TableRow], value: Callable[[c.TableRow], Term], type_: c.Type) -> Term:
        """What any row gives that the key can still mean; rows for other keys leave the one for any out."""
        if not isinstance(key, Words):
            raise Cannot("a key that is no word")
        words = {row.key for row in rows}
        others = either(key.other, *(may for word, may in key.options if word not in words))
        found = [(others if row.key is None else key.may(row.key), row) for row in rows]
        told = [(possible, value(row)) for possible, row in found if not is_false(possible)]
        if None not in words and not is_false(others):
            told.append((others, self.unknown(type_)))
        return self._by_cases(told) if told else self.unknown(type_)

    def of_ranked(self, values: Sequence[Term], conditions: Sequence[Term], position: int) -> Term:
        """What all say that can have the rank; of values that are surely equal, whether one says yes."""
        parts, flags = [_ordered(value) for value in values], [_flag(one) for one in conditions]
        there = _in_order(parts)[position]
        can = [_flag(_may_meet(part, there)).may for part in parts]
        exact = [both(negated(x.low.open), negated(x.high.open), x.low.value == x.high.value) for x in parts]
        equal = both(*(either(negated(one), sure) for one, sure in zip(can, exact, strict=True)))
        some = either(*(both(one, flag.must) for one, flag in zip(can, flags, strict=True)))
        every = both(*(either(negated(one), flag.must) for one, flag in zip(can, flags, strict=True)))
        may = either(*(both(one, flag.may) for one, flag in zip(can, flags, strict=True)))
        return Flag(chosen(equal, some, every), may)

    # ---- parts

    def _by_cases(self, cases: Sequence[tuple[Formula, Term]]) -> Term:
        """Return what any of the cases gives that is possible: at least one is."""
        first = cases[0][1]
        if len(cases) == 1:
            return first
        if isinstance(first, Flag):
            told = [(test, _flag(value)) for test, value in cases]
            must = both(*(either(negated(test), value.must) for test, value in told))
            return Flag(must, either(*(both(test, value.may) for test, value in told)))
        if isinstance(first, Words):
            words = [(test, value) for test, value in cases if isinstance(value, Words)]
            names = dict.fromkeys(name for _, value in words for name, _ in value.options)
            options = tuple(
                (name, either(*(both(test, dict(value.options).get(name, FALSE)) for test, value in words)))
                for name in names
            )
            return Words(options, either(*(both(test, value.other) for test, value in words)))
        if isinstance(first, Length):
            raise Cannot("a duration that depends on the partner")
        ordered = [(test, _ordered(value)) for test, value in cases]
        if _are_apart([test for test, _ in ordered]):
            return _chosen(ordered)
        low = _hull([(test, value.low) for test, value in ordered], lesser)
        return Ordered(low, _hull([(test, value.high) for test, value in ordered], larger), first.is_day)

    def _divided(self, value: End, by: End, least: End, divide: Callable[[Figure, Fraction], Figure]) -> End:
        """Return an end divided by a known one; open where one is open, or the least divisor is not above zero."""
        is_open = either(value.open, by.open, negated(_above_zero(least)))
        if is_true(is_open):
            return OPEN
        cases = cases_of(by.value)
        if cases is None:
            raise Cannot("a quotient of two figures that the partner tells")
        told = [(test, divide(value.value, size)) for test, size in cases if size > 0]
        return End(_nested(told), is_open) if told else OPEN


def _chosen(cases: Sequence[tuple[Formula, Ordered]]) -> Ordered:
    """Return what the one case gives that is possible: known figures stay seen as what they are, case by case."""

    def end(ends: Sequence[tuple[Formula, End]]) -> End:
        value = _nested([(test, one.value) for test, one in ends])
        return End(value, either(*(both(test, one.open) for test, one in ends)))

    low = end([(test, one.low) for test, one in cases])
    points = all(one.low is one.high for _, one in cases)
    return Ordered(low, low if points else end([(test, one.high) for test, one in cases]), cases[0][1].is_day)


_APART: Remembered[tuple[int, ...], tuple[Sequence[Formula], bool]] = Remembered()
"""Which cases exclude each other, with the cases: both sides of a change have mostly the same."""


def _are_apart(tests: Sequence[Formula]) -> bool:
    """Whether two of the cases are never possible at once: cheaply, where the solver can see it."""
    at = tuple(test.ast.value for test in tests)
    found = _APART.get(at)
    return (found or _APART.keep(at, (tests, _see_apart(tests))))[1]


def _see_apart(tests: Sequence[Formula]) -> bool:
    solver = z3.SimpleSolver()
    solver.set("timeout", 1000)
    pairs = [z3.And(one, other) for index, one in enumerate(tests) for other in tests[index + 1 :]]
    solver.add(z3.Or(pairs))
    return bool(solver.check() == z3.unsat)


def _nested(cases: Sequence[tuple[Formula, Figure]]) -> Figure:
    *before, (_, last) = cases
    return reduce(lambda found, case: chosen(case[0], case[1], found), reversed(before), last)


def _counted(formulas: Sequence[Formula]) -> Figure:
    total: Figure = figure(sum(is_true(one) for one in formulas))
    for one in formulas:
        if not is_true(one) and not is_false(one):
            total = total + z3.If(one, figure(1), figure(0))
    return total


def _so_many(least: int, formulas: Sequence[Formula]) -> Formula:
    if least <= 0:
        return TRUE
    if least == 1:
        return either(*formulas) if formulas else FALSE
    if least == len(formulas):
        return both(*formulas)
    return at_least(_counted(formulas), figure(least))


def _compared(op: str, a: Ordered, b: Ordered) -> Flag:
    def above(one: End, other: End, strictly: bool) -> Formula:
        return negated(at_least(other.value, one.value)) if strictly else at_least(one.value, other.value)

    if op in (">=", ">"):
        strictly = op == ">"
        must = both(negated(a.low.open), negated(b.high.open), above(a.low, b.high, strictly))
        if a.low is a.high and b.low is b.high:
            return Flag(
                must,
                must if is_false(a.low.open) and is_false(b.low.open) else either(a.low.open, b.low.open, must),
            )
        return Flag(must, either(a.high.open, b.low.open, above(a.high, b.low, strictly)))
    closed = both(*(negated(end.open) for end in (a.low, a.high, b.low, b.high)))
    pairs = ((a.low, a.high), (a.high, b.low), (b.low, b.high))
    must = both(closed, *(both(at_least(x.value, y.value), at_least(y.value, x.value)) for x, y in pairs if x is not y))
    below = both(negated(a.high.open), negated(b.low.open), above(b.low, a.high, True))
    over = both(negated(a.low.open), negated(b.high.open), above(a.low, b.high, True))
    return Flag(must, negated(either(below, over)))


def _may_meet(a: Ordered, b: Ordered) -> Flag:
    """Whether two ranges may have a value in common."""
    return _compared("=", a, b)


def _same(left: Words, right: Words) -> Flag:
    names = dict.fromkeys(name for one in (left, right) for name, _ in one.options)
    left_can, right_can = (dict(one.options).keys() for one in (left, right))
    if UNNAMED in left_can & right_can:
        raise Cannot("two texts that the partner tells")
    meet = either(*(both(left.may(name), right.may(name)) for name in names), left.other, right.other)
    # Only what both may be can be the same for sure: of many words that is one.
    sure = either(
        *(both(_is_only(left, name), _is_only(right, name)) for name in names if name in left_can & right_can)
    )
    return Flag(sure, meet)


def _is_only(words: Words, name: str) -> Formula:
    others = (negated(may) for word, may in words.options if word != name)
    return both(dict(words.options).get(name, FALSE), negated(words.other), *others)


def _ends(make: Callable[[Figure, Figure], Figure], one: End, other: End) -> End:
    is_open = either(one.open, other.open)
    return OPEN if is_true(is_open) else End(make(one.value, other.value), is_open)


def _turned(value: Ordered) -> Ordered:
    if value.low is value.high:
        end = End(-value.low.value, value.low.open)
        return Ordered(end, end)
    return Ordered(End(-value.high.value, value.high.open), End(-value.low.value, value.low.open))


def _times(value: Ordered, factor: Fraction) -> Ordered:
    if factor == 0:
        return point(figure(0))
    by = figure(factor)
    if value.low is value.high:
        end = End(value.low.value * by, value.low.open)
        return Ordered(end, end)
    ends = [End(end.value * by, end.open) for end in (value.low, value.high)]
    low, high = ends if factor > 0 else reversed(ends)
    # With an open end only the case of factors that are not below zero stays sharp; anything else is unbounded.
    sharp = both(negated(value.low.open), at_least(value.low.value, figure(0))) if factor > 0 else FALSE
    unbounded = both(either(value.low.open, value.high.open), negated(sharp))
    return Ordered(End(low.value, either(low.open, unbounded)), End(high.value, either(high.open, unbounded)))


def _lesser(one: Ordered, other: Ordered) -> Ordered:
    low = _ends(lesser, one.low, other.low)
    if one.low is one.high and other.low is other.high and is_false(low.open):
        return Ordered(low, low, one.is_day)
    a, b = one.high, other.high
    high = End(chosen(a.open, b.value, chosen(b.open, a.value, lesser(a.value, b.value))), both(a.open, b.open))
    return Ordered(low, high, one.is_day)


def _larger(one: Ordered, other: Ordered) -> Ordered:
    turned = _lesser(_turned(one), _turned(other))
    return _turned(turned)


def _in_order(parts: Sequence[Ordered]) -> list[Ordered]:
    """Return the numbers in order, the largest first, end by end."""
    found = list(parts)
    for end in range(len(found) - 1, 0, -1):
        for index in range(end):
            one, other = found[index], found[index + 1]
            found[index], found[index + 1] = _larger(one, other), _lesser(one, other)
    return found


def _hull(cases: Sequence[tuple[Formula, End]], outer: Callable[[Figure, Figure], Figure]) -> End:
    """Return the outermost end of those that are possible."""
    here, found = cases[0]
    for possible, end in cases[1:]:
        value = chosen(negated(here), end.value, chosen(negated(possible), found.value, outer(found.value, end.value)))
        found = End(value, either(both(here, found.open), both(possible, end.open)))
        here = either(here, possible)
    return found


def _above_zero(end: End) -> Formula:
    return both(negated(end.open), negated(at_least(figure(0), end.value)))


def _rounded(value: Figure, to: c.RoundTo) -> Figure:
    step = figure(to.step)
    steps = value / step
    match to.mode:
        case "down":
            return floor(steps) * step
        case "up":
            return -floor(-steps) * step
        case _:
            half = figure(Fraction(1, 2))
            return chosen(at_least(value, figure(0)), floor(steps + half), -floor(-steps + half)) * step


def _quotient(above: Ordered, by: Fraction, scale: Fraction, to: c.RoundTo, *, growth: bool) -> Ordered:
    if by == 0 or (growth and by < 0):
        return Ordered(OPEN, OPEN)
    if by < 0:
        return _quotient(_turned(above), -by, scale, to, growth=growth)

    def quotient(end: End) -> End:
        value = end.value - figure(by) if growth else end.value
        return End(_rounded(value * figure(scale) / figure(by), to), end.open)

    low = quotient(above.low)
    return Ordered(low, low if above.low is above.high else quotient(above.high))


def _share(value: End, most: End, target: End, least: End, to: c.RoundTo) -> End:
    """Return ``value / target * most`` rounded, between nothing and the most; open where that is not known."""
    is_open = either(value.open, most.open, target.open, negated(_above_zero(least)))
    if is_true(is_open):
        return OPEN
    targets, mosts = cases_of(target.value), cases_of(most.value)
    if targets is None or mosts is None:
        raise Cannot("a share of a target that the partner tells")
    told: list[tuple[Formula, Figure]] = []
    for when, goal in targets:
        for where, all_ in mosts:
            if goal <= 0:
                continue
            part = lesser(_rounded(value.value * figure(all_ / goal), to), figure(all_))
            within = chosen(at_least(figure(0), value.value), figure(0), part)
            told.append((both(when, where), chosen(at_least(value.value, figure(goal)), figure(all_), within)))
    return End(_nested(told), is_open) if told else OPEN


def _each(value: Ordered, move: Callable[[date], date], move_any: Callable[[Figure], Figure] | None = None) -> Ordered:
    """Return both ends moved: ``move`` a day that is one of a few known ones, ``move_any`` any other, where there is such."""

    def moved(end: End) -> End:
        if is_true(end.open):
            return end
        cases = cases_of(end.value)
        if cases is None:
            if move_any is None:
                raise Cannot("a day that the partner tells, moved by months")
            return End(move_any(end.value), end.open)
        days = [(test, date.fromordinal(int(one))) for test, one in cases]
        told = [(test, one if one in (date.min, date.max) else move(one)) for test, one in days]
        return End(_nested([(test, figure(one.toordinal())) for test, one in told]), end.open)

    low = moved(value.low)
    return Ordered(low, low if value.low is value.high else moved(value.high), True)


def _days_on(day: Figure, days: int) -> Figure:
    """Return the day so many days on (before, below zero); the ends of the calendar stay, and nothing comes behind them."""
    first, last = figure(date.min.toordinal()), figure(date.max.toordinal())
    moved = lesser(larger(day + figure(days), first), last)
    return chosen(either(day == first, day == last), day, moved)
