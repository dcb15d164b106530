"""L121: a condition that every partner meets."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic
from dsl.lint.constants import constants
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding


def _find(policies: Policies) -> Iterator[Diagnostic]:
    for span, (holds, why) in constants(policies).items():
        if holds:
            yield finding(
                "L121", f"this always holds: {why}", span, "look whether the figure or sign is meant, or delete it"
            )


RULE = LintRule("L121", _find)
