"""Explanations to reasons: one line for every requirement, with a stable code and what was observed and required."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias, assert_never

from dsl import core as c
from dsl.core.algebra import RANGES
from dsl.core.ranges import EXACT, ZERO, Dates, Numbers, Range, Truth, Words, everything, is_settled, round_ratio
from dsl.core.types import number
from dsl.core.walk import children
from evaluator.explanation import Explanation, OfGroup
from evaluator.kept import Elsewhere, Kept
from evaluator.reasons.plan import Plan, Within
from evaluator.reasons.sides import Award, PerUnit, Sides, metric_of, needed_for_all, sides, unit_of

Outcome: TypeAlias = Literal["met", "partly_met", "unmet", "undetermined"]

ONE = Numbers(Decimal(1), Decimal(1))
OUTCOMES: dict[Truth, Outcome] = {Truth.TRUE: "met", Truth.FALSE: "unmet", Truth.UNKNOWN: "undetermined"}


@dataclass(frozen=True, slots=True)
class Bound:
    """What is required where it is neither the least nor the only value: an operator before a range."""

    op: str
    of: Range


class Asked(NamedTuple):
    """What is required where it is no figure: that something is held or qualified for, that it is not so, or days."""

    kind: Literal["holds", "qualifies", "not", "in_force", "window", "any_day"]
    name: str = ""
    """The id of what is to be held or qualified for."""
    days: tuple[c.Days, ...] = ()
    """The days on which something is in force."""
    window: tuple[Range, ...] = ()
    """First and last of days one of which is asked."""

    @property
    def text(self) -> str:
        """The words that answers have for it."""
        match self.kind:
            case "holds":
                return f"{self.name} held"
            case "qualifies":
                return f"qualifies for {self.name}"
            case "not":
                return "not so"
            case "in_force":
                return "; ".join(map(str, self.days))
            case "window":
                first, last = self.window
                return f"from {plain(first)} through {plain(last)}"
            case "any_day":
                return "any day: there is no anniversary"
            case _:
                assert_never(self.kind)


Required: TypeAlias = Range | Bound | Asked
"""What a reason requires: a value or the least one, a bound with its operator, or what is no figure."""


class Reason(NamedTuple):
    """One requirement of a decision: its plan, and what the facts make of it.

    ``observed``, ``required`` and ``short_by`` are ranges of the unit. Where points are earned, ``observed`` is the
    metric, ``required`` what earns all points, and ``points`` what it earned of ``out_of``. ``short_by`` is how much
    is missing at least and at most, None where nothing is.
    """

    plan: Plan
    outcome: Outcome
    observed: Range | None = None
    required: Required | None = None
    short_by: Numbers | None = None
    unit: str | None = None
    points: Numbers | None = None
    out_of: Decimal | None = None
    day: date | None = None
    since: date | None = None
    """The first of the days up to ``day`` on which all this is the same, where a window looked at several."""
    also_open: tuple[tuple[date, date], ...] = ()
    """First and last of other days of the window on which it is open too: one is told, the latest first."""
    window: tuple[Range, Range] | None = None
    """First and last of the days on one of which it is enough."""
    parts: tuple[Reason, ...] = ()
    empty: tuple[str, ...] = ()
    """Codes of the metrics without the points that are asked of every metric: why a score that reaches its mark is unmet."""
    projected: bool = False
    """Whether it is of the projected facts."""
    see: tuple[str, ...] = ()
    """Codes of parts that stand above already: a decision tells a reason once."""
    groups: tuple[OfGroup, ...] = ()
    """Of a figure over groups of records: what each of them gives, by their names."""

    @property
    def code(self) -> str:
        """Stable name of the requirement, by its place in the policies."""
        return self.plan.code

    @property
    def title(self) -> str:
        """What people call it."""
        return self.plan.title

    @property
    def key(self) -> tuple[str, date | None, bool]:
        """What tells a reason from every other of its decision: its code, the day, and whether it is projected."""
        return self.plan.code, self.day, self.projected


class Context(NamedTuple):
    """What a reason inherits from the rule around it."""

    day: date
    within: Within
    told: Kept | None
    """Reasons that were made already: what decisions share is told from one reason. None: nothing is told, and none is
    made."""
    elsewhere: Elsewhere
    """Where reasons of what was decided for other partners too are kept."""
    stretch: tuple[date, date] | None = None
    """The days of a window that it stands for, where they are several."""
    projected: bool = False
    """Whether it is decided over the projected facts."""
    also_open: tuple[tuple[date, date], ...] = ()
    """Other days of a window on which it is open too."""


def told_once(reasons: Iterable[Reason], told: set[tuple[str, date | None, bool]]) -> tuple[Reason, ...]:
    """Return reasons without those that were told already; a whole names the codes of its parts that were.

    Args:
        reasons: in the order in which they are read.
        told: what was told before them; what they tell is added.
    """
    return tuple(_told_once(reason, told) for reason in reasons if reason.key not in told)


def _told_once(reason: Reason, told: set[tuple[str, date | None, bool]]) -> Reason:
    told.add(reason.key)
    if not reason.parts:
        return reason
    parts: list[Reason] = []
    see: list[str] = []
    for part in reason.parts:
        if part.key in told:
            see.append(part.code)
        else:
            parts.append(_told_once(part, told))
    if not see and all(map(operator.is_, parts, reason.parts)):
        return reason
    return reason._replace(parts=tuple(parts), see=tuple(see))


def reasons_of(explanation: Explanation, context: Context) -> tuple[Reason, ...]:
    """Return the reasons at the top of an explanation, each with its parts."""
    if context.told is None:
        return ()
    return tuple(_reason(found, inner) for found, inner in _requirements(explanation, context))


def reason_of_branch(rule: str, test: Explanation, branch: c.Branch, context: Context) -> Reason:
    """Return the reason of a stage of a life cycle, by the rule's id: whether its condition holds."""
    plan, within = context.within.of_branch(rule, branch)
    return _filled(plan, test, test.range, None, context._replace(within=within))


