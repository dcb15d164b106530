"""The register: what a partner holds, since when, until when, and when it is checked next.

The register (`records/awards`) is a fact that tells what was attained and when the next check is. An award is held
from the day it was attained until its check, whatever its score does in between. On the day of the check the rule is
decided with the facts of that day (or of the window the rule gives); failed, the award is lost after the rule's grace.
So nobody has to interpret an entry: ``holds`` does. What an entry says stands in ``entries`` and ``checks``, what it
gives to others in ``anniversaries``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from dsl import core as c
from dsl.core.ranges import NEVER, Dates, Truth, all_of, any_of, compare, exactly, truth
from evaluator.explanation import Explanation, Gap
from evaluator.facts import Row
from evaluator.moment import Decides, Moment
from evaluator.register.anniversaries import Anniversaries
from evaluator.register.checks import Checks, Entry
from evaluator.register.days import RegisterDays
from evaluator.register.entries import Entries, Gaps
from evaluator.register.standing import Standing, of_several


class Register:
    """Reads the register for an interpreter."""

    def __init__(self, interpreter: Decides) -> None:
        self.interpreter = interpreter
        self.entries = Entries(interpreter)
        self.anniversaries = Anniversaries(interpreter, self.entries)
        self._days = RegisterDays(interpreter, self.entries)
        self._standings: dict[tuple[str, str | None, date, bool], Standing] = {}

    def holds(self, node: c.Holds | c.Paid, at: Moment) -> Explanation:
        """Decide whether an award is held (and benefits were bought with it)."""
        if isinstance(node, c.Holds):
            standing = self.standing(node.award, node.level, at)
            parts = (standing.check,) if standing.check is not None else ()
            return Explanation(node, standing.held, parts, standing.gaps)

        def is_bought(row: Row) -> tuple[Truth, Gaps]:
            state = self.entries.state(row, node.award, None, at)
            bought, missing = self.entries.text(row, "benefits")
            return all_of((state.held, ~compare("=", bought, exactly("none")))), (*state.gaps, *missing)

        return self._some_entry(node, at, is_bought)

    def lapsed(self, node: c.Lapsed, at: Moment) -> Explanation:
        """Decide whether an award was held once and is not any longer."""
        entries = self.entries

        def has_begun(row: Row) -> tuple[Truth, Gaps]:
            is_it, name_gaps = entries.is_of(row, node.award, at)
            attained, attained_gaps = entries.day(row, "attained")
            enough, level_gaps = entries.reaches(row, node.level, entries.rules.get(node.award))
            begun = all_of((is_it, enough, compare("<=", attained, exactly(at.day))))
            return begun, (*name_gaps, *attained_gaps, *level_gaps)

        once = self._some_entry(node, at, has_begun)
        if entries.told(at).rows is None:
            return once
        standing = self.standing(node.award, node.level, at)
        return Explanation(node, all_of((once.truth, ~standing.held)), gaps=(*once.gaps, *standing.gaps))

    def in_renewal(self, node: c.InRenewal, at: Moment) -> Explanation:
        """Decide whether the day is among those on which an entry of the award may be renewed."""
        rule = self.entries.rules.get(node.award)

        def is_renewable(row: Row) -> tuple[Truth, Gaps]:
            is_it, name_gaps = self.entries.is_of(row, node.award, at)
            if is_it is Truth.FALSE:
                return Truth.FALSE, ()
            due, due_gaps = self.entries.day(row, "anniversary")
            ended, ended_gaps = self.entries.day(row, "ended")
            open_now = (
                truth(rule is not None and self.entries.renewable(rule, row, due.exact, at) is not None)
                if due.exact
                else Truth.UNKNOWN
            )
            going = compare("<", exactly(at.day), ended)
            return all_of((is_it, open_now, going)), (*name_gaps, *due_gaps, *ended_gaps)

        return self._some_entry(node, at, is_renewable)

    def _some_entry(self, node: c.Expr, at: Moment, of: Callable[[Row], tuple[Truth, Gaps]]) -> Explanation:
        """Decide whether something is so of some entry: ``of`` says of one whether it is, and what is missing to know it."""
        told = self.entries.told(at)
        if told.rows is None:
            return Explanation(node, Truth.UNKNOWN, gaps=(told.nothing_told(),))
        values: list[Truth] = []
        gaps: list[Gap] = []
        for row in told.rows:
            value, missing = of(row)
            values.append(value)
            gaps.extend(missing if value is Truth.UNKNOWN else ())
        more = self.interpreter.facts.untold(told, at.day, at.projected)
        return Explanation(node, any_of((*values, Truth.UNKNOWN) if more else values), gaps=(*gaps, *more))

    def asked_this_year(self, node: c.Expr, even: bool, at: Moment) -> Explanation:
        """Whether the check at hand falls on an even (odd) anniversary; attaining is year 0."""
        if at.entry is None or at.due is None:
            return Explanation(node, truth(even))
        attained, gaps = self.entries.day(at.entry, "attained")
        if attained.exact is None:
            return Explanation(node, Truth.UNKNOWN, gaps=gaps)
        return Explanation(node, truth((at.due.year - attained.exact.year) % 2 == (0 if even else 1)))

    def anniversary(self, node: c.Anniversary, at: Moment) -> Explanation:
        """Return an anniversary date."""
        return self.anniversaries.decide(node, at)

    def days(self, node: c.Expr, projected: bool, first: date, last: date) -> set[date]:
        """Return the days of a window on which what a node says of the register can change."""
        return self._days.days(node, projected, first, last)

    def leave_alone(self, over: Mapping[str, date]) -> None:
        """Take entries by their pointers that are known to be over for good, each with the first day without its award.

        Only days are found otherwise by it: on none after that day anything turns by such an entry.
        """
        self._days.over = over

    # ---- standings

    def standing(self, award: str, level: str | None, at: Moment) -> Standing:
        """Return the standing of an award on a day, over all entries of the register."""
        key = (award, level, at.day, at.projected)
        if key not in self._standings:
            told = self.entries.told(at)
            if told.rows is None:
                self._standings[key] = Standing(Truth.UNKNOWN, gaps=(told.nothing_told(),))
            else:
                rows = self.entries.that_may_be(told, award, at)
                states = [state for row in rows for state in self.entries.states(row, award, level, at)]
                self._standings[key] = of_several(states, self.interpreter.facts.untold(told, at.day, at.projected))
        return self._standings[key]

    def if_attained(self, rule: c.Rule, at: Moment) -> Standing:
        """Return the anniversary and the first check that an award would have, were it attained today."""
        due = self.anniversaries.if_attained(at._replace(rule=rule))
        if not isinstance(due.range, Dates) or due.range.exact in (None, NEVER):
            return Standing(Truth.FALSE, gaps=tuple(due.missing()), settled=False)
        day, anniversary = at.day.isoformat(), due.range.exact
        row = Row({"award": rule.award, "attained": day, "anniversary": anniversary.isoformat()}, "")
        entry = Entry(row, rule.award, at.day, anniversary)
        days = self.entries.check_days(rule.award, rule)
        checks = Checks(self.interpreter, entry, lambda _: rule, days, projected=at.projected)
        check = checks.next_after(at.day)
        if check is None:
            return Standing(Truth.FALSE, would_be=anniversary)
        return Standing(Truth.FALSE, next_check=check.day, next_due=check.due, would_be=anniversary)
