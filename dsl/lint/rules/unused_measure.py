"""L102: a measure that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule
from dsl.lint.unused import unused


def _find(policies: Policies) -> Iterator[Diagnostic]:
    return unused(
        "L102",
        "measure",
        policies.document.measures,
        policies.uses.values,
        "read it in a rule, or delete it",
    )


RULE = LintRule("L102", _find)
