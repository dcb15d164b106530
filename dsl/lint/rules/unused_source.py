"""L109: a source that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule
from dsl.lint.unused import unused


def _find(policies: Policies) -> Iterator[Diagnostic]:
    return unused(
        "L109",
        "source",
        policies.document.sources,
        policies.uses.sources | policies.cited,
        "cite it behind what comes from it, or delete it",
    )


RULE = LintRule("L109", _find)
