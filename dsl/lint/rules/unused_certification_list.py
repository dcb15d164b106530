"""L105: a certification list that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule
from dsl.lint.unused import unused


def _find(policies: Policies) -> Iterator[Diagnostic]:
    return unused(
        "L105",
        "list of certifications",
        policies.document.certifications,
        policies.uses.values,
        "ask for `people holding` it, or delete it",
    )


RULE = LintRule("L105", _find)
