"""L195: a higher level that asks for less than a lower one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from dsl import core as c, document as d
from dsl.core.bounds import Bounding
from dsl.core.keys import Key, Keys
from dsl.core.types import common_days, is_empty
from dsl.core.walk import children_within
from dsl.diagnostics import Diagnostic, Label
from dsl.lint.bounds import bounds
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding
from dsl.source import Span

_ADVICE = "let the two change places, or look at the figures"


def _find(policies: Policies) -> Iterator[Diagnostic]:
    told: list[Span] = []
    orders = list(dict.fromkeys(rule.levels for rule in policies.core.rules.values() if rule.levels))
    for levels, asks in _asked(policies):
        order = next((one for one in orders if set(one) == set(levels.figures)), ())
        for lower, higher in pairwise(order):
            low, high = levels.figures[lower].value, levels.figures[higher].value
            if low is not None and high is not None and (high < low if asks == "more" else high > low):
                told.append(levels.figures[higher].origin)
                yield finding("L195", f"`{higher}` asks for less than `{lower}`", told[-1], _ADVICE)
    for one, other in _less(policies.core, policies.bounding):
        if other.figure.origin not in told:
            told.append(other.figure.origin)
            yield finding(
                "L195",
                f"`{other.rule.level}` asks for less than `{one.rule.level}`",
                other.figure.origin,
                _ADVICE,
                Label(one.figure.origin, f"what `{one.rule.level}` asks"),
            )


def _asked(policies: Policies) -> Iterator[tuple[d.Levels, str]]:
    """Yield figures by level that something has to reach, or must not pass."""
    for node in policies.nodes:
        match node:
            case d.Compare(op=">=" | ">", right=d.Levels() as levels):
                yield levels, "more"
            case d.Compare(op="<=" | "<", right=d.Levels() as levels):
                yield levels, "less"
            case d.AtLeastPeople(count=d.Levels() as levels) | d.Setting(word="pass at", value=d.Levels() as levels):
                yield levels, "more"


# ---- levels that are written apart


@dataclass(frozen=True, slots=True)
class _Ask:
    """A figure that a level asks of a value, whatever else it asks."""

    rule: c.Rule
    of: Key
    """What is asked of the value decides, by its meaning."""
    asks: str
    figure: c.Expr
    days: c.Days


def _less(core: c.Core, bounding: Bounding) -> Iterator[tuple[_Ask, _Ask]]:
    """Yield what a level asks with what the next higher one asks of the same value, where that is surely less."""
    keys = Keys(core)
    by_level = {(rule.award, rule.level): rule for rule in core.rules.values() if rule.level}
    for (award, level), rule in by_level.items():
        above = by_level.get((award, dict(pairwise(rule.levels)).get(level, "")))
        if above is None:
            continue
        theirs = list(_asks(above, keys))
        for ask in _asks(rule, keys):
            same = [
                (one, days)
                for one in theirs
                if (one.of, one.asks) == (ask.of, ask.asks) and not is_empty(days := common_days(one.days, ask.days))
            ]
            # Where it asks several figures of one value, the one that asks most counts.
            if same and all(_is_less(one.figure, ask.figure, ask.asks, days, bounding) for one, days in same):
                most, days = same[0]
                for one, its in same[1:]:
                    if _is_less(most.figure, one.figure, ask.asks, common_days(days, its), bounding):
                        most, days = one, its
                yield ask, most


def _asks(rule: c.Rule, keys: Keys) -> Iterator[_Ask]:
    for version in rule.versions:
        whole = version.requirement
        if whole is None:
            continue
        around = common_days(version.days, whole.days) if isinstance(whole, c.Requirement) else version.days
        for node, days in _together(whole, around):
            if isinstance(node, c.Compare) and node.op not in ("=", "!="):
                is_turned = not isinstance(node.right, c.Literal | c.Named | c.Dated)
                value, figure = (node.right, node.left) if is_turned else (node.left, node.right)
                asks = "more" if (node.op in (">=", ">")) != is_turned else "less"
                yield _Ask(rule, keys.lasting(value), asks, figure, days)
            elif isinstance(node, c.PassScore):
                yield _Ask(rule, keys.lasting(node.score), "more", node.mark, days)


def _together(node: c.Expr, days: c.Days) -> Iterator[tuple[c.Expr, c.Days]]:
    """Yield a node and what has to hold for it whatever else does, each with its days."""
    yield node, days
    if isinstance(node, c.AllOf) or (isinstance(node, c.Requirement) and not node.path):
        for part, its in children_within(node, days):
            yield from _together(part, its)


def _is_less(higher: c.Expr, lower: c.Expr, asks: str, days: c.Days, bounding: Bounding) -> bool:
    ours, theirs = bounds(higher, days, bounding), bounds(lower, days, bounding)
    if asks == "more":
        return _below(ours.high, theirs.low)
    return _below(theirs.high, ours.low)


def _below(one: Decimal | None, other: Decimal | None) -> bool:
    return one is not None and other is not None and one < other


RULE = LintRule("L195", _find)
