"""What a change does to every partner, rule by rule and stretch by stretch: proved, shown by a partner, or not known.

Two claims are made of a rule on a day, each of its own: that no partner gets less than before, and that none gets more.
A claim is proved where the solver finds no partner against it; it is refuted only by a partner that both engines decide
otherwise; else it is not known, with what stands between. All is said of partners of whom everything is told, and where
the register says the same on both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from time import process_time
from typing import Any, Literal, TypeAlias

import z3

from dsl import core as c
from dsl.core.anywhere import Anywhere
from dsl.core.keys import Keys
from dsl.core.ranges import Numbers, Range, Truth
from dsl.document import Document
from evaluator import limits
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.engine import Engine
from evaluator.reasons.expander import plain
from review.diff.affected import both_of
from review.diff.direction import DOWN, UP, Directions, beside
from review.prove.claims import Claim, Facts, Verdict, goes_on
from review.prove.encode import NONE, TERMS, Encoder
from review.prove.follows import Follows
from review.prove.formulas import Formula, alike, at_least, both, either, figure, negated
from review.prove.lemmas import Lemmas
from review.prove.records import Conditions
from review.prove.rows import Made, Of
from review.prove.terms import Cannot, Flag, Ordered, Term, Words
from review.prove.told import Told, texts_of
from review.prove.witness import moved, shows, smallest, thought_of, within_windows
from review.prove.written import Written

Json = Any
Way: TypeAlias = Literal["less", "more"]
TIME = 10_000
"""Milliseconds that the solver may think about one claim."""
SECONDS = 20.0
"""Seconds that a rule may take before its other stretches of days are left."""
MOST_SHOWN = 8
"""Partners who showed something of other rules or days that are tried first."""
STRETCHES = 2
"""Days on which it is tried in vain to show what follows from a rule, before its others are left."""
WAYS: tuple[Way, ...] = ("less", "more")
_ONE = timedelta(days=1)
_A_YEAR = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Side:
    """Policies that can be asked and decided."""

    document: Document
    core: c.Core
    engine: Engine
    keys: Keys


@dataclass(frozen=True, slots=True)
class _Asked:
    """An outcome of a rule on both sides."""

    name: str
    was: Term
    now: Term


class Prover:
    """Proves what a change does to single rules."""

    def __init__(self, before: Side, after: Side, seconds: float = SECONDS) -> None:
        """Take the sides, and how long a rule may take; what is left of it then is not known."""
        # The claims are made of a register that says the same on both sides, whatever it rests on: so do their keys.
        self.before, self.after = (
            replace(side, keys=Keys(side.core, frozenset(side.core.rules))) for side in (before, after)
        )
        self.with_register = both_of(before.core, after.core).keys
        """Which tell apart also what the register says by other rules: on which days there is something to be claimed."""
        self.seconds = seconds
        self.texts = texts_of((before.core, after.core))
        self._daily = [Anywhere(side.core, moves_daily) for side in (before, after)]
        self._known: dict[tuple[object, ...], tuple[Claim, Claim]] = {}
        conditions = Conditions(self.texts)
        self._made = Made(conditions)
        self._ways = Directions(self.before.keys, self.after.keys)
        self._lemmas = Lemmas(conditions, self._ways)
        self._following = Follows(before.engine, after.engine)
        self._not_shown: Counter[str] = Counter()
        """How often nobody was found who shows what follows from a rule."""
        self._cut_down: set[tuple[str, Way]] = set()
        """Of which rules a partner was cut down to what it takes, and what it shows."""
        self._until = 0.0
        self._written = Written()
        self._is_moved = False
        """Whether the last partner who showed something again did so with days as far from today."""
        self._shown: dict[Way, list[tuple[Facts, date]]] = {way: [] for way in WAYS}
        """Partners that showed it of a rule on some day, each with the day: they are tried first."""

    def of_rule(self, was: c.Rule, rule: c.Rule) -> Iterator[Verdict]:
        """Yield what becomes of a rule, for every stretch of days on which the sides do not decide alike.

        Of neighbours that say the same the partners of the first are told, and the smallest: see ``report.merged``.
        """
        self._until = process_time() + self.seconds
        last: Verdict | None = None
        for days in self._unlike(was, rule):
            found = self._on_days(was, rule, days)
            if found is None:
                continue
            # Of several days one is told: only its partner needs to be the smallest.
            if last is None or not goes_on(last, found):
                less, more = (
                    self._least(claim, was, rule, way)
                    for claim, way in zip((found.less, found.more), WAYS, strict=True)
                )
                found = replace(found, less=less, more=more)
            yield found
            last = found

    def _on_days(self, was: c.Rule, rule: c.Rule, days: c.Days) -> Verdict | None:
        """Return what becomes of a rule on the days of a stretch; None where none of them can be asked about."""
        tried = tuple(dict.fromkeys(ends_of(days)))
        claims = list(self._on_all(was, rule, tried))
        if not claims:
            return None
        less, more = (_together([pair[index] for pair in claims]) for index in range(len(WAYS)))
        following = [day for day in tried if self._follows(was, rule, day)]
        # Where a claim is refuted somebody shows already that it differs.
        is_refuted = "witness" in (less.state, more.state)
        shown = (self._shown_to_follow(was, rule, day) for day in following if not is_refuted)
        return Verdict(
            rule.id, days, tried, less, more, rule.of_kind.decides, was.id if was.id != rule.id else "",
            rule.of_kind.to_partner, bool(following), next((claim for claim in shown if claim is not None), None),
        )  # fmt: skip

    def _on_all(self, was: c.Rule, rule: c.Rule, days: Sequence[date]) -> Iterator[tuple[Claim, Claim]]:
        """Yield what is claimed on some days; once for those on which the same is asked, where it is known."""
        known: set[tuple[object, ...]] = set()
        for day in days:
            key = self._key_of(was, rule, day)
            if key in known:
                continue
            if process_time() >= self._until:
                yield self._out_of_time(was, rule, day)
                continue
            less, more = self._claims(was, rule, day)
            if "unknown" not in (less.state, more.state):
                known.add(key)
            yield less, more

    def _key_of(self, was: c.Rule, rule: c.Rule, day: date) -> tuple[object, ...]:
        """Return the key of what both sides ask on a day; equal ones make the same claims, also of other days."""
        sides = ((self.before, self._daily[0], was), (self.after, self._daily[1], rule))
        outcomes = [(side, daily, one) for side, daily, of in sides for one in _outcomes(of, day)]
        told = ((name, "-" if node is None else side.keys.key(node, day)) for side, _, (name, node) in outcomes)
        moves = any(node is not None and daily.within(node) for _, daily, (_, node) in outcomes)
        return (was.id, *told, day if moves else None)

    def _out_of_time(self, was: c.Rule, rule: c.Rule, day: date) -> tuple[Claim, Claim]:
        """Return what needs no partner and no solver."""
        unknown = Claim("unknown", why=f"not looked at: the rule took more than {self.seconds:.3g} seconds")
        mine, its = was.version_on(day), rule.version_on(day)
        settled = {} if mine is None or its is None else self._by_direction(mine, its, day)
        return settled.get("less", unknown), settled.get("more", unknown)

    def _unlike(self, was: c.Rule, rule: c.Rule) -> Iterator[c.Days]:
        before, after = self.with_register
        days = sorted({date.min, *before.days_of(was), *after.days_of(rule)})
        for index, start in enumerate(days):
            if before.of_rule(was, start) != after.of_rule(rule, start):
                end = days[index + 1] if index + 1 < len(days) else None
                yield c.Days(None if start == date.min else start, end)

    def _follows(self, was: c.Rule, rule: c.Rule, day: date) -> bool:
        mine, its = was.version_on(day), rule.version_on(day)
        if mine is None or its is None:
            return False
        if was.of_kind.of_language != rule.of_kind.of_language:
            return True
        before, after = self.with_register
        return before.says(beside(mine, day)) != after.says(beside(its, day))

    def _shown_to_follow(self, was: c.Rule, rule: c.Rule, day: date) -> Claim | None:
        """Return who shows what follows from a rule; as it was found for another day, where that is soon seen."""
        if self._not_shown[rule.id] >= STRETCHES:
            return None
        until = min(self._until, process_time() + self.seconds / 5)

        def is_late() -> bool:
            return process_time() > until

        found = self._following.shown(was, rule, day, self._meeting(was, rule, day, is_late), is_late)
        self._not_shown[rule.id] += found is None
        return found

    def _meeting(self, was: c.Rule, rule: c.Rule, day: date, is_late: Callable[[], bool]) -> Iterator[Facts]:
        """Yield partners who may meet a rule on both sides, then some as they were made."""
        told = Told(self.texts, day)
        one, other = self._encoders(told, day)
        try:
            terms = [one.requirement(was, day), other.requirement(rule, day)]
            told.bounds += self._lemmas.of(told, one, other)
        except Cannot:
            terms = []
        sides = ((self.before.engine, was, one), (self.after.engine, rule, other))
        if terms:
            solver = z3.SimpleSolver()
            solver.set("timeout", TIME)
            solver.add(*told.all_bounds(), *(term.must for term in terms if isinstance(term, Flag)))
            yield from self._partners(solver, told, day, sides, is_late)
        else:
            yield from self._made.whole(day, sides)

    def _claims(self, was: c.Rule, rule: c.Rule, day: date) -> tuple[Claim, Claim]:
        mine, its = (
            [(name, "-" if node is None else side.keys.key(node, day)) for name, node in _outcomes(of, day)]
            for side, of in ((self.before, was), (self.after, rule))
        )
        if mine == its:
            proved = Claim("proved", why="both sides ask and give the same")
            return proved, proved
        key = self._key_of(was, rule, day)
        known = self._known[key] = self._on(day, was, rule, self._known.get(key)) or self._asked(was, rule, day)
        return known

    def _on(
        self, day: date, was: c.Rule, rule: c.Rule, known: tuple[Claim, Claim] | None
    ) -> tuple[Claim, Claim] | None:
        """Return what is known of one day as it is on another; None where who shows it does not: by records of months."""
        if known is None:
            return None
        less, more = (
            claim if claim.partner is None else self._shown_on(day, claim.partner, was, rule, way)
            for claim, way in zip(known, WAYS, strict=True)
        )
        return (less, more) if less is not None and more is not None else None

    def _asked(self, was: c.Rule, rule: c.Rule, day: date) -> tuple[Claim, Claim]:
        mine, its = was.version_on(day), rule.version_on(day)
        if (mine is None) != (its is None) and rule.of_kind.decides != "eligibility":
            gone = Claim("unknown", why=f"it is in force on one side only on {day}")
            return gone, gone
        # What goes one way part by part needs no solver, and nobody has to be looked for who shows the other.
        settled = {} if mine is None or its is None else self._by_direction(mine, its, day)
        settled |= self._shown_before(was, rule, day, [way for way in WAYS if way not in settled])
        if len(settled) == len(WAYS):
            return settled["less"], settled["more"]
        less, more, otherwise = self._in_mode(was, rule, day, NONE, settled)
        # Where a measure is made otherwise, what holds where it is told has to hold where it is reckoned: it alone, and
        # all that may be supplied.
        for reckoned in (otherwise, None) if otherwise else ():
            if "proved" not in (less.state, more.state):
                break
            its_less, its_more, _ = self._in_mode(was, rule, day, reckoned, settled)
            less, more = _together((less, its_less)), _together((more, its_more))
        return less, more

    def _by_direction(self, one: c.RuleVersion, other: c.RuleVersion, day: date) -> dict[Way, Claim]:
        """Return the claims that hold as every part of what is decided goes the other way, or no way."""
        steps = self._ways.asked(one, other, day)
        options = [
            {option.name: option for option in version.options if day in option.days} for version in (one, other)
        ]
        for name in dict.fromkeys((*options[0], *options[1])):
            before, after = (told.get(name) for told in options)
            if before is None or after is None:
                steps |= UP if before is None else DOWN  # one that is not there is open to nobody
            elif before.requirement is not None and after.requirement is not None:
                steps |= self._ways.of(before.requirement, after.requirement, day)
            elif before.requirement is not after.requirement:
                steps |= DOWN if before.requirement is None else UP
        proved = Claim("proved")
        return {way: proved for way in WAYS if steps <= (UP if way == "less" else DOWN)}

    def _shown_before(self, was: c.Rule, rule: c.Rule, day: date, ways: Iterable[Way]) -> dict[Way, Claim]:
        """Return the claims that are refuted by partners who showed it of rules on other days: nothing is written for them."""
        found: dict[Way, Claim] = {}
        for way in ways:
            # Who showed it last is the likeliest: with the same days, or with days that are as far from today.
            for told, on in reversed(self._shown[way][-MOST_SHOWN:]):
                claim = self._shown_again(day, (told, on), was, rule, way)
                if claim is not None:
                    found[way] = claim
                    break
        return found

    def _shown_again(self, day: date, shown: tuple[Facts, date], was: c.Rule, rule: c.Rule, way: Way) -> Claim | None:
        """Return the claim that a partner shows who showed it on another day, as told or with days as far from this one."""
        told, on = shown
        by_days = {False: told, True: moved(told, day - on)}
        # As it went last: of some rules it goes one way on most days.
        for is_moved in (self._is_moved, not self._is_moved):
            if is_moved and by_days[True] == told:
                continue
            claim = self._shown_on(day, by_days[is_moved], was, rule, way)
            if claim is not None:
                self._is_moved = is_moved
                return claim
        return None

    def _encoders(self, told: Told, day: date, reckoned: frozenset[str] | None = NONE) -> tuple[Encoder, Encoder]:
        one, other = (
            Encoder(side.core, side.keys, told, day, reckoned=reckoned, shared=(self._written, daily))
            for side, daily in zip((self.before, self.after), self._daily, strict=True)
        )
        return one, other

    def _in_mode(
        self, was: c.Rule, rule: c.Rule, day: date, reckoned: frozenset[str] | None, settled: Mapping[Way, Claim]
    ) -> tuple[Claim, Claim, frozenset[str]]:
        """Return the claims where some measures are reckoned, and which of the others are made otherwise."""
        told = Told(self.texts, day)
        one, other = self._encoders(told, day, reckoned)
        try:
            asked = list(_pairs(one, was, other, rule, day))
        except Cannot as reason:
            unknown = Claim("unknown", why=f"{reason} cannot be written for the solver")
            return unknown, unknown, NONE
        told.bounds += self._lemmas.of(told, one, other)
        sides = ((self.before.engine, was, one), (self.after.engine, rule, other))
        told.wishes += (wish for _, of, encoder in sides for wish in _is_open(encoder, of, day))
        less, more = (settled.get(way) or self._claim(told, asked, way, sides, day) for way in WAYS)
        return less, more, frozenset(filter(self._is_made_otherwise, (*one.supplied, *other.supplied)))

    def _is_made_otherwise(self, name: str) -> bool:
        mine, its = self.before.core.named.get(name), self.after.core.named.get(name)
        if mine is None or its is None:
            return True
        return self.before.keys.lasting(mine.value) != self.after.keys.lasting(its.value)

    def _claim(self, told: Told, asked: Sequence[_Asked], way: Way, sides: tuple[Of, Of], day: date) -> Claim:
        (_, was, _), (_, rule, _) = sides
        against = either(*(_against(one, way) for one in asked))
        if z3.is_false(z3.simplify(against)):
            return Claim("proved")
        solver = z3.SimpleSolver()
        solver.set("timeout", TIME)
        solver.add(*told.all_bounds(), against)
        found = solver.check()
        if found == z3.unsat:
            return Claim("proved")
        if found != z3.sat:
            return Claim("unknown", between=told.between(), why=f"the solver did not end in {TIME // 1000} seconds")
        does_show = self._shows(was, rule, day, way)
        # One claim may not take the time of the others.
        until = min(self._until, process_time() + self.seconds / 4)

        def is_late() -> bool:
            return process_time() > until

        for facts in self._partners(solver, told, day, sides, is_late):
            if does_show(facts):
                # Only where it is told its partner needs to be the smallest; the first shows it of the most other days so.
                if (rule.id, way) not in self._cut_down:
                    self._cut_down.add((rule.id, way))
                    return self._witness(dict(facts), was, rule, day, way)
                self._shown[way].append((facts, day))
                return self._found(self._shown_on(day, facts, was, rule, way))
            if is_late():
                break
        return Claim("unknown", between=told.between(), why="no partner was found that shows it")

    def _partners(
        self, solver: Any, told: Told, day: date, sides: tuple[Of, Of], is_late: Callable[[], bool]
    ) -> Iterator[dict[str, Json]]:
        lists = dict.fromkeys((*self.before.core.records, *self.after.core.records))
        yield from thought_of(solver, told, day, lists)
        yield from within_windows(solver, told, day, lists)
        yield from self._made.with_lists(solver, told, day, sides, is_late)
        yield from self._made.whole(day, sides)

    def _shows(self, was: c.Rule, rule: c.Rule, day: date, way: Way) -> Any:
        def decide(facts: Facts) -> bool:
            before, after = self._decided(was, rule, day, facts)
            return bool(_unlike(before, after, way))

        return shows(decide)

    def _decided(
        self, was: c.Rule, rule: c.Rule, day: date, facts: Facts
    ) -> tuple[Mapping[str, Range], Mapping[str, Range]]:
        return self.before.engine.outcomes(was.id, facts, day), self.after.engine.outcomes(rule.id, facts, day)

    def _witness(self, facts: dict[str, Json], was: c.Rule, rule: c.Rule, day: date, way: Way) -> Claim:
        least = smallest(facts, self._shows(was, rule, day, way))
        found = self._found(self._shown_on(day, least, was, rule, way))
        if (least, day) not in self._shown[way]:
            self._shown[way].append((least, day))
        return replace(found, is_least=True)

    @staticmethod
    def _found(claim: Claim | None) -> Claim:
        """Return what a partner shows of whom it was seen already."""
        assert claim is not None, "who showed it shows it again"
        return claim

    def _least(self, claim: Claim, was: c.Rule, rule: c.Rule, way: Way) -> Claim:
        """Return a claim with its smallest partner."""
        if claim.partner is None or claim.on is None or claim.is_least:
            return claim
        return self._witness(dict(claim.partner), was, rule, claim.on, way)

    def _shown_on(self, day: date, facts: Facts, was: c.Rule, rule: c.Rule, way: Way) -> Claim | None:
        """Return the claim that a partner shows on a day, who may not be the smallest; None where it shows none."""
        try:
            before, after = self._decided(was, rule, day, facts)
        except FactErrors:
            return None  # it has a fact that is known on the other side only
        names = _unlike(before, after, way)
        if not names:
            return None
        was_said, now_said = (
            f"{names[0]}: {_said(told[names[0]]) if names[0] in told else 'not there'}" for told in (before, after)
        )
        return Claim("witness", facts, day, was_said, now_said, is_least=False)


def moves_daily(node: c.Expr) -> bool | None:
    """Whether a node can be another one on each day of a stretch."""
    return isinstance(node, c.Today | c.Anniversary | c.Lapsed | c.InRenewal | c.Sometime | c.OnDate)


def _outcomes(rule: c.Rule, day: date) -> Iterator[tuple[str, c.Expr | None]]:
    version = rule.version_on(day)
    if version is None:
        yield ("in force", None)
        return
    yield from (("eligibility", version.requirement), ("amount", version.amount), ("stage", version.stage))
    yield from ((f"option {one.name}", one.requirement) for one in version.options if day in one.days)


def _pairs(one: Encoder, was: c.Rule, other: Encoder, rule: c.Rule, day: date) -> Iterator[_Asked]:
    mine, its = was.version_on(day), rule.version_on(day)
    yield _Asked("eligibility", one.requirement(was, day), other.requirement(rule, day))
    if mine is None or its is None:
        return
    for name, before, after in (("amount", mine.amount, its.amount), ("stage", mine.stage, its.stage)):
        if (before is None) != (after is None):
            raise Cannot(f"{name} on one side only")
        if before is not None and after is not None:
            yield _Asked(name, one.on(before, day, False, was.id).value, other.on(after, day, False, rule.id).value)
    options = [{option.name: option for option in version.options if day in option.days} for version in (mine, its)]
    for option_name in dict.fromkeys((*options[0], *options[1])):
        # An option that is not there is open to nobody.
        terms = [
            TERMS.constant(asked is not None)
            if asked is None or asked.requirement is None
            else encoder.on(asked.requirement, day, False, of.id).value
            for encoder, of, asked in (
                (one, was, options[0].get(option_name)),
                (other, rule, options[1].get(option_name)),
            )
        ]
        yield _Asked(f"option {option_name or 'no choice'}", terms[0], terms[1])


def _is_open(encoder: Encoder, rule: c.Rule, day: date) -> Iterator[Formula]:
    """Yield that the options of a choice can be taken on a day: outside of the days for it they are open to nobody."""
    version = rule.version_on(day)
    if version is None or not version.options:
        return
    for setting in version.settings.get("renewable", ()):
        if day in setting.days and isinstance(setting.value, tuple):
            first, last = (encoder.on(node, day, False, rule.id).value for node in setting.value)
            if isinstance(first, Ordered) and isinstance(last, Ordered):
                today = figure(day.toordinal())
                yield both(at_least(today, first.high.value), at_least(last.low.value, today))


def _against(asked: _Asked, way: Way) -> Formula:
    """Return that some partner gets less (more) than before."""
    one, other = (asked.was, asked.now) if way == "less" else (asked.now, asked.was)
    if isinstance(one, Flag) and isinstance(other, Flag):
        return either(both(one.must, negated(other.must)), both(one.may, negated(other.may)))
    if isinstance(one, Ordered) and isinstance(other, Ordered):
        low = either(other.low.open, negated(at_least(other.low.value, one.low.value)))
        high = either(one.high.open, negated(at_least(other.high.value, one.high.value)))
        return either(both(negated(one.low.open), low), both(negated(other.high.open), high))
    if isinstance(one, Words) and isinstance(other, Words):
        names = dict.fromkeys(name for words in (one, other) for name, _ in words.options)
        equal = [alike(one.may(name), other.may(name)) for name in names]
        return negated(both(alike(one.other, other.other), *equal))
    raise Cannot("outcomes of two kinds")


def ends_of(days: c.Days) -> Iterator[date]:
    """Yield the first and the last day of a stretch that can be asked about."""
    if days.start is None and days.end is None:
        yield from (limits.FIRST_DAY + _A_YEAR * 32, limits.FIRST_DAY + _A_YEAR * 36)
        return
    # Of a stretch without an end, a day behind the first year is looked at.
    last = days.end - _ONE if days.end is not None else (days.start or limits.FIRST_DAY) + _A_YEAR
    first = days.start or last - _A_YEAR
    for day in (first, last):
        if limits.is_inside(day):
            yield day


def _together(claims: Sequence[Claim]) -> Claim:
    """Return the claim that holds on all days: a witness of one day is one, and what is not known of one is not known."""
    for state in ("witness", "unknown"):
        for claim in claims:
            if claim.state == state:
                return claim
    return claims[0]


def _unlike(before: Mapping[str, Range], after: Mapping[str, Range], way: Way) -> list[str]:
    """Return the outcomes that are less (more) than before; an option that is not there is open to nobody."""
    names = [
        name
        for name in dict.fromkeys((*before, *after))
        if name.startswith("option ") or (name in before and name in after)
    ]
    return [name for name in names if _is_way(before.get(name, Truth.FALSE), after.get(name, Truth.FALSE), way)]


def _is_way(before: Range, after: Range, way: Way) -> bool:
    """Whether an outcome is less (more) than it was: not eligible, undetermined, eligible; lower, higher; another stage."""
    if before == after:
        return False
    if isinstance(before, Truth) and isinstance(after, Truth):
        return (after.value < before.value) == (way == "less")
    if isinstance(before, Numbers) and isinstance(after, Numbers):
        one, other = (before, after) if way == "less" else (after, before)
        lower = one.low is not None and (other.low is None or other.low < one.low)
        return lower or (other.high is not None and (one.high is None or other.high < one.high))
    return True


def _said(value: Range) -> str:
    if isinstance(value, Truth):
        return {Truth.TRUE: "eligible", Truth.FALSE: "not eligible", Truth.UNKNOWN: "undetermined"}[value]
    return plain(value)
