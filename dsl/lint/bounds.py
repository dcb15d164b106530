"""Between which figures a value lies, whatever a partner's facts are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from dsl import core as c
from dsl.lower.scope import overlap

ZERO = Decimal(0)
_MODES = {"down": ROUND_FLOOR, "up": ROUND_CEILING, "half up": ROUND_HALF_UP}


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


def bounds(node: c.Expr, days: c.Days, core: c.Core) -> Bounds:
    """Return the bounds of a number or date; open where nothing is known.

    Args:
        node: the value.
        days: the days on which it is decided, for what today is.
        core: where named values are.
    """

    def of(inner: c.Expr) -> Bounds:
        return bounds(inner, days, core)

    match node:
        case c.Literal(value=bool()):
            return ANY
        case c.Literal(value=Decimal() as figure):
            return Bounds(figure, figure)
        case c.Literal(value=None, least=Decimal() as least):
            return Bounds(least, None)
        case c.Literal(value=date() as day):
            return ANY if day == date.max else Bounds(*2 * (Decimal(day.toordinal()),))
        case c.Today():
            last = days.end - timedelta(days=1) if days.end is not None else None
            return Bounds(_ordinal(days.start), _ordinal(last))
        case c.Named(supplied=False, name=name) if name in core.named:
            return bounds(core.named[name].value, c.ALWAYS, core)
        case c.PerUnit(cap=cap):
            return Bounds(ZERO, of(cap).high if cap is not None else None)
        case c.Prorate(most=most):
            return Bounds(ZERO, of(most).high)
        case c.Total(parts=parts, cap=cap):
            total = Bounds(ZERO, ZERO)
            for part in parts:
                total = _sum(total, _perhaps_zero(part, of(part), days))
            return total if cap is None else Bounds(_least(total.low, of(cap).low), _min_high(total.high, of(cap).high))
        case c.Best(parts=parts):
            return _hull([_perhaps_zero(part, of(part), days) for part in parts])
        case c.Gate(value=value):
            return _hull([of(value), Bounds(ZERO, ZERO)])
        case c.Case(branches=branches):
            return _hull([of(branch.value) for branch in branches])
        case c.Dated(versions=versions):
            return _hull([of(version.value) for version in versions if overlap(version.days, days)])
        case c.Lookup(rows=rows):
            return _hull([of(row.cell) for row in rows if overlap(row.days, days)])
        case c.Aggregate(function="sum", value=value) if value is not None and _is_at_least_zero(of(value)):
            return Bounds(ZERO)
        case c.Aggregate(function="sum"):
            return ANY
        case c.Aggregate(function="count") | c.People():
            return Bounds(ZERO)
        case c.DifferentPeople(lists=lists):
            return Bounds(ZERO, Decimal(len(lists)))
        case c.NumberOf(parts=parts):
            return Bounds(ZERO, Decimal(len(parts)))
        case c.Arithmetic(op="+", left=left, right=right):
            return _sum(of(left), of(right))
        case c.Arithmetic(op="-", left=left, right=right):
            return _sum(of(left), _negative(of(right)))
        case c.Arithmetic(left=left, right=right):
            return _product(of(left), of(right))
        case c.Rounded(value=value, rounding=rounding):
            inner = of(value)
            return Bounds(_rounded(inner.low, rounding), _rounded(inner.high, rounding))
        case c.Requirement(value=value):
            return of(value)
        case c.OnDate(value=value) | c.AsProjected(value=value):
            return bounds(value, c.ALWAYS, core)
        case c.Fact() | c.Field() | c.Named():
            return Bounds(node.type.low, node.type.high)
        case _:
            return ANY


def _ordinal(day: date | None) -> Decimal | None:
    return Decimal(day.toordinal()) if day is not None else None


def _perhaps_zero(part: c.Expr, own: Bounds, days: c.Days) -> Bounds:
    """A part that is not always in force adds nothing on some days."""
    if isinstance(part, c.Requirement) and not covers(part.days, days):
        return _hull([own, Bounds(ZERO, ZERO)])
    return own


def covers(outer: c.Days, inner: c.Days) -> bool:
    """Whether all days of ``inner`` are in ``outer``."""
    starts = outer.start is None or (inner.start is not None and outer.start <= inner.start)
    ends = outer.end is None or (inner.end is not None and inner.end <= outer.end)
    return starts and ends


def _is_at_least_zero(found: Bounds) -> bool:
    return found.low is not None and found.low >= 0


def _least(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return None if a is None or b is None else min(a, b)


def _min_high(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return min((x for x in (a, b) if x is not None), default=None)


def _hull(found: list[Bounds]) -> Bounds:
    if not found:
        return ANY
    lows, highs = [one.low for one in found], [one.high for one in found]
    known_lows = [low for low in lows if low is not None]
    known_highs = [high for high in highs if high is not None]
    return Bounds(
        min(known_lows) if len(known_lows) == len(lows) else None,
        max(known_highs) if len(known_highs) == len(highs) else None,
    )


def _sum(a: Bounds, b: Bounds) -> Bounds:
    low = a.low + b.low if a.low is not None and b.low is not None else None
    high = a.high + b.high if a.high is not None and b.high is not None else None
    return Bounds(low, high)


def _negative(a: Bounds) -> Bounds:
    return Bounds(-a.high if a.high is not None else None, -a.low if a.low is not None else None)


def _product(a: Bounds, b: Bounds) -> Bounds:
    if a.low is not None and a.high is not None and b.low is not None and b.high is not None:
        corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
        return Bounds(min(corners), max(corners))
    if _is_at_least_zero(a) and _is_at_least_zero(b):
        return Bounds((a.low or ZERO) * (b.low or ZERO))
    return ANY


def _rounded(value: Decimal | None, rounding: c.RoundTo) -> Decimal | None:
    if value is None:
        return None
    return (value / rounding.step).to_integral_value(_MODES[rounding.mode]) * rounding.step
