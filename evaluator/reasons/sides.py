"""What a requirement holds against each other: what was observed, what is required, and what earns points.

It stands here once, over any algebra: of what was decided these are ranges, of what is compiled the lines that hold them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, Literal, NamedTuple, Protocol, Self, TypeVar, assert_never

from dsl import core as c
from dsl.core.algebra import Algebra
from dsl.core.ops.parts import Role
from dsl.core.ranges import Range

V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)


class Decided(Protocol[V_co]):
    """A node with its value and its parts by their roles."""

    @property
    def node(self) -> c.Expr:
        """What was decided."""

    @property
    def value(self) -> V_co:
        """What came out."""

    @property
    def parts(self) -> tuple[Self, ...]:
        """Its parts."""

    def of(self, *roles: Role) -> tuple[Self, ...]:
        """The parts of a role, or one of several."""

    def one(self, role: Role) -> Self | None:
        """The part of a role; None where there is none."""

    def the(self, role: Role) -> Self:
        """The part of a role that it has."""


D = TypeVar("D", bound=Decided[object])


@dataclass(frozen=True, slots=True)
class Award:
    """What is required where that is an award, or what earns one."""

    kind: Literal["holds", "qualifies"]
    name: str


class Sides(NamedTuple, Generic[V]):
    """The sides of a condition."""

    observed: V
    required: V | Award | Literal["not"] | None = None
    """None: nothing was decided yet that could be required."""
    op: str = ""
    """The operator before what is required, where that is neither the least nor the only value."""
    is_counted: bool = False
    """Whether it can be told how much is missing."""
    unit: str | None = None
    day: date | None = None
    """The day that a window is told by."""
    since: date | None = None
    window: tuple[Range, Range] | None = None
    """First and last of the days on one of which it is enough."""


def sides(a: Algebra[V], decided: D, below: Callable[[D], Sides[V]]) -> Sides[V]:
    """Return the sides of a condition.

    Args:
        a: the algebra.
        decided: the condition.
        below: the same of a part of it, and of what is told by another day: ``OnDate``, ``AsProjected``, ``Sometime``.
    """
    node = decided.node
    value: V = decided.value  # type: ignore[assignment]
    match node:
        case c.Compare(op=op):
            left, right = decided.the("value"), decided.the("mark")
            # Beside `>` no amount is told: what reaches the figure is not enough, and there is no least amount above it.
            counted = op == ">=" and left.node.type.is_numeric and right.node.type.is_numeric
            bound = "" if op in (">=", "=") else op
            return Sides(left.value, right.value, bound, counted, unit_of(node.left.type))  # type: ignore[arg-type]
        case c.PassScore():
            points, mark = decided.the("value"), decided.the("mark")
            return Sides(points.value, mark.value, "", True, "points")  # type: ignore[arg-type]
        case c.AnyOf(least=least):
            return Sides(_how_many(a, decided), a.constant(Decimal(least)), unit="of these")
        case c.AllOf():
            own = [part for part in decided.parts if not isinstance(part.node, c.Requirement)]
            if len(own) == 1 < len(decided.parts):
                # A condition with gates before it: the gates are told as parts.
                return below(own[0])
            return Sides(_how_many(a, decided), a.constant(Decimal(len(decided.parts))), unit="of these")
        case c.Holds(award=award):
            return Sides(value, Award("holds", award))
        case c.Qualifies(rule=rule):
            return Sides(value, Award("qualifies", rule))
        case c.Not():
            return Sides(decided.the("part").value, "not")  # type: ignore[arg-type]
        case c.OnDate() | c.AsProjected() | c.Sometime():
            return below(decided)
        case (
            c.OfRecords() | c.Anniversary() | c.AskedThisYear() | c.Ranked() | c.Case() | c.Dated()
            | c.DifferentPeople() | c.Edge() | c.Fact() | c.Field() | c.Gate() | c.InProgress() | c.InRenewal()
            | c.Lapsed() | c.Literal() | c.Lookup() | c.Named() | c.NumberOf() | c.Paid() | c.People() | c.PerUnit()
            | c.Prorate() | c.Reckoned() | c.Requirement() | c.Shift() | c.Today() | c.Total()
        ):  # fmt: skip
            return Sides(value, a.constant(True))
        case _:
            assert_never(node)


def _how_many(a: Algebra[V], decided: D) -> V:
    return a.how_many([part.value for part in decided.parts])  # type: ignore[misc]


def metric_of(decided: D) -> D | None:
    """Return the metric that earns points: through gates and caps down to what is counted."""
    metric = decided.one("metric")
    if metric is None and isinstance(decided.node, c.Gate):
        return metric_of(decided.the("value"))
    if metric is None and isinstance(decided.node, c.Case):
        first = decided.one("condition")
        return first.the("value") if first is not None and isinstance(first.node, c.Compare) else first
    return metric


class PerUnit(NamedTuple, Generic[V]):
    """What earns all points is reckoned from the points of a unit, the most points, and the size of a unit."""

    points: V
    most: V
    size: V | None
    """None: one."""


def needed_for_all(decided: D) -> V | PerUnit[V] | None:
    """Return the observation that earns all points, where one figure says it, or what it is reckoned from."""
    if isinstance(decided.node, c.Gate):
        return needed_for_all(decided.the("value"))
    target, points, most = decided.one("target"), decided.one("points"), decided.one("cap")
    if target is not None:
        return target.value  # type: ignore[return-value]
    if points is None or most is None:
        return None
    unit = decided.one("unit")
    return PerUnit(points.value, most.value, unit.value if unit is not None else None)  # type: ignore[arg-type]


def unit_of(type_: c.Type) -> str | None:
    """Return the unit that stands behind a figure of the type."""
    match type_.kind:
        case "percent":
            return "%"
        case "points":
            return "points"
        case _:
            return type_.unit
