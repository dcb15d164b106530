"""By how much a figure is told as more, and which levels are high enough."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal

from dsl import core as c
from dsl.core import ranges
from evaluator.improve.aims import ONE, ZERO

MOST_OPTIONS = 400
"""Levels of one figure that are looked at for one requirement."""


def is_high_enough(rule: c.Rule, level: str | None) -> bool:
    """Whether a rule is of a level or a higher one; without a level, whether it has none or any will do."""
    if level is None or rule.level is None:
        return level is None or rule.level == level
    return rule.levels.index(rule.level) >= rule.levels.index(level)


def grain_of(type_: c.Type) -> Decimal:
    """Return the smallest amount by which a figure is told as more."""
    return {"count": ONE, "money": Decimal("0.01")}.get(type_.kind, Decimal("0.01"))


def up(value: Decimal, grain: Decimal) -> Decimal:
    """Return the least multiple of an amount that is not below a value."""
    return (value / grain).to_integral_value(ROUND_CEILING) * grain


def whole_marks(marks: Iterable[Decimal], now: Decimal) -> list[Decimal]:
    """Return the whole numbers by which marks above what there is are reached, smallest first."""
    return sorted({up(mark, ONE) for mark in marks if mark > now})


def marks_of_share(most: Decimal, target: Decimal, to: c.RoundTo, grain: Decimal) -> list[Decimal]:
    """Return the values from which on a share of the most points is a step higher, ``MOST_OPTIONS`` of them at most.

    Args:
        most: the points of the target.
        target: the value that earns them all.
        to: how points are rounded.
        grain: the smallest step of the value.
    """
    if grain == ONE and target <= MOST_OPTIONS:
        return [Decimal(many) for many in range(1, int(target.to_integral_value(ROUND_CEILING)) + 1)]
    step = to.step
    while most / step > MOST_OPTIONS:
        step *= 10
    back = {"down": ZERO, "half up": to.step / 2, "up": to.step}[to.mode]
    marks = []
    for many in range(1, int((most / step).to_integral_value(ROUND_CEILING)) + 1):
        wanted = min(step * many, most)
        mark = up(max((wanted - back) * target / most, ZERO), grain)
        marks.append(mark if ranges.share(mark, most, target, to) >= wanted else mark + grain)
    return marks
