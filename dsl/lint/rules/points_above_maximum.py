"""L141: points of which a single unit is more than the maximum."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import document as d
from dsl.diagnostics import Diagnostic, Label
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding


def _find(policies: Policies) -> Iterator[Diagnostic]:
    for node in policies.nodes:
        match node:
            case d.Earns(
                mode="each" | "per" | "whole", points=d.Figure(value=points) as one, up_to=d.Figure(value=most) as limit
            ) if points is not None and most is not None and points > most:
                yield finding(
                    "L141",
                    "a single unit earns more than the maximum"
                    if node.mode != "whole"
                    else "this earns more than its maximum",
                    one.origin,
                    "look whether the two figures are the right way round",
                    Label(limit.origin, "the maximum"),
                )
            case d.Earns(mode="tiers", tiers=tiers, up_to=d.Figure(value=most) as limit) if most is not None:
                for tier in tiers:
                    if isinstance(tier.points, d.Figure) and tier.points.value is not None and tier.points.value > most:
                        yield finding(
                            "L141",
                            "this tier earns more than the maximum",
                            tier.points.origin,
                            "lower its points, or raise the maximum",
                            Label(limit.origin, "the maximum"),
                        )
            case _:
                continue


RULE = LintRule("L141", _find)
