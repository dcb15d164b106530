"""The register: what a partner holds, since when, until when, and when it is checked next.

The register (`records/awards`) is a fact that tells what was attained and when the next check is. An award is held
from the day it was attained until its check, whatever its score does in between. On the day of the check the rule is
decided with the facts of that day (or of the window the rule gives); failed, the award is lost after the rule's grace.
So nobody has to interpret an entry: ``holds`` does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from dsl import core as c
from evaluator import calendar
from evaluator.explanation import Explanation, Gap
from evaluator.facts import AWARDS, Row
from evaluator.moment import Decides, Moment
from evaluator.ranges import NEVER, Dates, Span, Truth, Words, all_of, any_of, compare, exactly, truth

YEAR = c.Duration(months=12)
"""How long an award is valid where its rule does not say (S0, life cycle: one year from attainment)."""

MAX_CHECKS = 30
"""Yearly checks that are followed through for one entry; a register is not older than the programme."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the register says of an award on a day."""

    held: Truth
    since: date | None = None
    """First day of the holding that counts."""
    until: date | None = None
    """First day it is, or will be, no longer held, where that is decided."""
    next_check: date | None = None
    level: str | None = None
    check: Explanation | None = None
    """The decision of the last check, where one was due."""
    gaps: tuple[Gap, ...] = ()


