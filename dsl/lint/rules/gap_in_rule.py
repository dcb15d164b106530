"""L150: days between two versions of a rule on which none is in force."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from dsl.core.types import is_empty
from dsl.diagnostics import Diagnostic, Label
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding


def _find(policies: Policies) -> Iterator[Diagnostic]:
    told = set()
    for rule in policies.core.rules.values():
        versions = [version for version in rule.versions if not is_empty(version.days)]
        for before, after in pairwise(versions):
            end, start = before.days.end, after.days.start
            if end is None or start is None or end >= start or after.origin in told:
                continue
            told.add(after.origin)
            yield finding(
                "L150",
                f"`{rule.award}` has no version from {end} until {start}",
                after.origin,
                "end the version before on the day this one begins",
                Label(before.origin, "the version before"),
            )


RULE = LintRule("L150", _find)
