"""Awards that had another name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dsl import core as c
from dsl.lint.policies import Policies
from dsl.source import Span


def renamed(policies: Policies) -> Mapping[str, tuple[date | None, c.Rule, Span]]:
    """Return each earlier id of an award with the day of the change, the rule that has the new one, and the place.

    None: the new name has no first day.
    """
    found: dict[str, tuple[date | None, c.Rule, Span]] = {}
    for rule in policies.core.rules.values():
        for version in rule.versions:
            for old in version.was:
                found.setdefault(old, (version.days.start, rule, version.origin))
    return found
