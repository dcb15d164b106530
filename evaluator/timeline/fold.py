"""The fold: from day to day the rules are decided, what the partner does is entered, and what changes is told.

The register is kept as the policies say. An award whose badge is given at once is attained on the first day on which its
requirements come to be met; any other, and one that was lost while they still were, when the partner says so
(``attains``). Checks, grace, windows, merges and renames are the register's own (``evaluator.register.held``): nothing of
them is decided here. What is not known to be attained is not entered, and told as undetermined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from dsl import core as c
from dsl.core import calendar
from dsl.core.ranges import NEVER, Dates, Truth
from dsl.core.references import reads_of
from evaluator.decision import Decision, EffectTaken, OptionDecision, kind_json
from evaluator.decisions.one_day import OneDay
from evaluator.engine import Engine, one_day
from evaluator.moment import Moment
from evaluator.register.attaining import entry_of
from evaluator.timeline.days import ChangeDays, Turns
from evaluator.timeline.happenings import (
    Happening,
    Kind,
    Reached,
    amount_text,
    between,
    check_text,
    due_kind,
    unmet,
    unmet_in_check,
    unmet_of,
    with_titles,
)
from evaluator.timeline.people import Turned, turned
from evaluator.timeline.sayings import Code, Payment, Saying
from evaluator.timeline.state import State, state_of
from evaluator.timeline.told import MAX_DECISIONS, Doing, Row, TimelineQuery, Told, TooManyDecisions, read

Json = Any
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which a rule comes to the same: from a day through a day."""

    first: date
    last: date
    state: State


@dataclass(frozen=True, slots=True)
class Life:
    """One rule over the days of a timeline."""

    rule: c.Rule
    title: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Timeline:
    """What a timeline tells: the rules over the days, what happens, and the register as it ends."""

    request_id: str | None
    first: date
    last: date
    digest: str
    version: str
    engine: str
    lives: tuple[Life, ...]
    happenings: tuple[Happening, ...]
    register: tuple[Row, ...] | None
    """As it is on the last day; None where nothing is told of it."""
    people: tuple[Turned, ...]
    """Whose certifications begin and end to count for the rules, by day."""
    days: tuple[date, ...]
    """The days looked at: on all others everything is as on the last of these before."""

    def as_json(self) -> dict[str, Json]:
        """Return the timeline as ``schemas/timeline`` describes it."""
        head = {} if self.request_id is None else {"request_id": self.request_id}
        return {
            **head,
            "from": self.first.isoformat(),
            "through": self.last.isoformat(),
            "policy": {"digest": self.digest, "version": self.version},
            "engine": self.engine,
            "events": [one.as_json() for one in self.happenings],
            "rules": [_life_json(life) for life in self.lives],
            **({"people": [one.as_json() for one in self.people]} if self.people else {}),
            **({} if self.register is None else {"register": [dict(row) for row in self.register]}),
            "days_looked_at": len(self.days),
        }


def _life_json(life: Life) -> dict[str, Json]:
    spans = [
        {"from": one.first.isoformat(), "through": one.last.isoformat(), **one.state.as_json()} for one in life.spans
    ]
    return {"rule": life.rule.id, "title": life.title, **kind_json(life.rule.of_kind), "spans": spans}


def timeline(engine: Engine, query: TimelineQuery, *, most: int = MAX_DECISIONS) -> Timeline:
    """Fold the rules over the days of a query.

    Args:
        engine: what decides.
        query: what is asked.
        most: how many decisions are made at most: the days looked at times the rules.

    Raises:
        DayOutside, SpanErrors: its days are turned round, too many, out of the span that can be asked about, or the
            rules would be decided on more days than one timeline may.
        UnknownRule: it names a rule that does not exist.
        FactErrors: its facts or events do not fit the policies, or each other.
    """
    told = read(engine, query)
    fold = _Fold(engine, told, query.first, query.last, most)
    fold.run()
    return Timeline(
        query.request_id, query.first, query.last, engine.core.digest, engine.core.version, engine.name,
        tuple(fold.lives()), tuple(with_titles(engine.core, one) for one in fold.happenings),
        None if fold.register is None else tuple(fold.closed()),
        turned(engine.core, reads_of(engine.core, told.rules).lists, told.certifications, told.moves, query.first, query.last),
        tuple(fold.looked_at),
    )  # fmt: skip


