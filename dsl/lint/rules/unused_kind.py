"""L112: a word for a kind that no rule begins with."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule
from dsl.lint.unused import unused


def _find(policies: Policies) -> Iterator[Diagnostic]:
    begun = frozenset(rule.kind for rule in policies.rules)
    return unused("L112", "kind", policies.document.kinds, begun, "begin a rule with it, or delete it")


RULE = LintRule("L112", _find)
