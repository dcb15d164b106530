"""L194: a day so far from all others that its year is probably mistyped."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import document as d
from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding

FAR_YEARS = 25
"""How many years a day may lie from the others, without being asked about."""


OUR_TIME = 2025
"""A year that programmes are of: written down, so that a check says the same on every day."""


def _find(policies: Policies) -> Iterator[Diagnostic]:
    days = [node for node in policies.nodes if isinstance(node, d.Day)]
    years = sorted(node.day.year for node in days)
    if not years:
        return
    # Half of the days may be the slip: of two in the middle, the one that is nearer to our time is right.
    middle = min(years[(len(years) - 1) // 2], years[len(years) // 2], key=lambda year: abs(year - OUR_TIME))
    for node in days:
        if abs(node.day.year - middle) > FAR_YEARS:
            yield finding(
                "L194",
                f"the year {node.day.year} is far from the other days, which are about {middle}"
                if len(years) < 3
                else f"the year {node.day.year} is far from the other days, most of which are about {middle}",
                node.origin,
                "look at the year; `never` is a day that does not come",
            )


RULE = LintRule("L194", _find)
