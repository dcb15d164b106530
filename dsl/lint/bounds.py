"""Between which figures a value lies, whatever a partner's facts are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dsl import core as c
from dsl.core.bounds import Bounding
from dsl.core.ranges import Dates, Numbers, Span, Truth, Words


@dataclass(frozen=True, slots=True)
class Bounds:
    """From ``low`` through ``high``; None is open. Days are counted from a first one."""

    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no figure lies between."""
        return self.low is not None and self.high is not None and self.low > self.high

    @property
    def exact(self) -> Decimal | None:
        """The only figure between, if there is but one."""
        return self.low if self.low == self.high else None

    def within(self, other: Bounds) -> Bounds:
        """Return what lies in both."""
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        return Bounds(max(lows, default=None), min(highs, default=None))


ANY = Bounds()


def bounds(node: c.Expr, days: c.Days, bounding: Bounding) -> Bounds:
    """Return the bounds of a number or date as a figure; open where nothing is known.

    Args:
        node: the value.
        days: the days on which it is decided.
        bounding: what folds the nodes of these policies.
    """
    found = bounding.of(node, days)
    match found:
        case Numbers(low=low, high=high):
            return Bounds(low, high)
        case Dates(low=first, high=last):
            return Bounds(_ordinal(first), _ordinal(last))
        case Truth() | Words() | Span():
            return ANY


def _ordinal(day: date | None) -> Decimal | None:
    return Decimal(day.toordinal()) if day is not None and day != date.max else None


def covers(outer: c.Days, inner: c.Days) -> bool:
    """Whether all days of ``inner`` are in ``outer``."""
    starts = outer.start is None or (inner.start is not None and outer.start <= inner.start)
    ends = outer.end is None or (inner.end is not None and inner.end <= outer.end)
    return starts and ends
