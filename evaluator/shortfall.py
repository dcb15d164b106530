"""How far a condition is from being met: what a window that was missed is told by.

The measure only puts days in order; nothing is decided by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import assert_never

from dsl import core as c
from dsl.core.ranges import ZERO, Numbers, Range, Truth
from evaluator.explanation import Explanation

_WHOLE = Fraction(1)
_HALF = Fraction(1, 2)


def nearest(looked: Iterable[Explanation]) -> Explanation | None:
    """Return the day of a window on which least was missing; of several such days the first that is given."""
    known: dict[int, Fraction] = {}
    return min(looked, key=lambda found: _shortfall(found, known), default=None)


def _shortfall(found: Explanation, known: dict[int, Fraction]) -> Fraction:
    """Return how many conditions, and which share of one that counts something, are missing; what is shared is asked once."""
    if id(found) not in known:
        known[id(found)] = _missing(found, known)
    return known[id(found)]


def _missing(found: Explanation, known: dict[int, Fraction]) -> Fraction:
    if found.range is Truth.TRUE:
        return Fraction(0)
    unmet = _WHOLE if found.range is Truth.FALSE else _HALF
    match found.node:
        case c.AllOf():
            return sum((_shortfall(part, known) for part in found.parts), Fraction(0))
        case c.AnyOf(least=least):
            parts = sorted(_shortfall(part, known) for part in found.parts)
            return sum(parts[:least], Fraction(0)) if len(parts) >= least else unmet
        case c.Compare(op=">=" | ">"):
            return _share(found.the("value").range, found.the("mark").range, unmet)
        case c.PassScore():
            share = _share(found.the("value").range, found.the("mark").range, Fraction(0))
            return max(share + len(found.chosen), _HALF if unmet is _HALF else Fraction(0))
        case c.Requirement() | c.Named() | c.Qualifies() | c.OnDate() | c.AsProjected() if found.parts:
            value = found.one("value")
            return _shortfall(value, known) if value is not None else unmet
        case (
            c.Aggregate() | c.Anniversary() | c.Arithmetic() | c.AsProjected() | c.AskedThisYear() | c.Ranked() | c.Case()
            | c.Compare() | c.Dated() | c.DifferentPeople() | c.Edge() | c.Fact() | c.Field() | c.Gate() | c.Holds()
            | c.InProgress() | c.InRenewal() | c.Lapsed() | c.Literal() | c.Lookup() | c.Named() | c.Not() | c.NumberOf()
            | c.OnDate() | c.Paid() | c.People() | c.PerUnit() | c.Prorate() | c.Qualifies() | c.Ratio() | c.Requirement()
            | c.Rounded() | c.Shift() | c.Sometime() | c.Today() | c.Total()
        ):  # fmt: skip
            return unmet  # it is so or not: no part of it is done
        case _:
            assert_never(found.node)


def _share(have: Range, need: Range, unmet: Fraction) -> Fraction:
    """Return the share of a figure that is missing, at the least."""
    if not isinstance(have, Numbers) or not isinstance(need, Numbers) or have.high is None or need.low is None:
        return unmet
    if need.low <= 0 or have.high >= need.low:
        return unmet
    return _WHOLE - Fraction(max(have.high, ZERO)) / Fraction(need.low)
