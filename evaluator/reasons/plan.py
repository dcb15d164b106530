"""What of a decision's reasons stands before anything is told: it follows from the policies alone, and is planned once.

A reason is a plan and a record. The plan has its code, title, days, sources, readings and place; the record (``reasons``)
has what a partner's facts make of it. A plan hangs on its requirement and on what is around that: the days that all of it
is in force, and the sources where it names none of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dsl import core as c
from dsl.core.points import most_points
from dsl.source import Span

MOST_KEPT = 20_000
"""How many plans are kept in one surrounding; then they are made anew, so that nodes of the moment take no room."""
MOST_DAYS = 64
"""For how many days a plan keeps what it is out of."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What of a reason is the same for every partner."""

    code: str
    title: str
    days: c.Days
    """The days on which it and what is around it are in force."""
    cites: tuple[c.Citation, ...]
    origin: Span
    assumes: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    value: c.Expr | None = None
    """What is decided, of a requirement that may earn points."""
    at: str = field(init=False)
    """``file:line`` of where it is written."""
    valid: tuple[tuple[str, str], ...] = field(init=False)
    """The first day of it and the first one after it, as far as there are such."""
    _out_of: dict[date, Decimal | None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", f"{self.origin.source.name}:{self.origin.line}")
        ends = (("from", self.days.start), ("until", self.days.end))
        object.__setattr__(self, "valid", tuple((name, day.isoformat()) for name, day in ends if day is not None))
        object.__setattr__(self, "_out_of", {})

    def out_of(self, day: date) -> Decimal | None:
        """Return the most points that it can give on a day; None where that is not known, or it gives none."""
        if self.value is None:
            return None
        if day not in self._out_of:
            if len(self._out_of) >= MOST_DAYS:
                self._out_of.clear()
            self._out_of[day] = most_points(self.value, day)
        return self._out_of[day]


class Within:
    """What is around a requirement, and the plans of the requirements in it."""

    __slots__ = ("_elsewhere", "_kept", "_plans", "asks", "cites", "days")

    def __init__(self, plans: Plans, days: c.Days, cites: tuple[c.Citation, ...]) -> None:
        self.asks = plans.asks
        self.days = days
        self.cites = cites
        self._plans = plans
        self._elsewhere: Within | None = None if cites else self
        self._kept: dict[tuple[int, str], tuple[object, Plan, Within]] = {}

    @property
    def elsewhere(self) -> Within:
        """What is around the requirements of another rule or a named value: the sources here are not theirs."""
        if self._elsewhere is None:
            self._elsewhere = self._plans.within(self.days)
        return self._elsewhere

    def of(self, node: c.Requirement) -> tuple[Plan, Within]:
        """Return the plan of a requirement, and what is around the requirements in it."""
        return self._once(node, lambda: self._of_requirement(node))

    def of_branch(self, rule: str, branch: c.Branch) -> tuple[Plan, Within]:
        """Return the plan of a stage of a life cycle, by the rule's id, and what is around what its condition asks."""
        return self._once(branch, lambda: self._of_branch(rule, branch), rule)

    def _of_requirement(self, node: c.Requirement) -> Plan:
        days, cites = _both(node.days, self.days), node.basis.cites or self.cites
        return Plan(node.code, node.title, days, cites, node.origin, node.basis.assumes, node.was, node.value)

    def _of_branch(self, rule: str, branch: c.Branch) -> Plan:
        title = branch.name.replace("_", " ").capitalize()
        cites = branch.basis.cites or self.cites
        return Plan(f"{rule}.{branch.name}", title, self.days, cites, branch.origin, branch.basis.assumes)

    def _once(self, of: object, make: Callable[[], Plan], rule: str = "") -> tuple[Plan, Within]:
        key = (id(of), rule)  # the rules of one life cycle share its branches
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            plan = make()
            # With what it is of: an identity is one object's only as long as that is there.
            found = self._kept[key] = (of, plan, self._plans.within(plan.days, plan.cites))
        return found[1], found[2]


class Plans:
    """The plans of one core's reasons; threads share them."""

    def __init__(self, asks: Callable[[c.Expr], bool] = lambda _: True) -> None:
        """Take what tells whether a requirement may stand in a node or below it: none is looked for where none can be."""
        self.asks = asks
        self._within: dict[tuple[c.Days, tuple[c.Citation, ...]], Within] = {}
        self._out_of_force: dict[str, tuple[Plan, tuple[c.Days, ...]]] = {}

    def within(self, days: c.Days, cites: tuple[c.Citation, ...] = ()) -> Within:
        """Return what is around a requirement: one for all that have the same around them."""
        key = (days, cites)
        return self._within.get(key) or self._within.setdefault(key, Within(self, days, cites))

    def out_of_force(self, rule: c.Rule) -> tuple[Plan, tuple[c.Days, ...]]:
        """Return the plan of the reason that a rule is not in force, and the days on which it is."""
        found = self._out_of_force.get(rule.id)
        if found is None:
            spans = tuple(version.days for version in rule.versions)
            plan = Plan(f"{rule.id}.in_force", "In force", spans[0], rule.versions[0].basis.cites, rule.origin)
            found = self._out_of_force[rule.id] = (plan, spans)
        return found


def _both(a: c.Days, b: c.Days) -> c.Days:
    starts = [day for day in (a.start, b.start) if day is not None]
    ends = [day for day in (a.end, b.end) if day is not None]
    return c.Days(max(starts, default=None), min(ends, default=None), a.provisional or b.provisional)
