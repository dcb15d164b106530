"""L130: a case, track or tier that an earlier one always comes before."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import core as c
from dsl.diagnostics import Diagnostic, Label
from dsl.lint.policies import Policies, agreed
from dsl.lint.rule import LintRule, finding
from dsl.lint.truth import implies
from dsl.source import Span


def _find(policies: Policies) -> Iterator[Diagnostic]:
    for span, earlier in agreed(_seen(policies)).items():
        yield finding(
            "L130",
            "this is never reached: wherever it holds, an earlier one does",
            span,
            "the first that is true counts: put this one before the other, or delete it",
            Label(earlier, "this one is taken"),
        )


def _seen(policies: Policies) -> Iterator[tuple[Span, Span | None]]:
    for visit in policies.visits:
        if not isinstance(visit.node, c.Case):
            continue
        branches = visit.node.branches
        for index, branch in enumerate(branches):
            when = branch.when
            if when is None or index == 0:
                continue
            earlier = [one for one in branches[:index] if one.when is not None and implies(when, one.when)]
            yield branch.origin, earlier[0].origin if earlier else None


RULE = LintRule("L130", _find)
