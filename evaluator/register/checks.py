"""The checks of an entry of the register, and what they leave of it.

Three steps, each with one job: the days of the checks follow from the entry and its rule alone (``Checks.through``); a
rule is decided on the day of a check (``Checks.outcome``); what is left of the entry on a day is a fold over both
(``state``, ``runs``), which knows of nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dsl import core as c
from dsl.builtin import AWARDS
from dsl.core import calendar
from dsl.core.check_days import CheckDays
from dsl.core.ranges import NEVER, Truth, is_settled, truth
from dsl.core.remembered import Remembered
from dsl.core.walk import walk
from evaluator.deadline import look_at_the_clock
from evaluator.explanation import Explanation, Gap
from evaluator.facts import Row
from evaluator.moment import Decides, Moment
from evaluator.register.settings import Settings, day_of, duration_of, window_of
from evaluator.register.standing import Standing

MAX_CHECKS = 30
"""Yearly checks that are followed through for one entry; a register is not older than the programme."""

Window = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the register that can be checked: award and dates are told."""

    row: Row
    award: str
    attained: date
    anniversary: date


@dataclass(frozen=True, slots=True)
class Check:
    """What comes with one anniversary of an entry."""

    due: date
    """The anniversary."""
    moment: Moment
    """Rule, entry and anniversary, for deciding the check."""
    day: date | None = None
    """The day of the check, None where nothing is checked."""
    window: Window | None = None
    """Days on one of which it is enough to meet the rule; without it the day of the check counts."""
    loss: date = NEVER
    """First day without the award, where the check fails."""
    renewal: Window | None = None
    """Days for renewing; an entry that still shows the anniversary behind them was not renewed."""
    gaps: tuple[Gap, ...] = ()
    """What is missing to know these days."""
    is_again: bool = False
    """Whether the check of an earlier anniversary is on the same day: it decided, and here nothing but the renewal counts."""

    @property
    def unrenewed(self) -> date | None:
        """First day without the award, where it is not renewed."""
        if self.renewal is None:
            return None
        behind = _behind(self.renewal)
        return behind if self.day is None else max(behind, self.loss)


def check_of(settings: Settings, moment: Moment) -> Check:
    """Return what comes with the anniversary of a moment: from its rule and its entry alone.

    Where the settings say it of the anniversary alone, it is the same for all entries, and found once.
    """
    rule = moment.rule
    if rule is None or moment.due != moment.day or not goes_by_the_anniversary(settings.interpreter.core, rule):
        return decided_check(settings, moment)
    kept: Remembered[tuple[str, date], Check] = settings.interpreter.core.kept.setdefault(_FOUND, Remembered())
    known = kept.get((rule.id, moment.day))
    if known is None:
        known = kept.keep((rule.id, moment.day), decided_check(settings, moment))
    return replace(known, moment=moment)


_FOUND = "checks by the anniversary alone"
_BY_THE_ANNIVERSARY = "rules whose checks go by the anniversary alone"
WORDS = ("checked at", "met sometime", "renewable", "lost after")
"""The settings that a check is made of."""


def goes_by_the_anniversary(core: c.Core, rule: c.Rule) -> bool:
    """Whether the days of a rule's checks follow from the anniversary, whatever is told of a partner."""
    kept: dict[str, bool] = core.kept.setdefault(_BY_THE_ANNIVERSARY, {})
    if rule.id not in kept:
        settings = (one for version in rule.versions for word in WORDS for one in version.settings.get(word, ()))
        values = (value for one in settings for value in (one.value if isinstance(one.value, tuple) else (one.value,)))
        kept[rule.id] = all(_is_of_the_check(node) for value in values for node in walk(value))
    return kept[rule.id]


def _is_of_the_check(node: c.Expr) -> bool:
    if isinstance(node, c.Anniversary):
        return node.which not in ("first", "attained")
    return isinstance(node, c.Literal | c.Shift | c.Edge)


def decided_check(settings: Settings, moment: Moment) -> Check:
    """Return likewise what comes with the anniversary of a moment, found anew."""
    due = moment.due or moment.day
    checked, met, renewable, lost = (settings.decided(moment, word) for word in WORDS)
    unsettled = [part for part in (*checked, *met, *renewable, *lost) if not is_settled(part.range)]
    if unsettled:
        return Check(due, moment, gaps=tuple(gap for part in unsettled for gap in part.missing()))
    day = day_of(checked) or due
    renewal = window_of(renewable)
    if day == NEVER:
        return Check(due, moment, renewal=renewal)
    window = window_of(met)
    loss = calendar.add(day, duration_of(lost, c.Duration()) or c.Duration())
    if window is not None:
        loss = max(loss, _behind(window))
    return Check(due, moment, day, window, loss, renewal)


