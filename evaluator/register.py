"""The register: what a partner holds, since when, until when, and when it is checked next.

The register (`records/awards`) is a fact that tells what was attained and when the next check is. An award is held
from the day it was attained until its check, whatever its score does in between. On the day of the check the rule is
decided with the facts of that day (or of the window the rule gives); failed, the award is lost after the rule's grace.
So nobody has to interpret an entry: ``holds`` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dsl import core as c
from dsl.builtin import AWARDS
from evaluator import calendar
from evaluator.explanation import Explanation, Gap
from evaluator.facts import Records, Row
from evaluator.moment import Decides, Moment
from evaluator.ranges import (
    NEVER,
    Dates,
    Span,
    Truth,
    Words,
    all_of,
    any_of,
    compare,
    exactly,
    hull,
    is_settled,
    truth,
)
from evaluator.reads import walk

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
    renews_to: date | None = None
    """The new anniversary, were it renewed on the day: in the days for renewal of a rule that sets one."""
    level: str | None = None
    check: Explanation | None = None
    """The decision of the last check, where one was due."""
    gaps: tuple[Gap, ...] = ()
    settled: bool = True
    """Whether the dates are known as well: no field that could change them is missing."""


class Register:
    """Reads the register for an interpreter."""

    def __init__(self, interpreter: Decides) -> None:
        self.interpreter = interpreter
        self.facts = interpreter.facts
        self.rules = interpreter.core.rule_of_award
        self._standings: dict[tuple[str, str | None, date, bool], Standing] = {}
        self._entry_days: dict[tuple[str, str | None, date, date], set[date]] = {}

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
            if values[-1] is Truth.UNKNOWN:
                gaps.extend((*state.gaps, *missing))
        more = self._more(told, at)
        held = any_of((*values, Truth.UNKNOWN)) if more else any_of(values)
        return Explanation(node, held, gaps=(*gaps, *more))

    def lapsed(self, node: c.Lapsed, at: Moment) -> Explanation:
        """Decide whether an award was held once and is not any longer."""
        told = self.facts.records("awards", at.projected)
        if told.rows is None:
            return Explanation(node, Truth.UNKNOWN, gaps=(Gap("records", told.pointer, AWARDS.title),))
        rule = self.rules.get(node.award)
        begun: list[Truth] = []
        gaps: list[Gap] = []
        for row in told.rows:
            is_it, name_gaps = self._is(row, node.award, rule, at)
            attained, attained_gaps = self._day(row, "attained")
            enough, level_gaps = self._level(row, node.level, rule)
            begun.append(all_of((is_it, enough, compare("<=", attained, exactly(at.day)))))
            if begun[-1] is Truth.UNKNOWN:
                gaps.extend((*name_gaps, *attained_gaps, *level_gaps))
        more = self._more(told, at)
        once = any_of((*begun, Truth.UNKNOWN)) if more else any_of(begun)
        standing = self.standing(node.award, node.level, at)
        return Explanation(node, all_of((once, ~standing.held)), gaps=(*gaps, *more, *standing.gaps))

    def in_renewal(self, node: c.InRenewal, at: Moment) -> Explanation:
        """Decide whether the day is among those on which an entry of the award may be renewed."""
        told = self.facts.records("awards", at.projected)
        if told.rows is None:
            return Explanation(node, Truth.UNKNOWN, gaps=(Gap("records", told.pointer, AWARDS.title),))
        rule = self.rules.get(node.award)
        found: list[Truth] = []
        gaps: list[Gap] = []
        for row in told.rows:
            is_it, name_gaps = self._is(row, node.award, rule, at)
            if is_it is Truth.FALSE:
                continue
            due, due_gaps = self._day(row, "anniversary")
            ended, ended_gaps = self._day(row, "ended")
            open_now = (
                truth(rule is not None and self._renewable(rule, row, due.exact, at) is not None)
                if due.exact
                else Truth.UNKNOWN
            )
            found.append(all_of((is_it, open_now, compare("<", exactly(at.day), ended))))
            if found[-1] is Truth.UNKNOWN:
                gaps.extend((*name_gaps, *due_gaps, *ended_gaps))
        more = self._more(told, at)
        value = any_of((*found, Truth.UNKNOWN)) if more else any_of(found)
        return Explanation(node, value, gaps=(*gaps, *more))

    def _renewable(self, rule: c.Rule, row: Row, anniversary: date, at: Moment) -> Moment | None:
        """Return the anniversary at which an entry may be renewed today, None outside of the days for it."""
        for years in range(MAX_CHECKS):
            due = calendar.add_years(anniversary, years)
            moment = Moment(due, at.projected, rule=rule, entry=row, due=due)
            window = self._window_of(moment, "renewable")
            if window is not None and window[0] <= at.day <= window[1]:
                return moment
            if due > at.day and (window is None or window[0] > at.day):
                return None
        return None

    def _is(self, row: Row, award: str, rule: c.Rule | None, at: Moment) -> tuple[Truth, tuple[Gap, ...]]:
        """Return whether an entry is of an award, or of one that the award followed."""
        named, gaps = self._text(row, "award")
        names = {award, *_former(rule, at.day)}
        return Truth.UNKNOWN if named.options is None else truth(bool(named.options & names)), gaps

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
        states = [state for state in states if state.held is not Truth.FALSE or state.since or not state.settled]
        more = self._more(told, at)
        held = any_of([state.held for state in states] + [Truth.UNKNOWN] * bool(more))
        gaps = (*(gap for state in states if state.held is Truth.UNKNOWN for gap in state.gaps), *more)
        if not states:
            return Standing(held, gaps=gaps, settled=not more)
        best = max(states, key=_weight)
        if more or (len(states) > 1 and not all(state.settled for state in states)):
            # Another entry may be the one that counts: no date is told that may be wrong.
            return Standing(held, check=best.check, gaps=gaps, settled=False)
        if not best.settled:
            return replace(best, held=held, until=None, next_check=None, renews_to=None, gaps=gaps)
        holding = [state for state in states if state.held is Truth.TRUE]
        if len(holding) > 1:
            # It is held as long as one entry holds it: the last check, and the last end, are the ones that count.
            checks = [state.next_check for state in holding if state.next_check is not None]
            ends = [state.until for state in holding if state.until is not None]
            until = max(ends) if len(ends) == len(holding) else None
            best = replace(best, next_check=max(checks, default=None), until=until)
        elif not holding and all(state.until is not None for state in states):
            best = max(states, key=lambda state: state.until or date.min)
        return replace(best, held=held, gaps=gaps)

    def _more(self, told: Records, at: Moment) -> tuple[Gap, ...]:
        """Return why entries that nobody told of may count too: a partial list, or a day that lies ahead."""
        gaps = [Gap("rows", told.pointer, AWARDS.title, note="the list is marked partial")] if told.partial else []
        if self._is_ahead(at.day, at):
            gaps.append(Gap("history", told.pointer, AWARDS.title, None, at.day))
        return tuple(gaps)

    def _is_ahead(self, day: date, at: Moment) -> bool:
        return day > self.facts.as_of and not at.projected

    def _entry(self, row: Row, award: str, level: str | None, at: Moment) -> Standing:
        """Return what one entry says of an award on a day."""
        rule = self.rules.get(award)
        is_it, name_gaps = self._is(row, award, rule, at)
        if is_it is Truth.FALSE:
            return Standing(Truth.FALSE)
        attained, attained_gaps = self._day(row, "attained")
        ended, ended_gaps = self._day(row, "ended")
        today = exactly(at.day)
        enough, level_gaps = self._level(row, level, rule)
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
            # Told of all the same: an award that ended has its dates.
            last = _first(ended.exact, self._end_of_force(rule, at.day))
            return Standing(Truth.FALSE, since, last if settled else None, None, level=own_level, settled=settled)
        checked = self._checked(row, rule, at)
        held = all_of((before, checked.held))
        return Standing(
            held, since, _first(ended.exact, checked.until), checked.next_check,
            self._renews_to(row, rule, at) if held is Truth.TRUE else None, own_level,
            checked.check, (*gaps, *checked.gaps), settled and checked.settled,
        )  # fmt: skip

    def _renews_to(self, row: Row, rule: c.Rule | None, at: Moment) -> date | None:
        due, _ = self._day(row, "anniversary")
        if rule is None or due.exact is None:
            return None
        moment = self._renewable(rule, row, due.exact, at)
        return self._day_of(moment, "renews to") if moment is not None else None

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
        due, gaps = self._day(row, "anniversary")
        name, name_gaps = self._text(row, "award")
        attained, attained_gaps = self._day(row, "attained")
        if due.exact is None or name.exact is None or attained.exact is None:
            return Standing(Truth.UNKNOWN, gaps=(*gaps, *name_gaps, *attained_gaps), settled=False)
        if rule is None or rule.kind not in ("competency", "designation", "specialization", "program"):
            # Benefits are bought for a year; there is nothing to check.
            return Standing(truth(at.day < due.exact), until=due.exact)
        entry = _Entry(row, name.exact, attained.exact, due.exact)
        level, level_gaps = self._text(row, "level")
        levels = self.rules.get(entry.award, rule).levels or rule.levels
        if level.exact is not None or not levels:
            return self._followed(entry, rule, level.exact, at)
        states = [self._followed(entry, rule, own, at) for own in levels]
        held = hull(state.held for state in states)
        if not isinstance(held, Truth):
            raise AssertionError("truths have a hull of truths")
        return Standing(held, gaps=(*level_gaps, *(gap for state in states for gap in state.gaps)), settled=False)

    def _followed(self, entry: _Entry, rule: c.Rule, level: str | None, at: Moment) -> Standing:
        """Follow the yearly checks of an entry up to the day."""
        before: date | None = None
        for years in range(MAX_CHECKS):
            due = calendar.add_years(entry.anniversary, years)
            moment = Moment(due, at.projected, rule=self._rule_on(due, entry, rule, level), entry=entry.row, due=due)
            days = [*self._setting(moment, "checked at"), *self._setting(moment, "met sometime")]
            days += self._setting(moment, "renewable")
            unsettled = [part for part in days if not is_settled(part.range)]
            if unsettled:
                gaps = tuple(gap for part in unsettled for gap in part.missing())
                return Standing(Truth.UNKNOWN, gaps=gaps, settled=False)
            check = self._day_of(moment, "checked at") or due
            if check == NEVER:
                # Nothing is checked at this anniversary; only what has to be renewed at it can be lost.
                renewal = self._window_of(moment, "renewable")
                if renewal is not None and at.day > renewal[1]:
                    return Standing(Truth.FALSE, until=renewal[1] + timedelta(days=1))
                continue
            if at.day < check:
                return Standing(Truth.TRUE, next_check=check)
            if check == before and due > at.day:
                # The rule names one day for good: there is no later check.
                return Standing(Truth.TRUE)
            if check >= entry.attained and check != before:
                state = self._check(check, moment, at)
                if state is not None:
                    return state
            before = check
        if calendar.add_years(entry.anniversary, MAX_CHECKS - 1) > at.day:
            return Standing(Truth.TRUE)  # No check ever comes, as for a membership's anniversary without a membership.
        gap = Gap("field", f"{entry.row.pointer}/anniversary", "An anniversary of this century")
        return Standing(Truth.UNKNOWN, gaps=(gap,), settled=False)

    def first_check(self, rule: c.Rule, at: Moment) -> date | None:
        """Return the check that an award attained today would have first: the one that its entry is followed to."""
        anniversary = self._anniversary_of_new(rule, at)
        if anniversary is None or anniversary == NEVER:
            return None
        told = {"award": rule.award, "attained": at.day.isoformat(), "anniversary": anniversary.isoformat()}
        entry = _Entry(Row(told, "/records/awards"), rule.award, at.day, anniversary)
        return self._followed(entry, rule, rule.level, at).next_check

    def _anniversary_of_new(self, rule: c.Rule, at: Moment) -> date | None:
        """Return the anniversary that an award attained today gets: the one it is checked at, else its own."""
        for found in self._setting(replace(at, rule=rule), "checked at"):
            for part in found.walk():
                if isinstance(part.node, c.Anniversary) and isinstance(part.range, Dates):
                    return part.range.exact
        own = c.Anniversary(which="own", type=c.DATE, origin=rule.origin)
        found_own = self.anniversary(own, replace(at, rule=rule)).range
        return found_own.exact if isinstance(found_own, Dates) else None

    def _rule_on(self, day: date, entry: _Entry, rule: c.Rule, level: str | None) -> c.Rule:
        """Return the rule that a check of the day decides: the entry's own, and the one that followed it after that."""
        own = self.rules.get(entry.award, rule)
        award = own.award if own.version_on(day) is not None else rule.award
        return self.interpreter.core.rules.get(f"{award}.{level}", self.rules.get(award, rule))

    def _check(self, check: date, moment: Moment, at: Moment) -> Standing | None:
        """Decide one check; None where it was passed and the award goes on to the next one."""
        window = self._window_of(moment, "met sometime")
        lost_after = self._duration_of(moment, "lost after", c.Duration())
        if lost_after is None:
            return Standing(Truth.UNKNOWN, settled=False)
        loss = calendar.add(check, lost_after)
        if window is not None:
            loss = max(loss, window[1] + timedelta(days=1))
        if window is None and self._is_ahead(check, at):
            gap = Gap("history", "/records/awards", AWARDS.title, None, check, note="this check lies ahead")
            return Standing(truth(True) if at.day < loss else Truth.UNKNOWN, gaps=(gap,), settled=False)
        decided = self._decided(check, window, moment)
        if at.day < loss and decided.truth is not Truth.TRUE:
            # Held until then, whatever the check says; that it is lost then is told once it is decided.
            failed = decided.truth is Truth.FALSE
            return Standing(Truth.TRUE, until=loss if failed else None, check=decided, settled=failed)
        if decided.truth is Truth.FALSE:
            return Standing(Truth.FALSE, until=loss, check=decided)
        renewal = self._window_of(moment, "renewable")
        if renewal is not None and at.day > renewal[1] and at.day >= loss:
            # The register still shows the old anniversary after the window in which it could be renewed.
            lost = renewal[1] + timedelta(days=1)
            if decided.truth is Truth.UNKNOWN:
                return Standing(Truth.FALSE, check=decided, settled=False)
            return Standing(Truth.FALSE, until=max(lost, loss), check=decided)
        if decided.truth is Truth.UNKNOWN:
            return Standing(Truth.UNKNOWN, check=decided, gaps=tuple(decided.missing()), settled=False)
        if renewal is not None:
            due = moment.due or check
            return Standing(Truth.TRUE, next_check=calendar.next_anniversary(due, at.day), check=decided)
        return None

    def _decided(self, day: date, window: tuple[date, date] | None, moment: Moment) -> Explanation:
        rule = moment.rule
        if rule is None:
            raise AssertionError("a check is of a rule")
        if window is None:
            return replace(self.interpreter.requirement(rule, replace(moment, day=day)), day=day)
        node = c.Sometime(
            condition=c.Qualifies(rule=rule.id, type=c.FLAG, origin=rule.origin),
            start=c.Literal(value=window[0], type=c.DATE, origin=rule.origin),
            end=c.Literal(value=window[1], type=c.DATE, origin=rule.origin),
            type=c.FLAG,
            origin=rule.origin,
        )
        return self.interpreter.evaluate(node, moment)

    def asked_this_year(self, node: c.Expr, even: bool, at: Moment) -> Explanation:
        """Whether the check at hand falls on an even (odd) anniversary; attaining is year 0."""
        if at.entry is None or at.due is None:
            return Explanation(node, truth(even))
        attained, gaps = self._day(at.entry, "attained")
        if attained.exact is None:
            return Explanation(node, Truth.UNKNOWN, gaps=gaps)
        return Explanation(node, truth((at.due.year - attained.exact.year) % 2 == (0 if even else 1)))

    # ---- settings of a rule on a day

    def _setting(self, at: Moment, word: str) -> list[Explanation]:
        """Decide the value (or both ends of the window) of a setting of the moment's rule on its day, if it has one."""
        version = next((v for v in at.rule.versions if at.day in v.days), None) if at.rule is not None else None
        for setting in version.settings.get(word, ()) if version is not None else ():
            if at.day in setting.days:
                values = setting.value if isinstance(setting.value, tuple) else (setting.value,)
                return [self.interpreter.evaluate(value, at) for value in values]
        return []

    def _day_of(self, at: Moment, word: str) -> date | None:
        for found in self._setting(at, word):
            return found.range.exact if isinstance(found.range, Dates) else None
        return None

    def _window_of(self, at: Moment, word: str) -> tuple[date, date] | None:
        days = [found.range.exact for found in self._setting(at, word) if isinstance(found.range, Dates)]
        return (days[0], days[1]) if len(days) == 2 and days[0] is not None and days[1] is not None else None

    def _duration_of(self, at: Moment, word: str, default: c.Duration) -> c.Duration | None:
        """Return the duration of a setting; the default without one, None where it is not known."""
        for found in self._setting(at, word):
            return found.range.duration if isinstance(found.range, Span) else default
        return default

    def renewal_window(self, rule: c.Rule, due: date) -> tuple[date, date] | None:
        """Return first and last day on which an award with that anniversary may be renewed."""
        return self._window_of(Moment(due, rule=rule, due=due), "renewable")

    # ---- anniversaries

    def anniversary(self, node: c.Anniversary, at: Moment) -> Explanation:
        """Return an anniversary date.

        In a check it is the entry's own. Else ``own`` is a year after today (a year after it would be attained),
        ``shared`` the next one, after today, of the awards of the same kind that are held, else of the membership,
        else a year from today;
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
        validity = self._duration_of(at, "valid", YEAR)
        if node.which == "own":
            return Explanation(node, Dates() if validity is None else exactly(calendar.add(at.day, validity)))
        # What is attained on an anniversary is checked at the next one.
        after = at.day if node.which == "shared" else at.day - timedelta(days=1)
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
            if node.which != "shared":
                return Explanation(node, exactly(NEVER), parts, gaps)
            if validity is None:
                return Explanation(node, Dates(), parts, gaps)
            own = calendar.add(at.day, validity)
            return Explanation(node, exactly(self._moved(own, after) if own <= after else own), parts, gaps)
        return Explanation(node, found, parts, gaps)

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
            moved = Dates(after + timedelta(days=1), None)
            if exact is not None and not unsure:
                first = self._moved(exact, after, back=after < at.day - timedelta(days=1))
                moved = Dates(first, first)
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

    def _moved(self, original: date, after: date, *, back: bool = False) -> date:
        """Return the first anniversary after a day; one that lies ahead is the next, unless earlier ones are meant."""
        if original > after and (not back or calendar.add_years(original, -1) <= after):
            return original
        return calendar.next_anniversary(original, after)

    # ---- when it changes

    def days(self, node: c.Expr, projected: bool, first: date, last: date) -> set[date]:
        """Return the days of a window on which what a node says of the register can change."""
        told = self.facts.records("awards", projected)
        award: str | None = getattr(node, "award", None)
        days = {_after(self.facts.as_of)}
        core = self.interpreter.core
        for rule in core.rules_of_entry.get(award, ()) if award is not None else ():
            days.update(day for version in rule.versions for day in version.bounds())
        for row in told.rows or ():
            name = row.data.get("award")
            if award is None or name is None or name == award or name in _names(core, award):
                days |= self._days_of_entry(row, name or award, projected, first, last)
        if isinstance(node, c.Anniversary):
            days |= self._days_of_anniversary(node)
        return {day for day in days if first <= day <= last}

    def _days_of_entry(self, row: Row, award: str | None, projected: bool, first: date, last: date) -> set[date]:
        """Return the days on which an entry begins, ends or is checked, and from which a check counts."""
        key = (row.pointer, award, first, last)
        if key in self._entry_days:
            return self._entry_days[key]
        own = [self._day(row, field)[0].exact for field in ("attained", "ended")]
        days = {day for day in own if day is not None}
        anniversary = self._day(row, "anniversary")[0].exact
        rules = self.interpreter.core.rules_of_entry.get(award or "", ())
        for rule in rules:
            days.update(day for version in rule.versions for day in version.bounds())
        if anniversary is not None:
            reach = max((_reach(rule) for rule in rules), default=1)
            for years in range(MAX_CHECKS):
                due = calendar.add_years(anniversary, years)
                if first.year - reach <= due.year <= last.year + reach:
                    days |= self._days_of_check(row, due, rules, projected)
            # Anniversaries go on after the last check that is followed, and are told before the first.
            for year in range(first.year - 1, last.year + 2):
                due = calendar.add_years(anniversary, year - anniversary.year)
                days |= {due, _after(due)}
        self._entry_days[key] = days
        return days

    def _days_of_check(self, row: Row, due: date, rules: Sequence[c.Rule], projected: bool) -> set[date]:
        days = {due, _after(due)}
        for rule in rules:
            at = Moment(due, projected, rule=rule, entry=row, due=due)
            check = self._day_of(at, "checked at") or due
            loss = calendar.add(check, self._duration_of(at, "lost after", c.Duration()) or c.Duration())
            bounds = [*(self._window_of(at, "met sometime") or ()), *(self._window_of(at, "renewable") or ())]
            days.update(day for start in (check, loss, *bounds) for day in (start, _after(start)))
        return days

    def _days_of_anniversary(self, node: c.Anniversary) -> set[date]:
        """Return days in the policy from which on another anniversary may be meant."""
        if node.which != "first" and node.after is None:
            return set()
        days = set(self.interpreter.core.change_days)
        if node.after is not None:
            after = self.interpreter.evaluate(node.after, Moment(self.facts.as_of)).range
            if isinstance(after, Dates) and after.exact is not None:
                days.add(after.exact)
        return {moved for day in days for moved in (day, _after(day), _after(_after(day)))}

    # ---- fields

    def _text(self, row: Row, name: str) -> tuple[Words, tuple[Gap, ...]]:
        range_, gaps = self.facts.field(row, name, AWARDS)
        return (range_ if isinstance(range_, Words) else Words()), gaps

    def _day(self, row: Row, name: str) -> tuple[Dates, tuple[Gap, ...]]:
        range_, gaps = self.facts.field(row, name, AWARDS)
        return (range_ if isinstance(range_, Dates) else Dates()), gaps


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the register that can be checked: award and dates are told."""

    row: Row
    award: str
    attained: date
    anniversary: date


