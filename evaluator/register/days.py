"""The days of a window on which what the register says can change: where entries begin and end, and at their checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from dsl import core as c
from dsl.core import calendar
from dsl.core.check_days import reach_of
from dsl.core.ranges import Dates
from evaluator.facts import Row
from evaluator.moment import Decides, Moment
from evaluator.register.checks import MAX_CHECKS
from evaluator.register.entries import Entries


class RegisterDays:
    """Finds the days for an interpreter."""

    def __init__(self, interpreter: Decides, entries: Entries) -> None:
        self.interpreter = interpreter
        self.entries = entries
        self._entry_days: dict[tuple[str, str | None, date, date], set[date]] = {}
        self.over: Mapping[str, date] = {}
        """The first day without the award, of entries of which that is known for good, by their pointers."""

    def days(self, node: c.Expr, projected: bool, first: date, last: date) -> set[date]:
        """Return the days of a window on which what a node says of the register can change."""
        facts, core = self.interpreter.facts, self.interpreter.core
        told = facts.records("awards", projected)
        award: str | None = getattr(node, "award", None)
        days = {calendar.day_after(facts.as_of)}
        for rule in core.rules_of_entry.get(award, ()) if award is not None else ():
            days.update(day for version in rule.versions for day in version.bounds())
        for row in told.rows or ():
            name = row.data.get("award")
            # Benefits may have been bought with any award.
            if award is None or name is None or award in core.benefits or name == award or name in _names(core, award):
                of_entry = self._of_entry(row, name or award, projected, first, last)
                over = self.over.get(row.pointer)
                if over is not None and isinstance(node, c.Holds | c.Lapsed | c.Anniversary):
                    # Neither held nor checked any more, and no anniversary of anybody's.
                    of_entry = {day for day in of_entry if day <= calendar.day_after(over)}
                days |= of_entry
        if isinstance(node, c.Anniversary):
            days |= self._of_anniversary(node)
        return {day for day in days if first <= day <= last}

    def _of_entry(self, row: Row, award: str | None, projected: bool, first: date, last: date) -> set[date]:
        """Return the days on which an entry begins, ends or is checked, and from which a check counts."""
        key = (row.pointer, award, first, last)
        if key in self._entry_days:
            return self._entry_days[key]
        own = [self.entries.day(row, field)[0].exact for field in ("attained", "ended")]
        days = {moved for day in own if day is not None for moved in (day, calendar.day_after(day))}
        anniversary = self.entries.day(row, "anniversary")[0].exact
        rules = self.interpreter.core.rules_of_entry.get(award or "", ())
        for rule in rules:
            days.update(day for version in rule.versions for day in version.bounds())
        if anniversary is not None:
            reach = max((reach_of(rule) for rule in rules), default=1)
            for years in range(MAX_CHECKS):
                due = calendar.add_years(anniversary, years)
                if first.year - reach <= due.year <= last.year + reach:
                    days |= self._of_check(row, due, rules, projected)
            # Anniversaries go on after the last check that is followed, and are told before the first.
            for year in range(first.year - 1, last.year + 2):
                due = calendar.add_years(anniversary, year - anniversary.year)
                days |= {due, calendar.day_after(due)}
        self._entry_days[key] = days
        return days

    def _of_check(self, row: Row, due: date, rules: Sequence[c.Rule], projected: bool) -> set[date]:
        days = {due, calendar.day_after(due)}
        for rule in rules:
            check = self.entries.check_of(Moment(due, projected, rule=rule, entry=row, due=due))
            own = [check.day, check.loss]
            if check.window is not None:
                # Before the day of the check nobody asks what its window came to.
                own += [day for day in check.window if check.day is None or day >= check.day]
            if check.renewal is not None:
                days.add(check.renewal[0])
                own.append(calendar.day_after(check.renewal[1]))
            days.update(moved for day in own if day is not None for moved in (day, calendar.day_after(day)))
        return days

    def _of_anniversary(self, node: c.Anniversary) -> set[date]:
        """Return days in the policy from which on another anniversary may be meant."""
        if node.which != "first" and node.after is None:
            return set()
        days = set(self.interpreter.core.change_days)
        if node.after is not None:
            after = self.interpreter.evaluate(node.after, Moment(self.interpreter.facts.as_of)).range
            if isinstance(after, Dates) and after.exact is not None:
                days.add(after.exact)
        return {
            moved
            for day in days
            for moved in (day, calendar.day_after(day), calendar.day_after(calendar.day_after(day)))
        }


def _names(core: c.Core, award: str) -> set[str]:
    """Return the awards whose holders hold an award by some day."""
    rule = core.rule_of_award.get(award)
    return {award, *rule.was} if rule is not None else {award}
