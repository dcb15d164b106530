"""How far a condition is from being met: what a window that was missed is told by.

The measure only puts days in order; nothing is decided by it. It stands once, over whatever decided the condition and
reckons the measure: fractions over why a node has its range, or columns of a query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, assert_never

from dsl.core import nodes as n
from dsl.core.ops.decided import WithRoles

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
        case n.AllOf():
            return m.added([below(part) for part in found.parts])
        case n.AnyOf(least=least):
            parts = [below(part) for part in found.parts]
            return m.fewest(parts, least) if len(parts) >= least else m.whole(found)
        case n.Compare(op=">=" | ">"):
            return m.share(found.the("value"), found.the("mark"), m.whole(found))
        case n.PassScore():
            return m.of_score(found, m.share(found.the("value"), found.the("mark"), m.none()))
        case n.Requirement() | n.Named() | n.Qualifies() | n.OnDate() | n.AsProjected() if found.parts:
            value = found.one("value")
            return m.through(found, below(value)) if value is not None else m.whole(found)
        case (
            n.OfRecords() | n.Anniversary() | n.AsProjected() | n.AskedThisYear() | n.Ranked() | n.Case()
            | n.Compare() | n.Dated() | n.DifferentPeople() | n.Edge() | n.Fact() | n.Field() | n.Gate() | n.Holds()
            | n.InProgress() | n.InRenewal() | n.Lapsed() | n.Literal() | n.Lookup() | n.Named() | n.Not() | n.NumberOf()
            | n.OnDate() | n.Paid() | n.People() | n.PerUnit() | n.Prorate() | n.Qualifies() | n.Reckoned() | n.Requirement()
            | n.Shift() | n.Sometime() | n.Today() | n.Total()
        ):  # fmt: skip
            return m.whole(found)  # it is so or not: no part of it is done
        case _:
            assert_never(found.node)
