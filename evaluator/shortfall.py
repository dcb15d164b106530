"""How far a condition is from being met: what a window that was missed is told by.

The measure only puts days in order; nothing is decided by it. It stands once, over whatever decided the condition and
reckons the measure: fractions over why a node has its range, or columns of a query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Protocol, TypeVar, assert_never

from dsl import core as c
from dsl.core.ops.decided import WithRoles
from dsl.core.ranges import ZERO, Numbers, Truth
from evaluator.explanation import Explanation

D = TypeVar("D", bound=WithRoles)
D_contra = TypeVar("D_contra", bound=WithRoles, contravariant=True)
M = TypeVar("M")


class Measure(Protocol[D_contra, M]):
    """How what is missing is reckoned."""

    def is_met(self, found: D_contra) -> bool:
        """Whether a condition surely holds: nothing is missing then, and it is not looked into."""

    def none(self) -> M:
        """Nothing."""

    def whole(self, found: D_contra) -> M:
        """One, of a condition that does not hold; a half where that is open."""

    def added(self, parts: Sequence[M]) -> M:
        """The sum."""

    def fewest(self, parts: Sequence[M], number: int) -> M:
        """The sum of so many of the smallest; there are as many."""

    def share(self, have: D_contra, need: D_contra, otherwise: M) -> M:
        """The share of a figure that is missing at the least; where that is not known, or none is, something else."""

    def of_score(self, found: D_contra, share: M) -> M:
        """What is missing of a score, with the metrics that keep it from passing: a half at the least where it is open."""

    def through(self, found: D_contra, of_part: M) -> M:
        """What is missing of a part that a node stands for, as far as it does: else of the node itself."""

    def unless_met(self, found: D_contra, missing: M) -> M:
        """What is missing, nothing where the condition holds."""


def missing(m: Measure[D, M], found: D, below: Callable[[D], M]) -> M:
    """Return how many conditions, and which share of one that counts something, are missing.

    Args:
        m: reckons.
        found: the condition as it was decided.
        below: returns what is missing of a part.
    """
    if m.is_met(found):
        return m.none()
    return m.unless_met(found, _missing(m, found, below))


def _missing(m: Measure[D, M], found: D, below: Callable[[D], M]) -> M:
    match found.node:
        case c.AllOf():
            return m.added([below(part) for part in found.parts])
        case c.AnyOf(least=least):
            parts = [below(part) for part in found.parts]
            return m.fewest(parts, least) if len(parts) >= least else m.whole(found)
        case c.Compare(op=">=" | ">"):
            return m.share(found.the("value"), found.the("mark"), m.whole(found))
        case c.PassScore():
            return m.of_score(found, m.share(found.the("value"), found.the("mark"), m.none()))
        case c.Requirement() | c.Named() | c.Qualifies() | c.OnDate() | c.AsProjected() if found.parts:
            value = found.one("value")
            return m.through(found, below(value)) if value is not None else m.whole(found)
        case (
            c.Aggregate() | c.Anniversary() | c.AsProjected() | c.AskedThisYear() | c.Ranked() | c.Case()
            | c.Compare() | c.Dated() | c.DifferentPeople() | c.Edge() | c.Fact() | c.Field() | c.Gate() | c.Holds()
            | c.InProgress() | c.InRenewal() | c.Lapsed() | c.Literal() | c.Lookup() | c.Named() | c.Not() | c.NumberOf()
            | c.OnDate() | c.Paid() | c.People() | c.PerUnit() | c.Prorate() | c.Qualifies() | c.Reckoned()
            | c.Requirement() | c.Shift() | c.Sometime() | c.Today() | c.Total()
        ):  # fmt: skip
            return m.whole(found)  # it is so or not: no part of it is done
        case _:
            assert_never(found.node)


def nearest(looked: Iterable[Explanation]) -> Explanation | None:
    """Return the day of a window on which least was missing; of several such days the first that is given."""
    known: dict[int, Fraction] = {}

    def of(found: Explanation) -> Fraction:
        """What is shared is asked once."""
        if id(found) not in known:
            known[id(found)] = missing(_FRACTIONS, found, of)
        return known[id(found)]

    return min(looked, key=of, default=None)


class _Fractions:
    """Reckons in fractions, over what was decided."""

    def is_met(self, found: Explanation) -> bool:
        return found.range is Truth.TRUE

    def none(self) -> Fraction:
        return Fraction(0)

    def whole(self, found: Explanation) -> Fraction:
        return _WHOLE if found.range is Truth.FALSE else _HALF

    def added(self, parts: Sequence[Fraction]) -> Fraction:
        return sum(parts, Fraction(0))

    def fewest(self, parts: Sequence[Fraction], number: int) -> Fraction:
        return sum(sorted(parts)[:number], Fraction(0))

    def share(self, have: Explanation, need: Explanation, otherwise: Fraction) -> Fraction:
        some, all_of = have.range, need.range
        if not isinstance(some, Numbers) or not isinstance(all_of, Numbers) or some.high is None or all_of.low is None:
            return otherwise
        if all_of.low <= 0 or some.high >= all_of.low:
            return otherwise
        return _WHOLE - Fraction(max(some.high, ZERO)) / Fraction(all_of.low)

    def of_score(self, found: Explanation, share: Fraction) -> Fraction:
        return max(share + len(found.chosen), Fraction(0) if found.range is Truth.FALSE else _HALF)

    def through(self, _: Explanation, of_part: Fraction) -> Fraction:
        return of_part

    def unless_met(self, _: Explanation, missing: Fraction) -> Fraction:
        return missing


_WHOLE = Fraction(1)
_HALF = Fraction(1, 2)
_FRACTIONS = _Fractions()
