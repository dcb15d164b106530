"""L107: shared clauses that no rule uses."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule
from dsl.lint.unused import unused


def _find(policies: Policies) -> Iterator[Diagnostic]:
    commons = {rule.name: rule for rule in policies.rules if rule.kind == "common" and rule.name is not None}
    return unused(
        "L107",
        "shared clauses",
        commons,
        policies.uses.commons,
        "write `use` and their name in a rule, or delete them",
    )


RULE = LintRule("L107", _find)
