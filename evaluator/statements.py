"""Reasons that no requirement stands for: not in force, the days for a choice, a value, the condition of a stage."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from dsl import core as c
from dsl.core.ranges import NEVER, Dates, Range, Truth, all_of, any_of, compare, exactly, is_settled
from evaluator.explanation import Explanation
from evaluator.reasons import OUTCOMES, Context, Reason, plain, reasons_of


def not_in_force(rule: c.Rule, day: date) -> Reason:
    """Return the reason of a rule that is not in force on a day, with the days on which it is."""
    spans = [version.days for version in rule.versions]
    text = "; ".join(map(str, spans))
    node = c.Literal(value=False, type=c.FLAG, origin=rule.origin)
    return Reason(
        code=f"{rule.id}.in_force",
        title="In force",
        outcome="unmet",
        observed=Dates(day, day),
        required=text,
        short_by=None,
        unit=None,
        points=None,
        out_of=None,
        days=spans[0],
        cites=rule.versions[0].basis.cites,
        assumes=(),
        was=(),
        day=None,
        origin=node.origin,
        parts=(),
    )


def is_open(first: Range, last: Range, day: date) -> Truth:
    """Whether a day is among those for choosing: any day is, where no anniversary ever comes."""
    today, never = exactly(day), exactly(NEVER)
    return any_of((compare("=", first, never), all_of((compare("<=", first, today), compare("<=", today, last)))))


def window_reason(code: str, first: Range, last: Range, setting: c.SettingVersion, context: Context) -> Reason:
    """Return the reason that tells whether the day is among those for a choice."""
    today = exactly(context.day)
    inside = is_open(first, last, context.day)
    origin = setting.value[0].origin if isinstance(setting.value, tuple) else setting.value.origin
    return Reason(
        code=code,
        title="Days for the choice",
        outcome=OUTCOMES[inside],
        observed=today,
        required="any day: there is no anniversary"
        if first == exactly(NEVER)
        else f"from {plain(first)} through {plain(last)}",
        short_by=None,
        unit=None,
        points=None,
        out_of=None,
        days=setting.days,
        cites=setting.basis.cites or context.basis.cites,
        assumes=setting.basis.assumes,
        was=(),
        day=None,
        origin=origin,
        parts=(),
    )


def value_reason(code: str, title: str, found: Explanation, context: Context) -> tuple[Reason, ...]:
    """Return a reason that tells a value: an amount, a due date."""
    settled = is_settled(found.range)
    cites = next((basis.cites for basis in _bases(found, context.day) if basis.cites), context.basis.cites)
    return (
        Reason(
            code=code,
            title=title,
            outcome="met" if settled else "undetermined",
            observed=found.range,
            required=None,
            short_by=None,
            unit=found.node.type.unit,
            points=None,
            out_of=None,
            days=context.days,
            cites=cites,
            assumes=(),
            was=(),
            day=None,
            origin=found.node.origin,
            parts=reasons_of(found, context),
        ),
    )


def _bases(found: Explanation, day: date) -> Iterable[c.Basis]:
    """Yield what the values rest on that were taken: rows of other days can have the name of the one in force."""
    for part in found.walk():
        if isinstance(part.node, c.Chooses):
            on = part.day or day
            yield from (one.basis for one in part.node.alternatives() if one.name in part.chosen and on in one.days)


def condition_reason(code: str, title: str, test: Explanation, context: Context, branch: c.Branch) -> Reason:
    """Return the reason of a life cycle's stage: whether its condition holds."""
    node = c.Requirement(
        code=code, title=title, value=test.node, part="condition", basis=branch.basis, type=c.FLAG, origin=branch.origin
    )
    return reasons_of(Explanation(node, test.range, (test,), roles=("value",)), context)[0]
