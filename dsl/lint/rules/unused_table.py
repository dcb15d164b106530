"""L104: a table that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule
from dsl.lint.unused import unused


def _find(policies: Policies) -> Iterator[Diagnostic]:
    return unused(
        "L104",
        "table",
        policies.document.tables,
        policies.uses.values,
        "look a figure up in it, or make rules of its rows",
    )


RULE = LintRule("L104", _find)