def _requirements(explanation: Explanation, context: Context) -> Iterable[tuple[Explanation, Context]]:
    """Return the topmost requirements, each once, with the days of a window that they stand for."""
    is_one = isinstance(explanation.node, c.Requirement) and explanation.since is None
    if is_one and id(explanation) not in context.elsewhere:
        return ((explanation, context),)
    return _topmost(explanation, context)


def _topmost(explanation: Explanation, context: Context) -> Iterator[tuple[Explanation, Context]]:
    seen: set[int] = set()
    waiting = [(explanation, context)]
    asks, elsewhere = context.within.asks, context.elsewhere
    while waiting:
        found, inner = waiting.pop()
        identity, node = id(found), found.node
        if identity in seen:
            continue
        seen.add(identity)
        if identity in elsewhere:
            inner = inner._replace(told=elsewhere[identity])
        if found.since is not None:
            inner = inner._replace(stretch=(found.since, found.day or inner.day))
        if isinstance(node, c.Requirement):
            yield found, inner
            continue
        parts = found.parts
        if node.tells_elsewhere or isinstance(node, c.Named):
            inner = _elsewhere(found, inner)
            parts = found.of("date", "value") if isinstance(node, c.Sometime) else parts
        # What has no parts is no requirement, and has none below.
        waiting.extend([(part, inner) for part in parts[::-1] if part.parts and asks(part.node)])


def _elsewhere(found: Explanation, context: Context) -> Context:
    """Return the context of what is said elsewhere, by another rule or of another day, and stands below."""
    node = found.node
    if isinstance(node, c.AsProjected):
        return context._replace(projected=True)
    if isinstance(node, c.Sometime):
        return context._replace(also_open=_other_days(found))
    if isinstance(node, c.OnDate) or not context.within.cites:
        return context  # what a rule says of other days is its own all the same
    # What another rule or a named value asks does not rest on the sources of the one who asks for it.
    return context._replace(within=context.within.elsewhere)


def _reason(explanation: Explanation, context: Context) -> Reason:
    """Return the reason of a requirement; what is shared is made once."""
    key = (id(explanation), id(context.within), context.stretch, context.projected, context.also_open)
    told = context.told
    if told is None:
        raise AssertionError("where nothing is told no reason is made")
    known = told.reasons.get(key)
    if known is None:
        node = explanation.node
        if not isinstance(node, c.Requirement):
            raise AssertionError("reasons are made of requirements")
        plan, within = context.within.of(node)
        inner = Context(context.day, within, told, context.elsewhere, context.stretch, context.projected)
        value = explanation.the("value")
        made = _filled(plan, value, explanation.range, explanation.day, inner, context.also_open)
        groups = groups_of(value) if context.within.asks(value.node) else ()
        made = made._replace(groups=groups) if groups else made
        # With its explanation: an identity is one object's only as long as that is there.
        known = told.reasons[key] = (explanation, made)
    return known[1]


