"""Reasons that no requirement stands for: not in force, the days for a choice, a value, the condition of a stage."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from dsl import core as c
from dsl.core.algebra import RANGES, Algebra, truth_of
from dsl.core.ranges import NEVER, Dates, Range, exactly, is_settled
from evaluator.explanation import Explanation
from evaluator.reasons.expander import OUTCOMES, Asked, Context, Outcome, Reason, groups_of, reasons_of
from evaluator.reasons.plan import Plan, Plans
from evaluator.reasons.sides import unit_of

V = TypeVar("V")


def not_in_force(rule: c.Rule, day: date, plans: Plans) -> Reason:
    """Return the reason of a rule that is not in force on a day, with the days on which it is."""
    plan, days = plans.out_of_force(rule)
    return Reason(plan, "unmet", Dates(day, day), Asked("in_force", days=days))


def is_open(a: Algebra[V], first: V, last: V, day: date) -> V:
    """Whether a day is among those for choosing: any day is, where no anniversary ever comes."""
    today, never = a.constant(day), a.constant(NEVER)
    inside = a.all_of((a.compare("<=", first, today), a.compare("<=", today, last)))
    return a.at_least(1, (a.compare("=", first, never), inside))


def window_reason(code: str, first: Range, last: Range, setting: c.SettingVersion, context: Context) -> Reason:
    """Return the reason that tells whether the day is among those for a choice."""
    inside = truth_of(is_open(RANGES, first, last, context.day))
    origin = setting.value[0].origin if isinstance(setting.value, tuple) else setting.value.origin
    cites = setting.basis.cites or context.within.cites
    plan = Plan(code, "Days for the choice", setting.days, cites, origin, setting.basis.assumes)
    required = Asked("any_day") if first == exactly(NEVER) else Asked("window", window=(first, last))
    return Reason(plan, OUTCOMES[inside], exactly(context.day), required)


def value_reason(code: str, title: str, found: Explanation, context: Context) -> tuple[Reason, ...]:
    """Return a reason that tells a value: an amount, a due date."""
    within = context.within
    cites = next((basis.cites for basis in _bases(found, context.day) if basis.cites), within.cites)
    plan = Plan(code, title, within.days, cites, found.node.origin)
    outcome: Outcome = "met" if is_settled(found.range) else "undetermined"
    return (
        Reason(
            plan,
            outcome,
            found.range,
            unit=unit_of(found.node.type),
            parts=reasons_of(found, context),
            groups=groups_of(found) if within.asks(found.node) else (),
        ),
    )


def _bases(found: Explanation, day: date) -> Iterable[c.Basis]:
    """Yield what the values rest on that were taken: rows of other days can have the name of the one in force."""
    for part in found.walk():
        if isinstance(part.node, c.Chooses):
            on = part.day or day
            yield from (one.basis for one in part.node.alternatives() if one.name in part.chosen and on in one.days)
