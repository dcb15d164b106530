"""L101: a fact that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule
from dsl.lint.unused import unused


def _find(policies: Policies) -> Iterator[Diagnostic]:
    return unused(
        "L101",
        "fact",
        policies.document.facts,
        policies.uses.values,
        "read it in a rule, or delete it: a service is asked for nothing by it",
    )


RULE = LintRule("L101", _find)