class Checks:
    """The checks of one entry by one rule and level, each found and decided once."""

    def __init__(
        self,
        interpreter: Decides,
        entry: Entry,
        rule_on: Callable[[date], c.Rule],
        days: CheckDays,
        *,
        projected: bool,
    ) -> None:
        self.interpreter = interpreter
        self.entry = entry
        self.rule_on = rule_on
        self.days = days
        self.projected = projected
        self._settings = Settings(interpreter)
        self._found: list[Check] = []
        self._outcomes: dict[date, Explanation] = {}
        self._at_hand: set[date] = set()
        """Anniversaries whose days, or whose check, are being found: what asks for them again rests on itself."""

    # ---- the days

    def through(self, day: date) -> list[Check]:
        """Return the checks of the anniversaries through a day, and on to the first check after it; by their days."""
        while len(self._found) < MAX_CHECKS and not self._reaches(day):
            due = calendar.add_years(self.entry.anniversary, len(self._found))
            moment = Moment(due, self.projected, rule=self.rule_on(due), entry=self.entry.row, due=due)
            if due in self._at_hand:
                return [Check(due, moment, gaps=(self._rests_on_itself(),))]
            self._at_hand.add(due)
            try:
                found = check_of(self._settings, moment)
            finally:
                self._at_hand.discard(due)
            self._found.append(found)
        return sorted(self._found, key=lambda check: (self._first_day(check), check.due))

    def _reaches(self, day: date) -> bool:
        """Whether the first check after a day is found, and none of a later anniversary may come before it."""
        following = calendar.add_years(self.entry.anniversary, len(self._found))
        if not self._found or self.days.may_come_first(following):
            return False
        last = self._found[-1]
        if last.due <= day or last.gaps:
            return bool(last.gaps)
        after = min((check.day for check in self._found if check.day is not None and check.day > day), default=None)
        return after is not None and self.days.before(following) >= after

    def _first_day(self, check: Check) -> date:
        """Return the day of a check, or the first on which it may be."""
        if check.gaps:
            return date.min if self.days.is_named(check.due) else self.days.before(check.due)
        return check.day or check.due

    # ---- the decisions

    def outcome(self, check: Check) -> Explanation:
        """Decide the rule on the day of a check, or on some day of its window."""
        if check.due in self._outcomes:
            return self._outcomes[check.due]
        if check.due in self._at_hand:
            unknown = c.Literal(value=None, type=c.FLAG, origin=self.rule_on(check.due).origin)
            return Explanation(unknown, Truth.UNKNOWN, gaps=(self._rests_on_itself(),), day=check.day)
        look_at_the_clock()
        self._at_hand.add(check.due)
        try:
            self._outcomes[check.due] = self._decided(check)
        finally:
            self._at_hand.discard(check.due)
        return self._outcomes[check.due]

    def decided_on(self, day: date) -> Iterator[tuple[c.Rule, date, date]]:
        """Yield the rules that checks through a day can have decided, each with the first and last day on which they did."""
        for check in self.through(day):
            if check.day is None:
                continue
            first, last = check.window or (check.day, check.day)
            rules = {
                one.id: one for one in map(self.rule_on, (first, last) if check.window is not None else (check.day,))
            }
            if first <= day:
                yield from ((rule, first, min(last, day)) for rule in rules.values())

    def _rests_on_itself(self) -> Gap:
        """Return the gap of a check that asks for the anniversary it decides about; no fact can fill it.

        ``merit check`` refuses the policies that come here (``dsl.check.checks_in_time``, and a law): who decides by a
        core that nobody checked is told so, and goes round no circle.
        """
        rule = self.rule_on(self.entry.anniversary)
        return Gap(
            "figure", rule.origin.place, "This check rests on the anniversary that it decides about", code="own_day"
        )

    def _decided(self, check: Check) -> Explanation:
        if check.day is None:
            raise AssertionError("a check is on a day")
        rule = self.rule_on(check.day)
        at = check.moment._replace(day=check.day, rule=rule)
        if check.window is None:
            return self.interpreter.requirement(rule, at)._replace(day=check.day)
        # A rule that another one follows inside the window is met on days of either.
        rules = {one.id: one for one in map(self.rule_on, check.window)}
        either = [c.Qualifies(rule=one, type=c.FLAG, origin=rules[one].origin) for one in rules]
        node = c.Sometime(
            condition=either[0] if len(either) == 1 else c.AnyOf(parts=tuple(either), type=c.FLAG, origin=rule.origin),
            start=c.Literal(value=check.window[0], type=c.DATE, origin=rule.origin),
            end=c.Literal(value=check.window[1], type=c.DATE, origin=rule.origin),
            type=c.FLAG,
            origin=rule.origin,
        )
        return self.interpreter.evaluate(node, at)._replace(day=check.day)

    # ---- what they leave

    def state(self, day: date) -> Standing:
        """Return whether the checks through a day leave the award held, until when, and when the next one is."""
        end: date | None = None
        why: Explanation | None = None
        why_due: date | None = None
        next_check: date | None = None
        next_due: date | None = None
        settled = True
        unknown: list[Check] = []
        for check in self._as_known(day, unknown):
            if check.day is not None and day < check.day:
                next_check, next_due = check.day, check.due
                break
            if end is not None and end <= (check.day or check.due):
                break
            behind = check.unrenewed
            lost = behind if behind is not None and behind <= day else None
            if check.day is not None and not check.is_again:
                decided, is_met = self._came_out(check)
                why, why_due = (decided, check.due) if decided is not None else (why, why_due)
                if is_met.held is Truth.FALSE:
                    lost = check.loss
                elif is_met.held is Truth.UNKNOWN:
                    settled = False
                    if check.loss <= day and lost is None:
                        return is_met._replace(check=why, check_due=why_due)
            end = _first(end, lost)
        if unknown:
            # It may be lost earlier by a check of a later anniversary whose day is not known, and never held again by one.
            held = Truth.FALSE if end is not None and end <= day else Truth.UNKNOWN
            gaps = unknown[0].gaps if held is Truth.UNKNOWN else ()
            return Standing(held, check=why, check_due=why_due, gaps=gaps, settled=False)
        if end is not None:
            until = end if settled else None
            return Standing(truth(day < end), until=until, check=why, check_due=why_due, settled=settled)
        if next_check is None and self._is_endless(day):
            gap = Gap("field", f"{self.entry.row.pointer}/anniversary", "An anniversary of this century", code="no_day")
            return Standing(Truth.UNKNOWN, gaps=(gap,), settled=False)
        return Standing(
            Truth.TRUE, next_check=next_check, check=why, check_due=why_due, next_due=next_due, settled=settled
        )

    def next_after(self, day: date) -> Check | None:
        """Return the first check on a day after this one, None where none is known or comes."""
        known = (check for check in self._in_turn(day) if not check.gaps)
        return next((check for check in known if check.day is not None and check.day > day), None)

    def runs(self, day: date, *, until_today: bool) -> Standing:
        """Return whether the award is still held as the day begins: checks through the day before count.

        What anniversaries are made of: so a check may ask for an anniversary of its own day, and never for itself.

        Args:
            day: the day.
            until_today: also where the day is the first without it.
        """
        held_on = day - timedelta(days=1) if until_today else day
        unknown: list[Check] = []
        for check in self._as_known(day, unknown):
            if check.day is not None and day <= check.day:
                break
            behind = check.unrenewed
            if check.day is not None and not check.is_again and check.loss <= held_on:
                decided, is_met = self._came_out(check)
                if is_met.held is Truth.FALSE:
                    return Standing(Truth.FALSE, until=None if unknown else check.loss)
                if is_met.held is Truth.UNKNOWN and (decided is None or behind is None or held_on < behind):
                    return is_met
            if behind is not None and behind <= held_on:
                return Standing(Truth.FALSE, until=None if unknown else behind)
        if unknown:
            return Standing(Truth.UNKNOWN, gaps=unknown[0].gaps, settled=False)
        return Standing(Truth.TRUE)

    def _in_turn(self, day: date) -> Iterator[Check]:
        """Yield the checks through a day and the next one by their days; one day is checked once, and nothing is asked before it is attained."""
        before: date | None = None
        for check in self.through(day):
            if (check.day or check.due) < self.entry.attained:
                continue
            is_again = check.day is not None and check.day == before
            before = check.day or before
            yield replace(check, is_again=True) if is_again else check

    def _as_known(self, day: date, unknown: list[Check]) -> Iterator[Check]:
        """Yield the checks in turn as long as it is known which comes first; those whose days are not go to ``unknown``."""
        for check in self._in_turn(day):
            if check.gaps:
                unknown.append(check)
            elif any(other.due <= check.due for other in unknown):
                return  # whichever comes first decides, and that is not known
            else:
                yield check

    def _came_out(self, check: Check) -> tuple[Explanation | None, Standing]:
        """Decide a check, and return what it says by itself.

        One that lies behind the day of the question is not decided: nobody knows how it will come out.
        """
        ahead = check.day is not None and check.day > self.interpreter.facts.as_of
        if ahead and check.window is None and not self.projected:
            gap = Gap(
                "history",
                "/records/awards",
                AWARDS.title,
                None,
                check.day,
                note="this check lies ahead",
                code="lies_ahead",
            )
            return None, Standing(Truth.UNKNOWN, gaps=(gap,), settled=False)
        decided = self.outcome(check)
        if decided.truth is Truth.UNKNOWN:
            return decided, Standing(Truth.UNKNOWN, gaps=tuple(decided.missing()), settled=False)
        return decided, Standing(decided.truth)

    def _is_endless(self, day: date) -> bool:
        return calendar.add_years(self.entry.anniversary, MAX_CHECKS - 1) <= day


def _behind(window: Window) -> date:
    """Return the day behind a window; never behind one that does not end."""
    return calendar.day_after(window[1])


def _first(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
