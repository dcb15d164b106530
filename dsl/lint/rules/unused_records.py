"""L108: a records that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule
from dsl.lint.unused import unused


def _find(policies: Policies) -> Iterator[Diagnostic]:
    return unused(
        "L108",
        "records",
        policies.document.records,
        policies.uses.values,
        "reckon a measure from them, or delete them",
    )


RULE = LintRule("L108", _find)