@dataclass
class _Course:
    """A rule on its way through the days."""

    rule: c.Rule
    spans: list[Span] = field(default_factory=list)
    decision: Decision | None = None
    since: date | None = None
    state: State | None = None


class _Fold:
    def __init__(self, engine: Engine, told: Told, first: date, last: date, most: int) -> None:
        self.engine = engine
        self.core = engine.core
        self.told = told
        self.first = first
        self.last = last
        self.most = most
        self.register: list[Row] | None = None if told.register is None else list(told.register)
        reached = engine.prepared.keys.asked_of_register(told.rules)
        self.at_once = [rule for rule in reached if any(version.immediate_badge for version in rule.versions)]
        self.change_days = ChangeDays(engine, told.rules, self.at_once)
        self.courses = [_Course(rule) for rule in told.rules]
        self.happenings: list[Happening] = []
        self.looked_at: list[date] = []
        self._wanted: dict[str, bool] = {}
        self._met: dict[str, bool] = {}
        """Whether the requirements of those whose badge is given at once were met when they were decided last."""
        self._turns = Turns({}, {})
        self._decided: tuple[date, list[Row] | None, OneDay] | None = None
        self._of_register: list[Row] | None = None
        """The register when the rules were decided last."""
        self._left: list[Doing] = [one for one in told.doings if one.on <= last]

    def run(self) -> None:
        """Go from day to day."""
        ahead = self._ahead(self.first)
        day: date | None = self.first
        while day is not None:
            before = self.register
            self._on(day)
            self.looked_at.append(day)
            if self.register is not before or self._are_over(day):
                ahead = self._ahead(day)
            self._of_register = self.register
            day = min((one for one in ahead if one > day), default=None)
        for course in self.courses:
            self._close(course, self.last)

    def _are_over(self, day: date) -> bool:
        """Whether an award was lost on a day: then nobody asks any more for the days that its entries have ahead."""
        return any(course.state is not None and course.state.until == day for course in self.courses)

    def _over(self, day: date) -> dict[str, date]:
        """Return the entries that are over for good by a day: their pointers, and the first day without each.

        Of an award that another one follows, or with which benefits are bought, more is asked than whether it is held.
        """
        lost = {
            course.rule.award
            for course in self.courses
            if course.state is not None and course.state.held is Truth.FALSE and course.state.until is not None
        }
        lost = {award for award in lost if not self.core.followers.get(award)}
        if not lost:
            return {}
        entries, at = self._deciding(day).interpreter.register.entries, Moment(day)
        found: dict[str, date] = {}
        for row in entries.told(at).rows or ():
            if row.data.get("award") in lost and row.data.get("benefits") == "none":
                standing = entries.state(row, row.data["award"], None, at)
                if standing.held is Truth.FALSE and standing.until is not None and standing.until <= day:
                    found[row.pointer] = standing.until
        return found

    def _ahead(self, day: date) -> set[date]:
        """Return the days to look at after a day, with the register as it is now."""
        self._turns = self.change_days.between(self.told.on(self.register), day, self.last, self._over(day))
        found = self._turns.all()
        found |= {one.on for one in self._left if one.on > day}
        work = (len(self.looked_at) + len(found) + 1) * (len(self.courses) + len(self.at_once))
        if work > self.most:
            raise TooManyDecisions(len(self.courses), len(self.looked_at) + len(found) + 1, self.most)
        return found

    # ---- a day

    def _on(self, day: date) -> None:
        while self._left and self._left[0].on <= day:
            self._do(self._left.pop(0))
        self._attain(day)
        for course in self.courses:
            if course.decision is None or self._may_turn(day, self._turns.decisions[course.rule.id]):
                self._go_on(course, self._deciding(day).decision(course.rule), day)

    def _may_turn(self, day: date, turns: AbstractSet[date]) -> bool:
        """Whether a rule of these days may decide otherwise than when it was decided last."""
        return self.register is not self._of_register or day in turns

    def _deciding(self, day: date) -> OneDay:
        if self._decided is None or self._decided[0] != day or self._decided[1] is not self.register:
            self._decided = (day, self.register, one_day(self.engine, self.told.on(self.register), day))
        return self._decided[2]

    def _attain(self, day: date) -> None:
        """Enter awards whose badge is given at once, on the first day on which their requirements come to be met."""
        if self.register is None:
            return
        wanted = self._wanted_on(day)
        while True:
            rule = next((rule for rule in self.at_once if self._is_attained(rule, day, wanted)), None)
            if rule is None:
                break
            self._enter(rule, day, self._deciding(day))
            # What asks for it can be met by it on the same day.
            wanted = {name: is_so or wanted[name] for name, is_so in self._wanted_on(day).items()}
        self._wanted = wanted

    def _wanted_on(self, day: date) -> dict[str, bool]:
        """Return of each rule whose badge is given at once whether its requirements are met."""
        return {
            rule.id: (version := rule.version_on(day)) is not None
            and version.gives_badge_at_once(day)
            and self._is_met(rule, day)
            for rule in self.at_once
        }

    def _is_met(self, rule: c.Rule, day: date) -> bool:
        if rule.id not in self._met or self._may_turn(day, self._turns.requirements[rule.id]):
            self._met[rule.id] = self._deciding(day).truth(rule) is Truth.TRUE
        return self._met[rule.id]

    def _is_attained(self, rule: c.Rule, day: date, wanted: Mapping[str, bool]) -> bool:
        """Whether the requirements come to be met on the day, of an award that is not held."""
        if not wanted[rule.id] or self._wanted.get(rule.id, self._was_entered(rule)):
            return False
        register = self._deciding(day).interpreter.register
        return register.standing(rule.award, rule.level, Moment(day)).held is Truth.FALSE

    def _was_entered(self, rule: c.Rule) -> bool:
        """Whether the register as told has the award, held or lost: then it was attained before."""
        names = {rule.award, *rule.was}
        return any(row.get("award") in names for row in self.told.register or ())

    def _enter(self, rule: c.Rule, day: date, one: OneDay) -> None:
        would_be = one.interpreter.register.if_attained(rule, Moment(day)).would_be
        self.register = [*(self.register or ()), entry_of(rule, day, would_be)]

    # ---- what the partner does

    def _do(self, doing: Doing) -> None:
        match doing.verb:
            case "attains":
                self._attains(doing)
            case "buys":
                self._buys(doing)
            case "renews":
                self._renews(doing)
            case _:
                raise AssertionError("who joins and leaves is in the facts")

    def _tell(self, doing: Doing, kind: Kind, title: str, saying: Saying, reasons: Iterable[Reached] = ()) -> None:
        self.happenings.append(
            Happening(
                doing.on, kind, doing.name, title, doing.verb, saying.text, tuple(reasons), doing.pointer, saying=saying
            )
        )

    def _attains(self, doing: Doing) -> None:
        rule = self.core.rules[doing.name]
        one = self._deciding(doing.on)
        decision = one.decision(rule)
        standing = decision.standing
        if standing is not None and standing.held is Truth.TRUE and standing.level == rule.level:
            self._tell(doing, "refused", decision.title, Saying("held_already", standing.since))
        elif decision.eligibility != "eligible":
            saying = Saying("on_the_day", outcome=decision.eligibility)
            self._tell(doing, "refused", decision.title, saying, unmet(decision))
        else:
            self._enter(rule, doing.on, one)

    def _renews(self, doing: Doing) -> None:
        rule = self.core.rules[doing.name]
        one = self._deciding(doing.on)
        decision = one.decision(rule)
        moved = self._renewed(rule, doing.on, one)
        if isinstance(moved, date):
            self._tell(doing, "renewed", decision.title, Saying("next_anniversary", moved))
        else:
            self._tell(doing, "refused", decision.title, Saying(moved), unmet_in_check(decision))

    def _renewed(self, rule: c.Rule, day: date, one: OneDay) -> date | Code:
        """Renew the entries of an award; return the new anniversary, or why it is not renewed."""
        entries, at = one.interpreter.register.entries, Moment(day)
        told = entries.told(at)
        found: dict[int, date] = {}
        why: Code = "not_held"
        for index, row in enumerate(told.rows or ()):
            if row.data.get("award") not in {rule.award, *rule.was}:
                continue
            standing = entries.state(row, rule.award, None, at)
            if standing.held is not Truth.TRUE:
                continue
            if standing.renews_due is None:
                why = "outside_window"
            elif standing.check is not None and standing.check.truth is not Truth.TRUE:
                why = "check_not_passed"
            else:
                following = calendar.add_years(date.fromisoformat(row.data["anniversary"]), 1)
                while following <= standing.renews_due:
                    following = calendar.add_years(following, 1)
                found[index] = standing.renews_to if standing.renews_to not in (None, NEVER) else following
        if not found or self.register is None:
            return why
        self._move(found)
        return max(found.values())

    def _move(self, anniversaries: Mapping[int, date]) -> None:
        """Give entries new anniversaries, by their places among those that are known awards."""
        known = {*self.core.awards, None}
        places = [index for index, row in enumerate(self.register or ()) if row.get("award") in known]
        moved = {places[index]: day for index, day in anniversaries.items()}
        self.register = [
            {**row, "anniversary": moved[index].isoformat()} if index in moved else row
            for index, row in enumerate(self.register or ())
        ]

    def _buys(self, doing: Doing) -> None:
        one = self._deciding(doing.on)
        offered = list(self._offers(doing.name, doing.on, one))
        if not offered:
            self._buy(doing, calendar.add_years(doing.on, 1))
            self._tell(doing, "bought", doing.name, Saying("no_choice"))
            return
        chosen = next((pair for pair in offered if pair[1].eligibility == "eligible"), None)
        if chosen is None:
            _, option = offered[0]
            saying = Saying("on_the_day", outcome=option.eligibility)
            self._tell(doing, "refused", option.title, saying, unmet_of(option.reasons))
            return
        decision, option = chosen
        due = decision.renews_to.exact if isinstance(decision.renews_to, Dates) else None
        following = due if due not in (None, NEVER) else calendar.add_years(doing.on, 1)
        if following is None:
            raise AssertionError("a year from a day is a day")
        kept = self._keep_and_lose(option.effects, doing.on, following)
        self._buy(doing, following)
        pays = [
            Payment(tuple(map(self._title, one.names)), one.amount, one.currency)
            for one in option.effects
            if one.verb == "pay"
        ]
        self._tell(doing, "bought", option.title, Saying("bought", following - _DAY, pays=pays))
        for award in kept:
            rule = self.core.rule_of_award[award]
            saying = Saying("next_anniversary", following)
            self.happenings.append(
                Happening(
                    doing.on,
                    "renewed",
                    rule.id,
                    rule.title,
                    doing.verb,
                    saying.text,
                    pointer=doing.pointer,
                    saying=saying,
                )
            )

    def _title(self, name: str) -> str:
        return self.core.rules[name].title if name in self.core.rules else name

    def _buy(self, doing: Doing, following: date) -> None:
        entry = {
            "award": doing.name, "attained": doing.on.isoformat(), "anniversary": following.isoformat(),
            "ended": "none", "benefits": "none",
        }  # fmt: skip
        self.register = [*(self.register or ()), entry]

    def _offers(self, benefits: str, day: date, one: OneDay) -> Iterator[tuple[Decision, OptionDecision]]:
        """Yield the options of the day's choices that give some benefits."""
        for rule in self.core.rules.values():
            version = rule.version_on(day)
            options = version.options if version is not None else ()
            gives = [
                option.code for option in options for effect in option.effects
                if effect.verb == "gives" and benefits in effect.meant and day in effect.days
            ]  # fmt: skip
            if gives:
                decision = one.decision(rule)
                yield from ((decision, option) for option in decision.options if option.code in gives)

    def _keep_and_lose(self, effects: Sequence[EffectTaken], day: date, following: date) -> list[str]:
        """Renew what an option keeps and has come to its anniversary, and end what it loses; return what is renewed."""
        one = self._deciding(day)
        entries, at = one.interpreter.register.entries, Moment(day)
        kept = {
            name
            for effect in effects
            if effect.verb == "keeps" and effect.applies is Truth.TRUE
            for name in effect.meant
        }
        lost = {
            name
            for effect in effects
            if effect.verb == "loses" and effect.applies is Truth.TRUE
            for name in effect.meant
        }
        moved: dict[int, date] = {}
        renewed: dict[str, None] = {}
        ended: set[str] = set()
        for index, row in enumerate(entries.told(at).rows or ()):
            award, due = row.data.get("award"), row.data.get("anniversary")
            if award is None or due is None or award not in kept | lost:
                continue
            standing = entries.state(row, award, None, at)
            if standing.held is not Truth.TRUE:
                continue
            if award in lost - kept:
                ended.add(award)
            has_come = date.fromisoformat(due) <= day or standing.renews_due is not None
            is_passed = standing.check is None or standing.check.truth is Truth.TRUE
            if award in kept and has_come and is_passed:
                moved[index] = following
                renewed[award] = None
        if moved:
            self._move(moved)
        if ended:
            self.register = [
                {**row, "ended": day.isoformat()} if row.get("award") in ended and row.get("ended") == "none" else row
                for row in self.register or ()
            ]
        return [award for award in renewed if award in self.core.rule_of_award]

    # ---- what happens

    def _go_on(self, course: _Course, decision: Decision, day: date) -> None:
        now, before = state_of(decision, day), course.state
        if before is None or course.since is None or course.decision is None:
            course.state, course.since, course.decision = now, day, decision
            self._first_day(course.rule, decision, now, day)
            return
        if now != before:
            self.happenings.extend(between(course.rule, day, (before, course.decision), (now, decision)))
            self._close(course, day - _DAY)
            course.state, course.since = now, day
        course.decision = decision

    def _first_day(self, rule: c.Rule, decision: Decision, now: State, day: date) -> None:
        """Tell of the first day what begins on it; what was so already is in the spans."""
        if now.held is Truth.TRUE and now.since == day:
            self.happenings.append(
                Happening(day, "attained", rule.id, decision.title, after=check_text(now), states=(None, now))
            )
        if now.due_today:
            self.happenings.append(
                Happening(day, due_kind(rule), rule.id, decision.title, after=amount_text(now), states=(None, now))
            )

    def _close(self, course: _Course, last: date) -> None:
        if course.state is not None and course.since is not None:
            course.spans.append(Span(course.since, last, course.state))

    def lives(self) -> Iterator[Life]:
        """Yield each rule over the days; neighbours that are the same are one."""
        for course in self.courses:
            title = course.decision.title if course.decision is not None else course.rule.title
            yield Life(course.rule, title, tuple(course.spans))

    def closed(self) -> Iterator[Row]:
        """Yield the register as it is on the last day: what was lost by then has its end."""
        one = self._deciding(self.last)
        entries, at = one.interpreter.register.entries, Moment(self.last)
        known = {*self.core.awards, None}
        rows = iter(entries.told(at).rows or ())
        for row in self.register or ():
            if row.get("award") not in known:
                yield row
                continue
            read_row = next(rows)
            award = row.get("award")
            if award is None or row.get("ended") != "none":
                yield row
                continue
            standing = entries.state(read_row, award, None, at)
            is_over = standing.held is Truth.FALSE and standing.until is not None and standing.until <= self.last
            is_followed = award not in self.core.rule_of_award or bool(self.core.followers.get(award))
            over = standing.until if is_over and not is_followed else None
            yield {**row, "ended": over.isoformat()} if over is not None else row
