"""Conditions that come out the same for every partner, each at its smallest place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from dsl import core as c
from dsl.core.bounds import Bounding
from dsl.json_values import decimal_text
from dsl.lint.bounds import Bounds, bounds
from dsl.lint.policies import Policies, agreed
from dsl.lint.truth import contradict, truth
from dsl.source import Span


def constants(policies: Policies) -> dict[Span, tuple[bool, str]]:
    """Return each condition that always holds (True) or never does, and why."""
    if _KEY not in policies.found:
        policies.found[_KEY] = agreed(_seen(policies))
    known: dict[Span, tuple[bool, str]] = policies.found[_KEY]
    return known


_KEY = "constants"


def _seen(policies: Policies) -> Iterator[tuple[Span, tuple[bool, str] | None]]:
    bounding = policies.bounding
    for visit in policies.visits:
        node, days = visit.node, visit.days
        match node:
            case c.Compare(left=c.Today()) | c.Compare(right=c.Today()):
                # `from 2027-02-01 { today < 2027-02-01 }` is how a programme is closed, and its reason told.
                value = truth(node, days, bounding)
                yield node.origin, (True, _why(node, days, bounding)) if value else None
            case c.Compare():
                value = truth(node, days, bounding)
                yield node.origin, None if value is None else (value, _why(node, days, bounding))
            case c.AllOf(parts=parts):
                is_own = all(truth(part, days, bounding) is not False for part in parts)
                excluded = is_own and contradict(parts, days, bounding)
                yield node.origin, (False, "its parts exclude each other") if excluded else None
            case c.AnyOf(parts=parts):
                is_own = all(truth(part, days, bounding) is None for part in parts)
                always = is_own and truth(node, days, bounding) is True
                yield node.origin, (True, "one of its parts always holds") if always else None
            case _:
                continue


def _why(node: c.Compare, days: c.Days, bounding: Bounding) -> str:
    if node.left == node.right:
        return "both sides are the same"
    left, right = bounds(node.left, days, bounding), bounds(node.right, days, bounding)
    return f"the left side is {_shown(left, node.left.type)}, the right side {_shown(right, node.right.type)}"


def _shown(found: Bounds, type_: c.Type) -> str:
    if found.exact is not None:
        return _figure(found.exact, type_)
    if found.low is not None and found.high is not None:
        return f"{_figure(found.low, type_)} to {_figure(found.high, type_)}"
    if found.low is not None:
        return (
            f"{_figure(found.low, type_)} or more" if type_.kind != "date" else f"{_figure(found.low, type_)} or later"
        )
    if found.high is not None:
        return (
            f"at most {_figure(found.high, type_)}"
            if type_.kind != "date"
            else f"{_figure(found.high, type_)} or earlier"
        )
    return "anything"


def _figure(value: Decimal, type_: c.Type) -> str:
    if type_.kind == "date":
        return date.fromordinal(int(value)).isoformat()
    unit = {"money": f" {type_.unit}", "percent": " %", "points": " points"}.get(type_.kind, "")
    return f"{decimal_text(value)}{unit}"
