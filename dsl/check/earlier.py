"""Whether a date is surely an earlier one than the day on which it is asked for."""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

from dsl import core as c

When: TypeAlias = Literal["before", "same", "any"]
"""Surely an earlier day, surely that day or an earlier one, or perhaps a later one."""

_ORDER: tuple[When, ...] = ("before", "same", "any")


def when(day: c.Expr, core: c.Core, start: date | None = None) -> When:
    """Return how a date lies to the day on which it is asked for.

    Args:
        day: the date.
        core: the figures and measures by which it may be told.
        start: the first day on which it is asked for, where one is known.
    """
    if isinstance(day, c.Today):
        return "same"
    if isinstance(day, c.Literal) and isinstance(day.value, date) and start is not None:
        return "before" if day.value < start else "same" if day.value == start else "any"
    if isinstance(day, c.Shift) and day.back:
        moved = when(day.date, core, start)
        return "before" if moved == "same" and (day.by.months > 0 or day.by.days > 0) else moved
    if isinstance(day, c.Edge) and day.edge == "start":
        return when(day.of, core, start)
    if isinstance(day, c.Named) and day.name in core.named:
        return when(core.named[day.name].value, core)  # who asks for a name may ask on any day
    if isinstance(day, c.Dated):
        each = (when(one.value, core, _later(start, one.days.start)) for one in day.versions)
        return max(each, key=_ORDER.index, default="any")
    return "any"


def _later(a: date | None, b: date | None) -> date | None:
    return max((day for day in (a, b) if day is not None), default=None)
