"""L120: a condition that no partner can meet."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic
from dsl.lint.constants import constants
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding


def _find(policies: Policies) -> Iterator[Diagnostic]:
    for span, (holds, why) in constants(policies).items():
        if not holds:
            yield finding("L120", f"this can never hold: {why}", span, "look whether the figure, unit or sign is meant")


RULE = LintRule("L120", _find)
