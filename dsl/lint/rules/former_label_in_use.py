"""L171: a label given as an earlier one while another requirement still has it."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import core as c
from dsl.core.types import overlap
from dsl.diagnostics import Diagnostic, Label
from dsl.lint.policies import Policies, agreed
from dsl.lint.rule import LintRule, finding
from dsl.source import Span


def _find(policies: Policies) -> Iterator[Diagnostic]:
    for span, (old, other) in agreed(_seen(policies)).items():
        yield finding(
            "L171",
            f"`{old}` is named as an earlier label, and a requirement still has it",
            span,
            "delete the `was`, or give the other one its own label",
            Label(other, "has the label"),
        )


def _seen(policies: Policies) -> Iterator[tuple[Span, tuple[str, Span] | None]]:
    by_code: dict[str, list[c.Requirement]] = {}
    for visit in policies.visits:
        if isinstance(visit.node, c.Requirement):
            by_code.setdefault(visit.node.code, []).append(visit.node)
    for found in by_code.values():
        for node in found:
            for old in node.was:
                others = [one for one in by_code.get(old, ()) if one is not node and overlap(one.days, node.days)]
                label = old.rsplit(".", 1)[-1]
                yield node.origin, (label, others[0].origin) if others else None


RULE = LintRule("L171", _find)
