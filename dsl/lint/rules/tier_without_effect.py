"""L132: a tier that earns no more than the one below it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from dsl import document as d
from dsl.diagnostics import Diagnostic, Label
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, deletion, finding


def _find(policies: Policies) -> Iterator[Diagnostic]:
    for node in policies.nodes:
        if not isinstance(node, d.Earns) or node.mode != "tiers":
            continue
        tiers = [
            (at, points, tier) for tier in node.tiers if (at := _value(tier.at)) and (points := _value(tier.points))
        ]
        tiers.sort(key=lambda one: one[0])
        for (_, less, before), (_, points, tier) in pairwise(tiers):
            if points <= less:
                earns = "earns as many points as" if points == less else "earns fewer points than"
                yield finding(
                    "L132",
                    f"this tier {earns} the one below it",
                    tier.origin,
                    "look at its points, or delete it",
                    Label(before.origin, "the tier below it"),
                    fix=deletion(tier.origin, safe=points == less and tier.notes == d.NO_NOTES),
                )


def _value(expr: d.Expr) -> Decimal | None:
    return expr.value if isinstance(expr, d.Figure) else None


RULE = LintRule("L132", _find)
