"""L103: a definition that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule
from dsl.lint.unused import unused


def _find(policies: Policies) -> Iterator[Diagnostic]:
    return unused(
        "L103",
        "figure",
        policies.document.definitions,
        policies.uses.values,
        "read it in a rule, or delete it: the rule may still have the figure itself",
    )


RULE = LintRule("L103", _find)
