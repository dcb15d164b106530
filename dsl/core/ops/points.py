"""Points: what is earned, how it is put together, and when a score passes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypeVar

from dsl.core import nodes as n
from dsl.core.algebra import Algebra
from dsl.core.ops.parts import Parts, in_force

V = TypeVar("V")

ZERO, ONE = Decimal(0), Decimal(1)


def per_unit(a: Algebra[V], node: n.PerUnit, of: Parts[V], _: date) -> V:
    """Earn points for every whole unit of the metric, up to the cap."""
    value, points = of(node.value, "metric"), of(node.points, "points")
    unit = of(node.unit, "unit") if node.unit is not None else a.constant(ONE)
    earned = a.multiply(a.whole_units(value, unit), points)
    return a.smallest((earned, of(node.cap, "cap"))) if node.cap is not None else earned


def prorate(a: Algebra[V], node: n.Prorate, of: Parts[V], _: date) -> V:
    """Earn the share of the most points that the metric is of its target."""
    value, most, target = of(node.value, "metric"), of(node.most, "most"), of(node.target, "target")
    return a.share(value, most, target, node.rounding)


def gate(a: Algebra[V], node: n.Gate, of: Parts[V], _: date) -> V:
    """Earn behind a condition: unmet, it gives no points; what it would give is decided all the same, to be shown."""
    condition, value = of(node.condition, "condition"), of(node.value, "value")
    return a.first([(lambda: condition, lambda: value), (None, lambda: a.constant(ZERO))])


def total(a: Algebra[V], node: n.Total, of: Parts[V], day: date) -> V:
    """Add up the parts, up to the cap."""
    result = a.constant(ZERO)
    for part in in_force(node.parts, day):
        result = a.add(result, of(part, "part"))
    return a.smallest((result, of(node.cap, "cap"))) if node.cap is not None else result


def ranked(a: Algebra[V], node: n.Ranked, of: Parts[V], day: date) -> V:
    """Take the part that has the rank; of none, nothing."""
    found = [of(part, "part") for part in in_force(node.parts, day)]
    return a.ranked(found, node.position(len(found))) if found else a.constant(ZERO)


def pass_score(a: Algebra[V], node: n.PassScore, of: Parts[V], day: date) -> V:
    """Reach the mark, with what is asked of every metric on the day."""
    reached = a.compare(">=", of(node.score, "value"), of(node.mark, "mark"))
    every = [of.metrics(node.score, one) for one in node.every if day in one.days]
    return a.all_of((reached, *every)) if every else reached
