"""L106: a group that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule
from dsl.lint.unused import unused


def _find(policies: Policies) -> Iterator[Diagnostic]:
    return unused(
        "L106",
        "group",
        policies.document.groups,
        policies.uses.values,
        "name it behind `any of` or `all of`, or delete it",
    )


RULE = LintRule("L106", _find)
