"""L196: `not` before `sometime`, which asks that it was never so."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import document as d
from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding


def _find(policies: Policies) -> Iterator[Diagnostic]:
    for node in policies.nodes:
        if isinstance(node, d.Not) and isinstance(node.term, d.Sometime):
            yield finding(
                "L196",
                "this holds only where it was so on no day of the window",
                node.origin,
                "write `(not ...) sometime from ...` where one day without it is enough; "
                "`allow` this where no day is meant",
            )


RULE = LintRule("L196", _find)
