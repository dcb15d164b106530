"""L195: a higher level that asks for less than a lower one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from dsl import document as d
from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding


def _find(policies: Policies) -> Iterator[Diagnostic]:
    orders = list(dict.fromkeys(rule.levels for rule in policies.core.rules.values() if rule.levels))
    for levels, asks in _asked(policies):
        order = next((one for one in orders if set(one) == set(levels.figures)), ())
        for lower, higher in pairwise(order):
            low, high = levels.figures[lower].value, levels.figures[higher].value
            if low is not None and high is not None and (high < low if asks == "more" else high > low):
                yield finding(
                    "L195",
                    f"`{higher}` asks for less than `{lower}`",
                    levels.figures[higher].origin,
                    "let the two change places, or look at the figures",
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


RULE = LintRule("L195", _find)