class Register:
    """Reads the register for an interpreter."""

    def __init__(self, interpreter: Decides) -> None:
        self.interpreter = interpreter
        self.facts = interpreter.facts
        self.rules: dict[str, c.Rule] = {}
        for rule in interpreter.core.rules.values():
            self.rules.setdefault(rule.award, rule)
        self._standings: dict[tuple[str, str | None, date, bool], Standing] = {}

    # ---- holds

    def holds(self, node: c.Holds | c.Paid, at: Moment) -> Explanation:
        """Decide whether an award is held (and benefits were bought with it)."""
        level = node.level if isinstance(node, c.Holds) else None
        if isinstance(node, c.Holds):
            standing = self.standing(node.award, level, at)
            parts = (standing.check,) if standing.check is not None else ()
            return Explanation(node, standing.held, parts, standing.gaps)
        told = self.facts.records("awards", at.projected)
        if told.rows is None:
            return Explanation(node, Truth.UNKNOWN, gaps=(Gap("records", told.pointer, AWARDS.title),))
        values: list[Truth] = []
        gaps: list[Gap] = []
        for row in told.rows:
            state = self._entry(row, node.award, None, at)
            bought, missing = self._text(row, "benefits")
            paid = ~compare("=", bought, exactly("none"))
            values.append(all_of((state.held, paid)))
            gaps.extend((*state.gaps, *missing))
        return Explanation(node, self._or_more(any_of(values), told.partial), gaps=tuple(gaps))

    def standing(self, award: str, level: str | None, at: Moment) -> Standing:
        """Return the standing of an award on a day, over all entries of the register."""
        key = (award, level, at.day, at.projected)
        if key not in self._standings:
            self._standings[key] = self._standing(award, level, at)
        return self._standings[key]

    def _standing(self, award: str, level: str | None, at: Moment) -> Standing:
        told = self.facts.records("awards", at.projected)
        if told.rows is None:
            return Standing(Truth.UNKNOWN, gaps=(Gap("records", told.pointer, AWARDS.title),))
        states = [self._entry(row, award, level, at) for row in told.rows]
        relevant = [state for state in states if state.held is not Truth.FALSE or state.since is not None]
        held = self._or_more(any_of(state.held for state in states), told.partial)
        gaps = tuple(gap for state in states if state.held is Truth.UNKNOWN for gap in state.gaps)
        if told.partial:
            gaps = (*gaps, Gap("rows", told.pointer, AWARDS.title, note="the list is marked partial"))
        if not relevant:
            return Standing(held, gaps=gaps)
        best = max(relevant, key=lambda state: (state.held.value, state.since or date.min))
        return replace(best, held=held, gaps=gaps)

    def _or_more(self, value: Truth, partial: bool) -> Truth:
        return Truth.UNKNOWN if partial and value is Truth.FALSE else value

    def _entry(self, row: Row, award: str, level: str | None, at: Moment) -> Standing:
        """Return what one entry says of an award on a day."""
        rule = self.rules.get(award)
        names = {award, *_former(rule, at.day)}
        named, name_gaps = self._text(row, "award")
        is_it = Truth.UNKNOWN if named.options is None else truth(bool(named.options & names))
        if is_it is Truth.FALSE:
            return Standing(Truth.FALSE)
        attained, attained_gaps = self._day(row, "attained")
        ended, ended_gaps = self._day(row, "ended")
        today = exactly(at.day)
        enough, level_gaps = self._level(row, level, rule)
        in_force = truth(rule is None or any(at.day in version.days for version in rule.versions))
        begun, going = compare("<=", attained, today), compare("<", today, ended)
        before = all_of((is_it, enough, in_force, begun, going))
        gaps = (*name_gaps, *level_gaps, *attained_gaps, *ended_gaps)
        since = attained.exact
        own_level = row.data.get("level")
        if before is Truth.FALSE:
            # Told of all the same: an award that ended, or has not begun, has its dates.
            known = since if is_it is Truth.TRUE and begun is Truth.TRUE and enough is Truth.TRUE else None
            last = ended.exact if ended.exact not in (None, NEVER) else self._end_of_force(rule, at.day)
            return Standing(Truth.FALSE, known, last if known else None, None, own_level)
        checked = self._checked(row, rule, at)
        held = all_of((before, checked.held))
        until = ended.exact if ended.exact not in (None, NEVER) else checked.until
        return Standing(held, since, until, checked.next_check, own_level, checked.check, (*gaps, *checked.gaps))

    def _end_of_force(self, rule: c.Rule | None, day: date) -> date | None:
        ends = (
            [v.days.end for v in rule.versions if v.days.end is not None and v.days.end <= day]
            if rule is not None
            else []
        )
        return max(ends, default=None)

    def _level(self, row: Row, level: str | None, rule: c.Rule | None) -> tuple[Truth, tuple[Gap, ...]]:
        if level is None or rule is None or level not in rule.levels:
            return Truth.TRUE, ()
        enough = frozenset(rule.levels[rule.levels.index(level) :])
        own, gaps = self._text(row, "level")
        if own.options is None:
            return Truth.UNKNOWN, gaps
        return truth(bool(own.options & enough)), gaps

    # ---- checks

    def _checked(self, row: Row, rule: c.Rule | None, at: Moment) -> Standing:
        """Return whether the checks that were due up to the day leave the award held."""
        anniversary, gaps = self._day(row, "anniversary")
        if anniversary.low is not None and anniversary.low > at.day:
            return Standing(Truth.TRUE, next_check=anniversary.exact)
        due = anniversary.exact
        if due is None:
            return Standing(Truth.UNKNOWN, gaps=gaps)
        if rule is None or rule.kind not in ("competency", "designation", "specialization", "program"):
            # Benefits are bought for a year; there is nothing to check.
            return Standing(truth(at.day < due), until=due)
        own = self._own_level(row, rule)
        for years in range(MAX_CHECKS):
            check = calendar.add_years(due, years)
            if check > at.day:
                return Standing(Truth.TRUE, next_check=check)
            state = self._check(row, own, check, at)
            if state is not None:
                return state
        return Standing(
            Truth.UNKNOWN, gaps=(Gap("field", f"{row.pointer}/anniversary", "An anniversary of this century"),)
        )

    def _check(self, row: Row, rule: c.Rule, due: date, at: Moment) -> Standing | None:
        """Decide one check; None where it was passed and the award goes on to the next one."""
        moment = Moment(due, at.projected, rule=rule, entry=row, due=due)
        day = self._day_of(rule, "checked at", moment) or due
        window = self._window_of(rule, "met sometime", moment)
        loss = calendar.add(day, self._duration_of(rule, "lost after", moment, c.Duration()))
        if window is not None:
            loss = max(loss, window[1] + timedelta(days=1))
        if at.day < loss:
            return Standing(Truth.TRUE, next_check=day if day >= at.day else None, until=None)
        decided = self._decided(rule, day, window, moment)
        if decided.truth is Truth.FALSE:
            return Standing(Truth.FALSE, until=loss, check=decided)
        renewal = self._window_of(rule, "renewable", moment)
        if renewal is not None and at.day > renewal[1]:
            # The register still shows the old anniversary after the window in which it could be renewed.
            return Standing(Truth.FALSE, until=renewal[1] + timedelta(days=1), check=decided)
        if decided.truth is Truth.UNKNOWN:
            return Standing(Truth.UNKNOWN, check=decided, gaps=tuple(decided.missing()))
        if renewal is not None:
            return Standing(Truth.TRUE, next_check=calendar.next_anniversary(due, at.day), check=decided)
        return None

    def _decided(self, rule: c.Rule, day: date, window: tuple[date, date] | None, moment: Moment) -> Explanation:
        if window is None:
            return self.interpreter.requirement(rule, replace(moment, day=day))
        node = c.Sometime(
            condition=c.Qualifies(rule=rule.id, type=c.FLAG, origin=rule.origin),
            start=c.Literal(value=window[0], type=c.DATE, origin=rule.origin),
            end=c.Literal(value=window[1], type=c.DATE, origin=rule.origin),
            type=c.FLAG,
            origin=rule.origin,
        )
        return self.interpreter.evaluate(node, moment)

    def _own_level(self, row: Row, rule: c.Rule) -> c.Rule:
        level = row.data.get("level")
        return self.interpreter.core.rules.get(f"{rule.award}.{level}", rule)

    def asked_this_year(self, node: c.Expr, even: bool, at: Moment) -> Explanation:
        """Whether the check at hand falls on an even (odd) anniversary; attaining is year 0."""
        if at.entry is None or at.due is None:
            return Explanation(node, truth(even))
        attained, gaps = self._day(at.entry, "attained")
        if attained.exact is None:
            return Explanation(node, Truth.UNKNOWN, gaps=gaps)
        return Explanation(node, truth((at.due.year - attained.exact.year) % 2 == (0 if even else 1)))

    # ---- settings of a rule on a day

    def _setting(self, rule: c.Rule, word: str, day: date) -> c.SettingVersion | None:
        for version in rule.versions:
            if day in version.days:
                return next((setting for setting in version.settings.get(word, ()) if day in setting.days), None)
        return None

    def _day_of(self, rule: c.Rule, word: str, moment: Moment) -> date | None:
        setting = self._setting(rule, word, moment.day)
        if setting is None or isinstance(setting.value, tuple):
            return None
        found = self.interpreter.evaluate(setting.value, moment).range
        return found.exact if isinstance(found, Dates) else None

    def _window_of(self, rule: c.Rule, word: str, moment: Moment) -> tuple[date, date] | None:
        setting = self._setting(rule, word, moment.day)
        if setting is None or not isinstance(setting.value, tuple):
            return None
        first, last = (self.interpreter.evaluate(bound, moment).range for bound in setting.value)
        if isinstance(first, Dates) and isinstance(last, Dates) and first.exact is not None and last.exact is not None:
            return first.exact, last.exact
        return None

    def _duration_of(self, rule: c.Rule, word: str, moment: Moment, default: c.Duration) -> c.Duration:
        setting = self._setting(rule, word, moment.day)
        if setting is None or isinstance(setting.value, tuple):
            return default
        found = self.interpreter.evaluate(setting.value, moment).range
        return found.duration if isinstance(found, Span) else default

    def renewal_window(self, rule: c.Rule, due: date) -> tuple[date, date] | None:
        """Return first and last day on which an award with that anniversary may be renewed."""
        return self._window_of(rule, "renewable", Moment(due, rule=rule, due=due))

    # ---- anniversaries

    def anniversary(self, node: c.Anniversary, at: Moment) -> Explanation:
        """Return an anniversary date.

        In a check it is the entry's own. Else ``own`` is a year after today (a year after it would be attained),
        ``shared`` that of the awards of the same kind that are held, else the membership's, else a year from today;
        ``any``, ``membership`` and ``next`` are the next anniversary of the membership on or after today, ``first``
        the first one after a day. Without a membership there is none: it never comes.
        """
        if at.due is not None and node.which in ("any", "own", "shared"):
            # The check's own date: the entry's anniversary, moved on by the years since.
            return Explanation(node, exactly(at.due))
        if node.which == "attained":
            if at.entry is not None:
                attained, gaps = self._day(at.entry, "attained")
                return Explanation(node, attained, gaps=gaps)
            return Explanation(node, exactly(at.day))
        if node.which == "own":
            return Explanation(node, exactly(calendar.add(at.day, self._validity(at))))
        after = at.day - timedelta(days=1)
        parts: tuple[Explanation, ...] = ()
        if node.after is not None:
            start = self.interpreter.evaluate(node.after, at)
            parts = (start,)
            if not isinstance(start.range, Dates) or start.range.exact is None:
                return Explanation(node, Dates(), parts)
            after = start.range.exact
        elif node.which == "first" and at.rule is not None:
            starts = [v.days.start for v in at.rule.versions if v.days.start is not None]
            after = min(starts) - timedelta(days=1) if starts else after
        found, gaps = self._membership(
            at, after, at.rule.kind if node.which == "shared" and at.rule is not None else None
        )
        if found is None:
            absent = calendar.add(at.day, self._validity(at)) if node.which == "shared" else NEVER
            return Explanation(node, exactly(absent), parts, gaps)
        return Explanation(node, found, parts, gaps)

    def _validity(self, at: Moment) -> c.Duration:
        return self._duration_of(at.rule, "valid", at, YEAR) if at.rule is not None else YEAR

    def _membership(self, at: Moment, after: date, kind: str | None) -> tuple[Dates | None, tuple[Gap, ...]]:
        """Return the first membership anniversary after a day, from the entries attained by today."""
        told = self.facts.records("awards", at.projected)
        if told.rows is None:
            return Dates(after + timedelta(days=1), None), (Gap("records", told.pointer, AWARDS.title),)
        own: list[Dates] = []
        others: list[Dates] = []
        gaps: list[Gap] = []
        for row in told.rows:
            name, name_gaps = self._text(row, "award")
            if name.options is not None and not any(
                n.startswith(("competency.", "designation.", "benefit.")) for n in name.options
            ):
                continue
            attained, attained_gaps = self._day(row, "attained")
            ended, ended_gaps = self._day(row, "ended")
            begun = all_of((compare("<=", attained, exactly(at.day)), compare("<", exactly(after), ended)))
            if begun is Truth.FALSE:
                continue
            anniversary, anniversary_gaps = self._day(row, "anniversary")
            exact = anniversary.exact
            here = [*name_gaps, *attained_gaps, *ended_gaps, *anniversary_gaps]
            gaps.extend(here)
            unsure = exact is None or begun is Truth.UNKNOWN or name.options is None
            moved = Dates(after + timedelta(days=1), None) if unsure or exact is None else self._moved(exact, after)
            same = name.exact is not None and kind is not None and name.exact.startswith(f"{kind}.")
            (own if same else others).append(moved)
        chosen = own or others
        if told.partial:
            gap = Gap("rows", told.pointer, AWARDS.title, note="the list is marked partial")
            return Dates(after + timedelta(days=1), None), (*gaps, gap)
        if not chosen:
            return None, tuple(gaps)
        if any(range_.exact is None for range_ in (*own, *others)):
            return Dates(after + timedelta(days=1), None), tuple(gaps)
        days = [range_.exact for range_ in chosen if range_.exact is not None]
        return Dates(min(days), min(days)), tuple(gaps)

    def _moved(self, original: date, after: date) -> Dates:
        day = (
            original
            if original > after and calendar.add_years(original, -1) <= after
            else calendar.next_anniversary(original, after)
        )
        return Dates(day, day)

    # ---- fields

    def _text(self, row: Row, name: str) -> tuple[Words, tuple[Gap, ...]]:
        range_, gaps = self.facts.field(row, name, AWARDS)
        return (range_ if isinstance(range_, Words) else Words()), gaps

    def _day(self, row: Row, name: str) -> tuple[Dates, tuple[Gap, ...]]:
        range_, gaps = self.facts.field(row, name, AWARDS)
        return (range_ if isinstance(range_, Dates) else Dates()), gaps


def _former(rule: c.Rule | None, day: date) -> set[str]:
    """Return the awards whose holders hold this one by the day: those of the versions that have begun."""
    versions = rule.versions if rule is not None else ()
    return {
        old for version in versions if version.days.start is None or version.days.start <= day for old in version.was
    }