def groups_of(top: Explanation) -> tuple[OfGroup, ...]:
    """Return what each group gives to a value, of the first figure over groups that it is made of itself."""
    waiting = [top]
    while waiting:
        found = waiting.pop()
        if isinstance(found.node, c.Grouped):
            return tuple(one for one in found.chosen if isinstance(one, OfGroup))
        waiting.extend(part for part in reversed(found.parts) if _is_own(part.node))
    return ()


def tells_groups(top: c.Expr) -> bool:
    """Whether a reason of a value tells of groups, whichever there are."""
    if isinstance(top, c.Grouped):
        return True
    return any(tells_groups(part) for part in children(top) if _is_own(part))


def _is_own(node: c.Expr) -> bool:
    """Whether what stands in a part is told with the whole: it is no requirement of its own, and not said elsewhere."""
    return not isinstance(node, c.Requirement | c.Named) and not node.tells_elsewhere


def _filled(
    plan: Plan,
    inner: Explanation,
    range_: Range,
    on: date | None,
    context: Context,
    also_open: tuple[tuple[date, date], ...] = (),
) -> Reason:
    """Return the reason that a plan becomes.

    Args:
        plan: of the requirement.
        inner: what stands in the requirement, decided.
        range_: what came out of the requirement.
        on: the day it was decided on, where that is not the day of the question.
        context: what is around the requirements in it.
        also_open: other days of the window that it is told of, on which it is open too.
    """
    asks = inner.parts and context.within.asks(inner.node)
    parts = tuple([_reason(*found) for found in _requirements(inner, context)]) if asks else ()
    if isinstance(range_, Numbers) and inner.node.type.kind != "points":
        # Part of an amount or of a number: it is so much, and nothing is asked of it.
        outcome: Outcome = "met" if is_settled(range_) else "undetermined"
        return Reason(
            plan, outcome, range_, unit=unit_of(inner.node.type), day=on, since=_since(on, context), also_open=also_open,
            parts=parts, projected=context.projected,
        )  # fmt: skip
    if isinstance(range_, Numbers):
        return _earned(plan, inner, range_, on, parts, context, also_open)
    if not isinstance(range_, Truth):
        raise AssertionError("a requirement earns points or is met")
    told = _sides(inner, is_today=on is None)
    score = inner.node if isinstance(inner.node, c.PassScore) else None
    if isinstance(inner.node, c.Sometime) and not parts:
        also_open = _other_days(inner)
    return Reason(
        plan, OUTCOMES[range_], told.observed, required(told.required, told.op),
        short(told.observed, told.required) if told.is_counted else None,
        told.unit, None, score.out_of if score is not None else None, told.day or on, told.since or _since(on, context),
        also_open, told.window, parts, inner.chosen if score is not None else (), context.projected,
    )  # fmt: skip


def _other_days(window: Explanation) -> tuple[tuple[date, date], ...]:
    """Return the days of an open window that are open beside the one that it is told by."""
    days = [(part.since, part.day) for part in window.of("other day")]
    return tuple((since or day, day) for since, day in days if day is not None)


def _earned(
    plan: Plan,
    inner: Explanation,
    points: Numbers,
    on: date | None,
    parts: tuple[Reason, ...],
    context: Context,
    also_open: tuple[tuple[date, date], ...],
) -> Reason:
    """Return the reason of points: the metric that earns them, and what would earn all."""
    out_of = plan.out_of(on or context.day)
    metric = metric_of(inner)
    observed: Range | None = None
    needed: Range | None = None
    short_by: Numbers | None = None
    if metric is not None:
        observed, needed = metric.range, _needed(needed_for_all(inner))
        short_by = short(observed, needed)
    elif out_of is not None:
        short_by = short(points, Numbers(out_of, out_of))
    return Reason(
        plan, points_outcome(points.exact, out_of), observed, needed, short_by,
        "points" if metric is None else unit_of(metric.node.type), points, out_of, on, _since(on, context), also_open, None, parts, (),
        context.projected,
    )  # fmt: skip


def _since(on: date | None, context: Context) -> date | None:
    """Return the first day of the stretch that a requirement stands for, where it is of the stretch's day."""
    if context.stretch is None or (on or context.day) != context.stretch[1]:
        return None
    return context.stretch[0]


