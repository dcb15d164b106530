"""Days on which what a window asks can turn for everybody, whatever a partner tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal

from dsl import core as c
from dsl.core import calendar
from dsl.core.moves import Mover
from dsl.core.ranges import NEVER
from dsl.core.walk import walk
from evaluator.columnar.terms import Cannot


def months(first: date, last: date) -> Iterator[date]:
    """Yield the first days of the months after a day through another."""
    day = calendar.month_start(first)
    while (day := calendar.add(day, c.Duration(months=1))) <= last:
        yield day


def of_lists(movers: Iterable[Mover]) -> Iterator[date]:
    """Yield the days on which a certification begins or ceases to count on a list: a list is written as on one day."""
    for mover in movers:
        for listing in mover.node.lists if isinstance(mover.node, c.OfPeople) else ():
            for entry in listing.entries:
                yield from (day for day in (entry.days.start, entry.days.end) if day is not None)


def of_order(node: c.Compare) -> set[date]:
    """Return the days on which the order of two dates can change, beside first days of months.

    Raises:
        Cannot: they depend on more.
    """
    sides = [_side(node.left), _side(node.right)]
    if "day" not in sides:
        return set()
    literals = [side for side in (node.left, node.right) if isinstance(side, c.Literal)]
    todays = [side for side in (node.left, node.right) if isinstance(side, c.Today)]
    if len(literals) != 1 or len(todays) != 1 or not isinstance(literals[0].value, date):
        raise Cannot("two dates that pass each other on some day of a window")
    day = literals[0].value
    return {day, day if day == NEVER else day + timedelta(days=1)}


def _side(node: c.Expr) -> Literal["fixed", "month", "day"]:
    """Return how a date moves with the day: not at all, from month to month, or every day."""
    kinds = {type(part) for part in walk(node)}
    if not kinds <= {c.Literal, c.Field, c.Today, c.Shift, c.Edge} or any(map(_is_formula, walk(node))):
        raise Cannot("a date that is made of others, in a window")
    if c.Today not in kinds:
        return "fixed"
    return "month" if c.Edge in kinds else "day"


def _is_formula(node: c.Expr) -> bool:
    return isinstance(node, c.Field) and node.formula is not None
