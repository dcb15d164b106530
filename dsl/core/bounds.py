"""Between what a value lies, whatever a partner's facts are: the definitions, folded with nothing told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import assert_never

from dsl.core import nodes as n, ranges
from dsl.core.algebra import RANGES
from dsl.core.ops import definition_of, sourced
from dsl.core.ops.decided import Asked, WithRoles
from dsl.core.ops.parts import Role
from dsl.core.ranges import ZERO, Dates, Numbers, Range, Truth, everything, exactly, hull
from dsl.core.rules import Core
from dsl.core.types import ALWAYS, Days
from dsl.core.walk import children, own_days


@dataclass(frozen=True, slots=True)
class Bounded(WithRoles):
    """A node, all that it can be, and its parts."""

    node: n.Expr
    value: Range
    parts: tuple[Bounded, ...] = ()
    roles: tuple[Role, ...] = ()


class Bounding:
    """Folds nodes of one core; what was folded is remembered."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._found: dict[tuple[int, Days], Bounded] = {}
        self._dates: dict[int, frozenset[date]] = {}
        self._kept: list[n.Expr] = []
        """The nodes that are known by their identity: it is one object's only as long as that is there."""

    def of(self, node: n.Expr, days: Days) -> Range:
        """Return all that a node can be on some days, whatever is told.

        Args:
            node: what is decided.
            days: the days on which it is decided; not empty.
        """
        return hull(self.on(node, stretch).value for stretch in self._stretches(node, days))

    def on(self, node: n.Expr, stretch: Days) -> Bounded:
        """Return what a node can be on days between which nothing that stands in it changes."""
        key = (id(node), stretch)
        if key not in self._found:
            self._kept.append(node)
            self._found[key] = self._folded(node, stretch)
        return self._found[key]

    def _folded(self, node: n.Expr, stretch: Days) -> Bounded:
        definition = definition_of(type(node))
        if definition is None:
            return Bounded(node, self._untold(sourced(node), stretch))
        parts: Asked[Bounded, Range] = Asked(RANGES, lambda part: self.on(part, stretch))
        value: Range = definition(RANGES, node, parts, stretch.start or date.min)
        return Bounded(node, value, tuple(parts.parts), tuple(parts.roles))

    def _untold(self, node: n.Sourced, stretch: Days) -> Range:
        """Return what a node can be that is read, or decided elsewhere."""
        match node:
            case n.Literal(value=value, least=least):
                if value is None:
                    return everything(node.type) if least is None else Numbers(least, node.type.high)
                return exactly(value)
            case n.Today():
                return Dates(stretch.start, stretch.end - timedelta(days=1) if stretch.end is not None else None)
            case n.Named(supplied=False, name=name) if name in self.core.named:
                return self.of(self.core.named[name].value, stretch)
            case n.Field(formula=formula) if formula is not None:
                return self.of(formula, stretch)
            case n.Fact() | n.Named() | n.Field():
                return everything(node.type)
            case n.OfRecords():
                each = self.of(node.value, ALWAYS) if node.value is not None else Numbers()
                return all_figures(node, each)
            case n.People():
                return Numbers(ZERO, None)
            case n.DifferentPeople(lists=lists):
                return Numbers(ZERO, Decimal(len(lists)))
            case n.OnDate(value=value):
                return self.of(value, ALWAYS)
            case n.AsProjected(value=value):
                return self.of(value, stretch)
            case n.Sometime(condition=condition):
                # Of no day, or of days that are still to come, a window says nothing yet.
                return Truth.FALSE if self.of(condition, ALWAYS) is Truth.FALSE else Truth.UNKNOWN
            case (
                n.Holds() | n.Paid() | n.Lapsed() | n.InRenewal() | n.Qualifies() | n.InProgress() | n.Anniversary()
                | n.AskedThisYear()
            ):  # fmt: skip
                return everything(node.type)
            case _:
                assert_never(node)

    def _stretches(self, node: n.Expr, days: Days) -> Iterator[Days]:
        """Yield the days in pieces between which nothing that stands in the node begins or ends."""
        inner = sorted(day for day in self._dates_in(node) if day in days and day != days.start)
        starts, ends = [days.start, *inner], [*inner, days.end]
        yield from map(Days, starts, ends)

    def _dates_in(self, node: n.Expr) -> frozenset[date]:
        if id(node) not in self._dates:
            self._kept.append(node)
            found = {day for one in own_days(node) for day in (one.start, one.end) if day is not None}
            self._dates[id(node)] = frozenset(found).union(*map(self._dates_in, children(node)))
        return self._dates[id(node)]


def all_figures(node: n.OfRecords, each: Range) -> Range:
    """Return all that a figure over records, or groups of them, can be, of which each gives a value in a range."""
    if node.function == "count":
        return Numbers(ZERO, None)
    if not isinstance(each, Numbers):
        return everything(node.type)
    # A figure over nothing is 0, whatever the bounds of a value.
    low = None if each.low is None else min(each.low, ZERO)
    high = None if each.high is None else max(each.high, ZERO)
    match node.function:
        case "sum":
            return Numbers(None if low is None or low < 0 else ZERO, None if high is None or high > 0 else ZERO)
        case "average" if node.rounding is not None:
            return ranges.rounded(Numbers(low, high), node.rounding)
        case _:
            return Numbers(low, high)
