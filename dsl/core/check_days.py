"""How far a check may lie before its anniversary: so that none is passed over where the years are gone through.

Each anniversary has its check, on the day that `checked at` gives for it. Years are gone through in order, but their
checks need not be in order: where the words change, or name a day, the check of a later anniversary may come first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dsl import core as c
from dsl.core import calendar
from dsl.core.types import common_days, is_empty
from dsl.core.walk import by_role, own_figures, walk

_MONTH = 31
"""The start of a month lies fewer days before any of its days."""


@dataclass(frozen=True, slots=True)
class CheckDays:
    """What can be said of the days of all checks of some rules before any is known."""

    early: c.Duration
    """How long before its anniversary a check may be, where it moves with that."""
    named: tuple[c.Days, ...]
    """Anniversaries that are checked on a day which does not move with them."""

    def before(self, day: date) -> date:
        """Return the earliest day of a check of an anniversary on a day or after it, where it moves with that."""
        return calendar.add(day, self.early, back=True)

    def may_come_first(self, due: date) -> bool:
        """Whether an anniversary is, or a later one may be, among those that are checked on a named day."""
        return any(days.end is None or due < days.end for days in self.named)

    def is_named(self, due: date) -> bool:
        """Whether an anniversary is among those that are checked on a named day."""
        return any(due in days for days in self.named)


def check_days_of(rules: Iterable[c.Rule]) -> CheckDays:
    """Return what can be said of the days of the checks by some rules."""
    months = days = 0
    named: list[c.Days] = []
    for rule in rules:
        for version in rule.versions:
            for setting in version.settings.get("checked at", ()):
                value = setting.value[0] if isinstance(setting.value, tuple) else setting.value
                if _names_a_day(value):
                    common = common_days(version.days, setting.days)
                    named += [] if is_empty(common) else [common]
                nodes = list(walk(value))
                back = [node.by for node in nodes if isinstance(node, c.Shift) and node.back]
                edges = sum(node.months for node in nodes if isinstance(node, c.Edge) and node.edge == "start")
                months = max(months, sum(by.months for by in back))
                days = max(days, sum(by.days for by in back) + edges * _MONTH)
    return CheckDays(c.Duration(months=months, days=days), tuple(named))


def reach_of(rule: c.Rule) -> int:
    """Return by how many years at most the days of a check lie from its anniversary; all where the rule names a day."""
    months = days = 0
    for version in rule.versions:
        for settings in version.settings.values():
            for setting in settings:
                for value in setting.value if isinstance(setting.value, tuple) else (setting.value,):
                    for node in walk(value):
                        for figure in own_figures(node):
                            if isinstance(figure, date):
                                return date.max.year
                            if isinstance(figure, c.Duration):
                                months, days = months + figure.months, days + figure.days
    return 2 + months // 12 + days // 365


def _names_a_day(value: c.Expr) -> bool:
    """Whether a day is, or may be, one that does not move with the anniversary that is checked."""
    if isinstance(value, c.Anniversary):
        return value.which in ("first", "attained")
    if isinstance(value, c.Literal):
        return value.value != date.max
    if isinstance(value, c.Shift | c.Edge | c.Case):
        return any(map(_names_a_day, by_role(value, "value")))
    return True