def _weight(state: Standing) -> tuple[int, date, date, date]:
    """Order entries by what counts more: held, then the later ones; nothing that depends on their order in the list."""
    days = (state.since or date.min, state.until or NEVER, state.next_check or date.min)
    return state.held.value, *days


def _first(*days: date | None) -> date | None:
    """Return the earliest of the days that are known and come."""
    return min((day for day in days if day is not None and day != NEVER), default=None)


def _former(rule: c.Rule | None, day: date) -> set[str]:
    """Return the awards whose holders hold this one by the day: those of the versions that have begun."""
    versions = rule.versions if rule is not None else ()
    return {
        old for version in versions if version.days.start is None or version.days.start <= day for old in version.was
    }


def _names(core: c.Core, award: str) -> set[str]:
    """Return the awards whose holders hold an award by some day."""
    rule = core.rule_of_award.get(award)
    return {award, *rule.was} if rule is not None else {award}


def _after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def _reach(rule: c.Rule) -> int:
    """Return by how many years at most the days of a check lie from its anniversary; all where the rule names a day."""
    months = days = 0
    for version in rule.versions:
        for settings in version.settings.values():
            for setting in settings:
                for value in setting.value if isinstance(setting.value, tuple) else (setting.value,):
                    for node in walk(value):
                        match node:
                            case c.Literal(value=date()):
                                return date.max.year
                            case c.Literal(value=c.Duration() as by) | c.Shift(by=by):
                                months, days = months + by.months, days + by.days
                            case _:
                                continue
    return 2 + months // 12 + days // 365
