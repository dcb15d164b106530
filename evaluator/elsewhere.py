"""Why a node has its range that stands for what is decided elsewhere: in a rule, under a name, on another day.

Who decides the rest hands it in, interpreted or compiled: here is what is told of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from dsl import core as c
from dsl.core import ranges
from dsl.core.algebra import dates_of
from dsl.core.ops.parts import Role
from dsl.core.ranges import Numbers, Range, Truth, everything, exactly
from evaluator.deciding import unsettled_below
from evaluator.explanation import Explanation, Gap
from evaluator.shortfall import nearest


def figure(node: c.Literal) -> Explanation:
    """Return a figure of the policies; one that is not known nobody can tell."""
    if node.value is not None:
        return Explanation(node, exactly(node.value))
    gap = Gap("figure", node.origin.place, "The programme's figure is not known", node.type, code="not_known")
    known = everything(node.type) if node.least is None else Numbers(node.least, node.type.high)
    return Explanation(node, known, gaps=(gap,))


def without_requirement(rule: c.Rule, version: c.RuleVersion | None) -> Explanation:
    """Return what a rule asks on a day on which it is out of force, or asks nothing."""
    never = c.Literal(value=version is not None, type=c.FLAG, origin=rule.origin)
    return Explanation(never, exactly(version is not None))


def of_part(node: c.Expr, part: Explanation, day: date | None = None) -> Explanation:
    """Return a node that is what its part is: of a rule, over projected facts, or of another day."""
    return Explanation(node, part.range, (part,), day=day, roles=("value",))


def in_progress(node: c.InProgress, part: Explanation, done: Range) -> Explanation:
    """Return whether something is done in the requirement of a rule; what is missing is all that is missing there."""
    gaps = unsettled_below(part) if done is Truth.UNKNOWN else ()
    return Explanation(node, done, (part,), gaps=gaps, roles=("value",))


def named(node: c.Named, part: Explanation, wanted: Callable[[], tuple[Gap, ...]]) -> Explanation:
    """Return the value of a name that nobody told ready-made; ``wanted`` is what is missing where it is to be told so."""
    asked: tuple[Gap, ...] = ()
    if node.supplied and all(gap.kind in ("records", "figure") for gap in part.missing()):
        # Nothing was told that it could be reckoned from: the ready-made value is what is asked for.
        asked = wanted()
    return Explanation(node, part.range, (part,), asked, roles=("value",))


def on_day(node: c.OnDate, when: Explanation, of: Callable[[date], Explanation]) -> Explanation:
    """Return the value of another day; of a day that is not known nothing is decided."""
    exact = dates_of(when.range).exact
    if exact is None:
        return Explanation(node, ranges.unbounded(node.type), (when,), roles=("date",))
    return of_part(node, of(exact), exact)


def sometime(
    node: c.Sometime,
    first: Explanation,
    last: Explanation,
    today: date,
    stretches: Callable[[date, date], Iterable[tuple[date, date]]],
    on: Callable[[date], Explanation],
) -> Explanation:
    """Look at each stretch of the window in which nothing changes; days after the question are not known yet.

    A window is told by one day: by that on which least was missing, the last one of several. Where it is open, the
    others that are open stand beside it: what would settle it is asked for all of them.

    Args:
        node: the window.
        first: its first day.
        last: its last day.
        today: the day of the question.
        stretches: gives first and last day of each stretch, of a window, in which the condition is the same.
        on: decides the condition on a day.
    """
    start, end = dates_of(first.range).exact, dates_of(last.range).exact
    if start is None or end is None:
        return Explanation(node, Truth.UNKNOWN, (first, last), roles=("date", "date"))
    looked: list[Explanation] = []
    for since, day in stretches(start, min(end, today)):
        found = on(day)
        looked.append(found._replace(day=day, since=since if since < day else None))
        if found.truth is Truth.TRUE:
            told = (first, last, looked[-1])
            return Explanation(node, Truth.TRUE, told, chosen=(day.isoformat(),), roles=("date", "date", "value"))
    open_days = [part for part in looked if part.truth is Truth.UNKNOWN]
    gaps: tuple[Gap, ...] = ()
    if end > today:
        title, note = f"what holds after {today}", "the window is still open"
        gaps = (Gap("history", "", title, None, end, note, code="window_open", names=(str(today),)),)
    value = Truth.UNKNOWN if open_days or gaps else Truth.FALSE
    best = nearest(open_days or looked)
    shown = () if best is None else (best,)
    others = tuple(part for part in open_days if part is not best)
    values: list[Role] = ["value" for _ in shown]
    beside: list[Role] = ["other day" for _ in others]
    roles = ("date", "date", *values, *beside)
    return Explanation(node, value, (first, last, *shown, *others), gaps=gaps, roles=roles)
