"""What enters the register when an award is attained."""

from __future__ import annotations

from datetime import date
from typing import Any

from dsl import core as c
from dsl.core import calendar

Json = Any


def entry_of(rule: c.Rule, day: date, anniversary: date | None) -> dict[str, Json]:
    """Return the entry of the register of an award that is attained on a day.

    Args:
        rule: the award's rule, at the level that is attained.
        day: the day.
        anniversary: that of its standing, were it attained on the day; None where it is not known or nothing is
            checked: it is valid then for as long as its rule says, else for a year.
    """
    entry = {
        "award": rule.award,
        "attained": day.isoformat(),
        "anniversary": (anniversary or calendar.add(day, validity(rule, day))).isoformat(),
        "ended": "none",
        "benefits": "none",
    }
    return entry if rule.level is None else {**entry, "level": rule.level}


def validity(rule: c.Rule, day: date) -> c.Duration:
    """Return how long an award that is not checked is valid: what its rule says, else a year."""
    for version in rule.versions:
        for setting in version.settings.get("valid", ()) if day in version.days else ():
            value = setting.value
            if day in setting.days and isinstance(value, c.Literal) and isinstance(value.value, c.Duration):
                return value.value
    return c.Duration(months=12)
