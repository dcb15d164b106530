"""L194: a day so far from all others that its year is probably mistyped."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import document as d
from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding

FAR_YEARS = 25
"""How many years a day may lie from the others, without being asked about."""


def _find(policies: Policies) -> Iterator[Diagnostic]:
    days = [node for node in policies.nodes if isinstance(node, d.Day)]
    years = sorted(node.day.year for node in days)
    if not years:
        return
    middle = years[len(years) // 2]
    for node in days:
        if abs(node.day.year - middle) > FAR_YEARS:
            yield finding(
                "L194",
                f"the year {node.day.year} is far from the other days, most of which are about {middle}",
                node.origin,
                "look at the year; `never` is a day that does not come",
            )


RULE = LintRule("L194", _find)
