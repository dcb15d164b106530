"""L131: a part or row whose days lie outside those of the rule around it."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import core as c, document as d
from dsl.core.types import common_days, is_empty
from dsl.core.walk import children
from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies, agreed
from dsl.lint.rule import LintRule, finding
from dsl.source import Span


def _find(policies: Policies) -> Iterator[Diagnostic]:
    for span, said in agreed(_rows(policies)).items():
        yield finding("L131", f"this row is never in force: {said}", span, "look at its dates and those of the rule")
    seen = list(_parts(policies))
    dead = agreed(seen)
    told: list[Span] = []
    for node in policies.nodes:
        if not isinstance(node, d.Version | d.Section | d.Item) or any(_within(node.origin, one) for one in told):
            continue
        inside = {span for span, _ in seen if _within(span, node.origin)}
        if inside and inside <= dead.keys():
            told.append(node.origin)
            said = dead[min(inside, key=lambda span: span.start)]
            yield finding(
                "L131", f"this is never in force: {said}", node.origin, "look at its dates and those around it"
            )


def _rows(policies: Policies) -> Iterator[tuple[Span, str | None]]:
    for rule in policies.core.rules.values():
        for version in rule.versions:
            said = f"it would be so {_shown(version.days)}" if is_empty(version.days) else None
            yield version.origin, said


def _parts(policies: Policies) -> Iterator[tuple[Span, str | None]]:
    for rule in policies.core.rules.values():
        for version in rule.versions:
            if version.requirement is not None and not is_empty(version.days):
                yield from _below(version.requirement, version.days)


def _below(node: c.Expr, days: c.Days) -> Iterator[tuple[Span, str | None]]:
    if not isinstance(node, c.Requirement):
        for child in children(node):
            yield from _below(child, c.ALWAYS if node.tells_elsewhere else days)
        return
    inner = common_days(days, node.days)
    is_dead = is_empty(inner)
    said = f"its days are {_shown(node.days)}, those around it {_shown(days)}" if is_dead else None
    if node.part != "section" or is_dead:
        yield node.origin, said
    if not is_dead:
        yield from _below(node.value, inner)


def _shown(days: c.Days) -> str:
    start = f"from {days.start}" if days.start is not None else ""
    end = f"until {days.end}" if days.end is not None else ""
    return f"{start} {end}".strip() or "all days"


def _within(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end


RULE = LintRule("L131", _find)
