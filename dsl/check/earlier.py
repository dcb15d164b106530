"""Whether a date is surely an earlier one than the day on which it is asked for."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from dsl import core as c


def is_past(day: c.Expr, core: c.Core, start: date | None = None) -> bool:
    """Whether a date is surely none after the day on which it is asked for.

    Args:
        day: the date.
        core: the figures and measures by which it may be told.
        start: the first day on which it is asked for, where one is known.
    """
    if isinstance(day, c.Literal):
        return start is not None and isinstance(day.value, date) and day.value <= start
    if isinstance(day, c.Shift):
        return day.back and is_past(day.date, core, start)
    if isinstance(day, c.Edge):
        return day.edge == "start" and is_past(day.of, core, start)
    if isinstance(day, c.Named | c.Dated):
        return _each(day, core, start, is_past)
    return isinstance(day, c.Today)


def is_before(day: c.Expr, core: c.Core, start: date | None = None) -> bool:
    """Whether a date is surely before the day on which it is asked for, likewise."""
    if isinstance(day, c.Literal):
        return start is not None and isinstance(day.value, date) and day.value < start
    if isinstance(day, c.Shift):
        moves = day.by.months > 0 or day.by.days > 0
        return day.back and (is_before(day.date, core, start) or (moves and is_past(day.date, core, start)))
    if isinstance(day, c.Edge):
        return day.edge == "start" and is_before(day.of, core, start)
    return isinstance(day, c.Named | c.Dated) and _each(day, core, start, is_before)


class _Says(Protocol):
    def __call__(self, day: c.Expr, core: c.Core, start: date | None = None) -> bool:
        """Say it of a date."""


def _each(day: c.Named | c.Dated, core: c.Core, start: date | None, says: _Says) -> bool:
    """Whether it is so of the value that a name has on any day."""
    if isinstance(day, c.Named):
        # Who asks for a name may ask on any day.
        return day.name in core.named and says(core.named[day.name].value, core)
    return all(says(one.value, core, _later(start, one.days.start)) for one in day.versions)


def _later(a: date | None, b: date | None) -> date | None:
    return max((day for day in (a, b) if day is not None), default=None)
