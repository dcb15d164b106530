"""L200: a fee or price that is in another currency from some day on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from dsl import core as c
from dsl.diagnostics import Diagnostic, Label
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding


def _find(policies: Policies) -> Iterator[Diagnostic]:
    for rule in policies.core.rules.values():
        for before, after in pairwise(_amounts(rule)):
            if before.type.unit != after.type.unit:
                yield finding(
                    "L200",
                    f"`{rule.name}` is in {before.type.unit} before, and in {after.type.unit} here",
                    after.origin,
                    'look at the currencies, and write `allow L200 "..."` where it really changes',
                    Label(before.origin, f"here it is in {before.type.unit}"),
                )


def _amounts(rule: c.Rule) -> list[c.Expr]:
    """Return the amounts of a rule in the order of their days."""
    found: list[tuple[date, c.Expr]] = []
    for version in rule.versions:
        first = version.days.start or date.min
        if isinstance(version.amount, c.Dated):
            found.extend((max(first, one.days.start or date.min), one.value) for one in version.amount.versions)
        elif version.amount is not None:
            found.append((first, version.amount))
    return [amount for _, amount in sorted(found, key=lambda one: one[0])]


RULE = LintRule("L200", _find)