def points_outcome(points: Decimal | None, out_of: Decimal | None) -> Outcome:
    """Return the outcome of points out of so many; None: they are not settled, or it is not known of how many."""
    if points is None:
        return "undetermined"
    if points == 0:
        return "unmet"
    return "met" if out_of is None or points >= out_of else "partly_met"


def _needed(found: Range | PerUnit[Range] | None) -> Range | None:
    if not isinstance(found, PerUnit):
        return found
    ones = [one.exact for one in (found.points, found.most, found.size or ONE) if isinstance(one, Numbers)]
    return units_for(*ones) if len(ones) == 3 else None


@lru_cache(maxsize=1024)
def units_for(points: Decimal | None, most: Decimal | None, size: Decimal | None) -> Numbers | None:
    """Return how much earns the most points, of so many a unit; None where that is not known."""
    if points is None or most is None or size is None or points <= 0:
        return None
    needed = EXACT.multiply(round_ratio(most, points, c.RoundTo("up")), size)
    return Numbers(needed, needed)


def _sides(explanation: Explanation, *, is_today: bool) -> Sides[Range]:
    """Return the sides of a condition that was decided.

    Args:
        explanation: of the condition.
        is_today: whether it is decided for the day of the question: then a window can tell a day of its own.
    """

    def below(part: Explanation) -> Sides[Range]:
        node = part.node
        if isinstance(node, c.Sometime):
            return _of_window(part, is_today=is_today)
        if isinstance(node, c.AsProjected):
            return _sides(part.the("value"), is_today=is_today)
        if isinstance(node, c.OnDate):
            # Without its date nothing was decided yet.
            return Sides(everything(node.value.type)) if part.day is None else _sides(part.the("value"), is_today=False)
        return _sides(part, is_today=is_today)

    return sides(RANGES, explanation, below)


def _of_window(window: Explanation, *, is_today: bool) -> Sides[Range]:
    first, last = window.of("date")
    ends = (first.range, last.range)
    days = window.of("value")
    if is_today and len(days) == 1:
        told = _sides(days[0], is_today=False)
        if not isinstance(told.observed, Truth) and told.required is not None:
            return told._replace(day=days[0].day, since=days[0].since, window=ends)
    return Sides(window.range, Truth.TRUE, window=ends)


def required(of: Range | Award | Literal["not"] | None, op: str) -> Required | None:
    """Return what a reason requires: the other side of a condition, with its operator."""
    if isinstance(of, Award):
        return Asked(of.kind, of.name)
    if of is None or of == "not":
        return None if of is None else Asked("not")
    return Bound(op, of) if op else of


def short(have: object, need: object) -> Numbers | None:
    """Return how much is missing: at least and at most; None where surely nothing is, or where it is no number."""
    if not isinstance(have, Numbers) or not isinstance(need, Numbers):
        return None
    most = EXACT.subtract(need.high, have.low) if need.high is not None and have.low is not None else None
    if most is not None and most <= 0:
        return None
    least = EXACT.subtract(need.low, have.high) if need.low is not None and have.high is not None else ZERO
    return Numbers(max(least, ZERO), most)


def plain(range_: Range) -> str:
    """Write a range in a few words."""
    match range_:
        case Truth():
            return "unknown" if range_ is Truth.UNKNOWN else "yes" if range_ is Truth.TRUE else "no"
        case Numbers(low=low, high=high):
            if low is not None and low == high:
                return number(low)
            if low is None and high is None:
                return "unknown"
            if high is None:
                return f"at least {number(low) if low is not None else ''}"
            return f"at most {number(high)}" if low is None else f"{number(low)} to {number(high)}"
        case Dates(low=low_day, high=high_day):
            if low_day is not None and low_day == high_day:
                return "never" if low_day == date.max else low_day.isoformat()
            return "unknown" if low_day is None and high_day is None else f"{low_day or '...'} to {high_day or '...'}"
        case Words(options=options):
            return "unknown" if options is None else " or ".join(sorted(options))
        case _:
            return str(range_)


def required_text(required: Required) -> str:
    """Write what is required in a few words, as ``required_json`` and scenarios have it."""
    match required:
        case Asked():
            return required.text
        case Bound(op=op, of=of):
            return f"{op} {'unknown' if is_not_known(of) else plain(of)}"
        case _:
            return "unknown" if is_not_known(required) else plain(required)


def is_not_known(figure: Range) -> bool:
    """Whether nothing is known of a figure that is required: that it is not below zero says nothing."""
    return isinstance(figure, Numbers) and figure.high is None and figure.low in (None, ZERO)
