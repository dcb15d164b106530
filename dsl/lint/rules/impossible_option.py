"""L180: an option that nobody can take."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.core.types import common_days, is_empty
from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies, agreed
from dsl.lint.rule import LintRule, finding
from dsl.lint.truth import truth
from dsl.source import Span


def _find(policies: Policies) -> Iterator[Diagnostic]:
    for span, why in agreed(_seen(policies)).items():
        yield finding("L180", f"nobody can ever take this option: {why}", span, "look at its dates and requirements")


def _seen(policies: Policies) -> Iterator[tuple[Span, str | None]]:
    for rule in policies.core.rules.values():
        for version in rule.versions:
            for option in version.options:
                days = common_days(version.days, option.days)
                if is_empty(days):
                    yield option.origin, "it has no day in common with the choice"
                elif option.requirement is not None and truth(option.requirement, days, policies.bounding) is False:
                    yield option.origin, "what it requires can never hold"
                else:
                    yield option.origin, None


RULE = LintRule("L180", _find)
