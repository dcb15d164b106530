"""The entries of the register: what one of them says of an award on a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from dsl import core as c
from dsl.builtin import AWARDS
from dsl.core import calendar
from dsl.core.check_days import CheckDays, check_days_of
from dsl.core.ranges import NEVER, Dates, Truth, Words, all_of, compare, exactly, hull, truth
from evaluator.explanation import Gap
from evaluator.facts import Records, Row
from evaluator.moment import Decides, Moment
from evaluator.register.checks import MAX_CHECKS, Check, Checks, Entry, check_of
from evaluator.register.settings import Settings, day_of
from evaluator.register.standing import Standing

Gaps = tuple[Gap, ...]
_CHECK_DAYS = "days of the checks of awards"


class Entries:
    """Reads entries of the register for an interpreter."""

    def __init__(self, interpreter: Decides) -> None:
        self.interpreter = interpreter
        self.facts = interpreter.facts
        self.settings = Settings(interpreter)
        self.rules = interpreter.core.rule_of_award
        self._benefits = frozenset(interpreter.core.benefits)
        self._followers = interpreter.core.followers
        self._checks: dict[tuple[str, str, str | None, bool], Checks] = {}
        self._check_days: dict[tuple[str, str], CheckDays] = interpreter.core.kept.setdefault(_CHECK_DAYS, {})
        self._by_award: dict[str, dict[str | None, list[Row]]] = {}

    def told(self, at: Moment) -> Records:
        """Return the register as told."""
        return self.facts.records("awards", at.projected)

    def that_may_be(self, told: Records, award: str, at: Moment) -> list[Row]:
        """Return the entries that may say something of an award: of it or one before it, or of an award not told.

        Benefits may have been bought with any award.
        """
        rows = told.rows
        if not rows:
            return []
        if award in self._benefits:
            return list(rows)
        if told.pointer not in self._by_award:
            by_award = self._by_award[told.pointer] = {}
            for row in rows:
                by_award.setdefault(row.data.get("award"), []).append(row)
        names = (None, award, *sorted(self.former(award, at.day) - {award}))
        return [row for name in names for row in self._by_award[told.pointer].get(name, ())]

    # ---- one entry

    def states(self, row: Row, award: str, level: str | None, at: Moment) -> list[Standing]:
        """Return what an entry says of an award: by itself, and of benefits that were bought with it."""
        own = self.state(row, award, level, at)
        return [own, self._bought_with(row, award, at)] if award in self._benefits else [own]

    def state(self, row: Row, award: str, level: str | None, at: Moment) -> Standing:
        """Return what an entry of an award says of it on a day."""
        rule = self.rules.get(award)
        is_it, name_gaps = self.is_of(row, award, at)
        if is_it is Truth.FALSE:
            return Standing(Truth.FALSE)
        attained, attained_gaps = self.day(row, "attained")
        ended, ended_gaps = self.day(row, "ended")
        today = exactly(at.day)
        enough, level_gaps = self.reaches(row, level, rule)
        in_force = truth(rule is None or rule.version_on(at.day) is not None)
        begun, going = compare("<=", attained, today), compare("<", today, ended)
        if begun is Truth.FALSE or enough is Truth.FALSE:
            return Standing(Truth.FALSE)
        before = all_of((is_it, enough, in_force, begun, going))
        gaps = (*name_gaps, *level_gaps, *attained_gaps, *ended_gaps)
        known = is_it is Truth.TRUE and enough is Truth.TRUE and begun is Truth.TRUE
        since = attained.exact if known else None
        own_level = row.data.get("level") if known else None
        settled = known and ended.exact is not None
        if before is Truth.FALSE:
            # Told of all the same: an award that ended has its dates, and a check may have ended it earlier.
            last = _first(ended.exact, rule.ended_by(at.day) if rule is not None else None)
            if last is not None and attained.exact is not None and last <= attained.exact:
                last = None  # it was never held, so no day ended that
            if settled and last is not None and last <= at.day:
                checked = self._checked(row, award, at._replace(day=last - timedelta(days=1)))
                last, settled = _first(last, checked.until), checked.settled
            return Standing(Truth.FALSE, since, last if settled else None, None, level=own_level, settled=settled)
        checked = self._checked(row, award, at)
        held = all_of((before, checked.held))
        goes_out = rule.ends_after(at.day) if rule is not None and rule.award not in self._followers else None
        until = _first(ended.exact, checked.until, goes_out)
        next_check = checked.next_check
        if until is not None and next_check is not None and until <= next_check:
            next_check = None  # it is no longer held by then
        next_due = checked.next_due if next_check is not None else None
        renewing = self._renewing(row, rule, at) if held is Truth.TRUE else None
        return Standing(
            held,
            since,
            until,
            next_check,
            day_of(self.settings.decided(renewing, "renews to")) if renewing is not None else None,
            own_level,
            checked.check,
            check_due=checked.check_due,
            next_due=next_due,
            renews_due=renewing.day if renewing is not None else None,
            gaps=(*gaps, *checked.gaps),
            settled=settled and checked.settled,
        )

    def runs(self, row: Row, award: str, at: Moment, *, until_today: bool) -> Standing:
        """Return whether an entry of an award is held as a day begins, by its dates and its checks until then.

        An award whose rule has ended goes on to its anniversary, at which it can no longer be renewed.

        Args:
            row: the entry.
            award: its award.
            at: the day.
            until_today: also where the day is the first without it.
        """
        attained, attained_gaps = self.day(row, "attained")
        ended, ended_gaps = self.day(row, "ended")
        today = exactly(at.day)
        before = all_of((compare("<=", attained, today), compare("<=" if until_today else "<", today, ended)))
        if before is Truth.FALSE:
            return Standing(Truth.FALSE)
        checked = self._checked(row, award, at, begins=True, until_today=until_today)
        if award in self._benefits and until_today and checked.until == at.day:
            checked = Standing(Truth.TRUE)
        gaps = (*attained_gaps, *ended_gaps, *checked.gaps)
        return Standing(all_of((before, checked.held)), gaps=gaps)

    def _bought_with(self, row: Row, benefit: str, at: Moment) -> Standing:
        """Return what an entry says of benefits that were bought with its award: theirs until its anniversary."""
        own, name_gaps = self.text(row, "award")
        bought, gaps = self.text(row, "benefits")
        # The entry of benefits themselves carries no others.
        is_award = Truth.UNKNOWN if own.options is None else truth(not own.options <= self._benefits)
        names = {benefit, benefit.partition(".")[2]}
        is_it = Truth.UNKNOWN if bought.options is None else truth(bool(bought.options & names))
        attained, attained_gaps = self.day(row, "attained")
        due, due_gaps = self.day(row, "anniversary")
        ended, ended_gaps = self.day(row, "ended")
        today = exactly(at.day)
        begun = compare("<=", attained, today)
        held = all_of((is_award, is_it, begun, compare("<", today, due), compare("<", today, ended)))
        if Truth.FALSE in (is_award, is_it, begun):
            return Standing(Truth.FALSE)
        known = (is_award, is_it, begun) == (Truth.TRUE, Truth.TRUE, Truth.TRUE)
        until = _first(due.exact, ended.exact) if due.exact is not None and ended.exact is not None else None
        return Standing(
            held, attained.exact if known else None, until if known else None,
            gaps=(*name_gaps, *gaps, *attained_gaps, *due_gaps, *ended_gaps), settled=known and until is not None,
        )  # fmt: skip

    def is_of(self, row: Row, award: str, at: Moment) -> tuple[Truth, Gaps]:
        """Return whether an entry is of an award, or of one that the award followed."""
        named, gaps = self.text(row, "award")
        names = {award, *self.former(award, at.day)}
        return Truth.UNKNOWN if named.options is None else truth(bool(named.options & names)), gaps

    def reaches(self, row: Row, level: str | None, rule: c.Rule | None) -> tuple[Truth, Gaps]:
        """Return whether an entry is at a level or a higher one."""
        if level is None or rule is None or level not in rule.levels:
            return Truth.TRUE, ()
        enough = frozenset(rule.levels[rule.levels.index(level) :])
        own, gaps = self.text(row, "level")
        if own.options is None:
            return Truth.UNKNOWN, gaps
        return truth(bool(own.options & enough)), gaps

    # ---- renewing

    def renewable(self, rule: c.Rule, row: Row, anniversary: date, at: Moment) -> Moment | None:
        """Return the anniversary at which an entry may be renewed today, None outside of the days for it."""
        for years in range(MAX_CHECKS):
            due = calendar.add_years(anniversary, years)
            moment = Moment(due, at.projected, rule=rule, entry=row, due=due)
            window = self.settings.window(moment, "renewable")
            if window is not None and window[0] <= at.day <= window[1]:
                return moment
            if due > at.day and (window is None or window[0] > at.day):
                return None
        return None

    def _renewing(self, row: Row, rule: c.Rule | None, at: Moment) -> Moment | None:
        due, _ = self.day(row, "anniversary")
        return self.renewable(rule, row, due.exact, at) if rule is not None and due.exact is not None else None

    # ---- checks

    def _checked(
        self, row: Row, award: str, at: Moment, *, begins: bool = False, until_today: bool = False
    ) -> Standing:
        """Return whether the checks that were due up to the day leave the award held.

        Args:
            row: the entry.
            award: the award that is asked about; the entry's own, or one that followed it.
            at: the day.
            begins: leave out what is lost by a check of the day itself.
            until_today: and where it begins, count what is lost with the day as held.
        """
        due, gaps = self.day(row, "anniversary")
        name, name_gaps = self.text(row, "award")
        attained, attained_gaps = self.day(row, "attained")
        if due.exact is None or name.exact is None or attained.exact is None:
            return Standing(Truth.UNKNOWN, gaps=(*gaps, *name_gaps, *attained_gaps), settled=False)
        rule = self.rules.get(award)
        if rule is None or not rule.is_award:
            # Benefits are bought for a year; there is nothing to check.
            return Standing(truth(at.day < due.exact), until=due.exact)
        entry = Entry(row, name.exact, attained.exact, due.exact)
        level, level_gaps = self.text(row, "level")
        levels = self.rules.get(entry.award, rule).levels or rule.levels
        if level.exact is not None or not levels:
            checks = self.checks(entry, rule, level.exact, projected=at.projected)
            return checks.runs(at.day, until_today=until_today) if begins else checks.state(at.day)
        every = [self.checks(entry, rule, own, projected=at.projected) for own in levels]
        states = [checks.runs(at.day, until_today=until_today) if begins else checks.state(at.day) for checks in every]
        held = hull(state.held for state in states)
        if not isinstance(held, Truth):
            raise AssertionError("truths have a hull of truths")
        return Standing(held, gaps=(*level_gaps, *(gap for state in states for gap in state.gaps)), settled=False)

    def checks(self, entry: Entry, rule: c.Rule, level: str | None, *, projected: bool) -> Checks:
        """Return the checks of an entry by a rule, kept for further days."""
        key = (entry.row.pointer, rule.award, level, projected)
        if key not in self._checks:
            self._checks[key] = Checks(
                self.interpreter,
                entry,
                lambda day: self._rule_on(day, entry, rule, level),
                self.check_days(entry.award, rule),
                projected=projected,
            )
        return self._checks[key]

    def checks_of(self, award: str, at: Moment) -> Iterator[Checks]:
        """Yield the checks of all entries that may say something of an award, at whatever level they may be."""
        rule = self.rules.get(award)
        if rule is None or not rule.is_award:
            return
        for row in self.that_may_be(self.told(at), award, at):
            due, name, attained = (
                self.day(row, "anniversary")[0],
                self.text(row, "award")[0],
                self.day(row, "attained")[0],
            )
            if due.exact is None or name.exact is None or attained.exact is None:
                continue  # it is not known of it whether it is held, and nothing is decided
            entry = Entry(row, name.exact, attained.exact, due.exact)
            level = self.text(row, "level")[0].exact
            levels = self.rules.get(entry.award, rule).levels or rule.levels
            for own in levels if level is None and levels else (level,):
                yield self.checks(entry, rule, own, projected=at.projected)

    def check_days(self, award: str, rule: c.Rule) -> CheckDays:
        """Return what can be said of the days of all checks of an award that a rule or one beside it checks."""
        if (award, rule.award) not in self._check_days:
            by_award = self.interpreter.core.rules_of_entry
            rules = {one.id: one for name in (award, rule.award) for one in by_award.get(name, ())}
            self._check_days[award, rule.award] = check_days_of((rule, *rules.values()))
        return self._check_days[award, rule.award]

    def check_of(self, at: Moment) -> Check:
        """Return what comes with the anniversary of a moment."""
        return check_of(self.settings, at)

    def _rule_on(self, day: date, entry: Entry, rule: c.Rule, level: str | None) -> c.Rule:
        """Return the rule that a check of the day decides: the entry's own, and the one that followed it after that."""
        own = self.rules.get(entry.award, rule)
        award = own.award
        if own.version_on(day) is None:
            award = rule.award if rule.award != own.award else self._follower(own.award, day)
        return self.interpreter.core.rules.get(f"{award}.{level}", self.rules.get(award, rule))

    def _follower(self, award: str, day: date) -> str:
        """Return the award that followed one by a day: its holders go on with that; the award itself without any."""
        found = (rule.award for rule in self._followers.get(award, ()) if award in rule.was_by(day))
        return next(found, award)

    def former(self, award: str, day: date) -> set[str]:
        """Return the awards whose holders hold an award by a day."""
        rule = self.rules.get(award)
        return rule.was_by(day) if rule is not None else set()

    # ---- fields

    def text(self, row: Row, name: str) -> tuple[Words, Gaps]:
        """Return a field that is a word."""
        range_, gaps = self.facts.field(row, name, AWARDS)
        return (range_ if isinstance(range_, Words) else Words()), gaps

    def day(self, row: Row, name: str) -> tuple[Dates, Gaps]:
        """Return a field that is a day."""
        range_, gaps = self.facts.field(row, name, AWARDS)
        return (range_ if isinstance(range_, Dates) else Dates()), gaps


def _first(*days: date | None) -> date | None:
    """Return the earliest of the days that are known and come."""
    return min((day for day in days if day is not None and day != NEVER), default=None)
