"""Partners whom a change spares: what it made another one comes to the same for them, so that the whole need not be decided.

Where two wordings of a rule are alike but for some parts, they decide alike whoever has the same in these parts: on the day
of the question, and on the days on which checks of the register's entries were decided. That is looked at first, and is
little of a rule. Of whom it is not so, or where it can't be seen from the parts, both sides are decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias, get_args

from dsl import core as c
from dsl.core.keys import Keys
from dsl.core.moves import Place
from dsl.core.reached import PROJECTED, REGISTER
from dsl.core.walk import by_role, children, own_days, walk
from evaluator.compiled.question import Question
from evaluator.engine import Engine, Outcomes
from evaluator.moment import Moment
from evaluator.register.checks import goes_by_the_anniversary

Pair: TypeAlias = tuple[c.Expr, c.Expr]
"""A part of the side before, and what stands in its place."""
Questions: TypeAlias = tuple[Question, Question]
"""Of both sides, about one partner."""

OWN: Mapping[type[c.Node], tuple[str, ...]] = {
    c.AllOf: (),
    c.AnyOf: ("least",),
    c.Case: (),
    c.Dated: (),
    c.Gate: (),
    c.Not: (),
    c.PassScore: ("out_of", "every"),
    c.Ranked: ("word",),
    c.Requirement: ("part", "path"),
    c.Total: (),
}
"""The kinds whose parts are looked at by themselves, all of the same moment; each with what makes it what it is beside days."""
READ = frozenset({"certifications", "facts", "records"})
"""What moves a part from day to day of which the days are soon found."""
MOST_PARTS = 12
"""Parts of a rule that are looked at first, at most: with more of them the rule is decided as soon."""


class _Otherwise(Exception):
    """Two wordings are alike in too little."""


@dataclass(frozen=True, slots=True)
class _Alike:
    """What two wordings of a rule are alike but for."""

    days: c.Days
    parts: tuple[Pair, ...]

    def within(self, first: date, last: date) -> tuple[date, date]:
        """Return first and last day of those of a window on which they are in force; none where the last comes first."""
        end = self.days.end
        return max(first, self.days.start or first), last if end is None else min(last, end - timedelta(days=1))


Wordings: TypeAlias = Sequence[_Alike]
"""Of one rule."""


class Spared:
    """Tells of which rules it is seen from some of their parts that both sides decide a partner alike."""

    def __init__(self, before: Engine, after: Engine, keys: tuple[Keys, Keys], rules: Mapping[str, str]) -> None:
        """Take the sides, their keys to be held against each other, and rules of the side before by their names after."""
        self._sides = before, after
        self._keys = keys
        self._asked: dict[str, Wordings] = {}
        self._checked: dict[str, Mapping[str, Wordings]] = {}
        """By award: what the rules are alike but for that checks of its entries ask."""
        for rule, name in rules.items():
            self._look(before.core.rules[rule], after.core.rules[name])

    def is_seen(self, rule: str, mine: Outcomes, its: Outcomes, day: date) -> bool:
        """Whether it is seen that both sides decide a rule alike for a partner.

        Args:
            rule: its name before.
            mine: what decides by the side before.
            its: what decides by the side after, over the same facts.
            day: the day of the question.
        """
        wordings = self._asked.get(rule)
        if wordings is None:
            return False
        asked = self._sides[0].core.rules[rule]
        questions = mine.one.question, its.one.question
        if not all(self._is_same(alike, questions, asked, day) for alike in wordings if day in alike.days):
            return False
        return not asked.is_award or self._are_checked_alike(asked, questions)

    # ---- what is alike, found once

    def _look(self, rule: c.Rule, its: c.Rule) -> None:
        try:
            wordings = self._wordings(rule, its)
            checked = self._checks(rule) if rule.is_award else {}
        except _Otherwise:
            return
        self._asked[rule.id], self._checked[rule.award] = wordings, checked

    def _wordings(self, rule: c.Rule, its: c.Rule) -> Wordings:
        """Return what the wordings of a rule are alike but for.

        Raises:
            _Otherwise: they are alike in too little.
        """
        known = ((one.award, one.levels, one.was, len(one.versions)) for one in (rule, its))
        if len(set(known)) > 1:
            raise _Otherwise
        return tuple(
            self._wording(one, other, is_award=rule.is_award)
            for one, other in zip(rule.versions, its.versions, strict=True)
        )

    def _wording(self, one: c.RuleVersion, other: c.RuleVersion, *, is_award: bool) -> _Alike:
        turns = {date.min, *one.bounds(), *other.bounds()}
        if one.days != other.days or any(one.in_force(day) != other.in_force(day) for day in turns):
            raise _Otherwise
        if any((version.stage, version.options) != (None, ()) for version in (one, other)):
            raise _Otherwise
        if one.was != other.was or not self._are_set_alike(one, other, is_award=is_award):
            raise _Otherwise
        pairs: list[Pair] = []
        for was, now in ((one.requirement, other.requirement), (one.amount, other.amount)):
            if was is not None and now is not None:
                pairs += self._unlike(was, now, counted=False)
            elif was is not now:
                raise _Otherwise
        # What stands in several tracks of a score is asked once.
        each = {tuple(map(Keys.lasting, self._keys, pair)): pair for pair in pairs}
        if len(each) > MOST_PARTS:
            raise _Otherwise
        return _Alike(one.days, tuple(each.values()))

    def _are_set_alike(self, one: c.RuleVersion, other: c.RuleVersion, *, is_award: bool) -> bool:
        """Whether two versions have settings that say the same.

        Those that the checks of an award go by say it by themselves (``_checks``), and none else shows in what comes out.
        """
        if is_award:
            return one.settings == other.settings
        told = (
            [
                (
                    word,
                    setting.days,
                    *map(keys.lasting, setting.value if isinstance(setting.value, tuple) else (setting.value,)),
                )
                for word, settings in version.settings.items()
                for setting in settings
            ]
            for version, keys in zip((one, other), self._keys, strict=True)
        )
        return next(told) == next(told)

    def _unlike(self, one: c.Expr, other: c.Expr, *, counted: bool) -> Iterator[Pair]:
        """Yield the smallest parts that are not the same on both sides.

        Args:
            one: the part before.
            other: the part after.
            counted: whether it is also asked how many points each metric in it has: then what it is made of matters too.

        Raises:
            _Otherwise: what they come to does not say all that is told of them.
        """
        if self._keys[0].lasting(one) == self._keys[1].lasting(other):
            return
        if not _is_put_together_alike(one, other):
            if (counted and one.type.kind == "points") or _has_score(one) or _has_score(other):
                raise _Otherwise
            yield one, other
            return
        for part, its in zip(children(one), children(other), strict=True):
            if isinstance(one, c.PassScore):
                counted = bool(one.every) and part is one.score
            elif isinstance(one, c.Requirement) and one.part == "scored":
                counted = False
            yield from self._unlike(part, its, counted=counted)

    def _checks(self, rule: c.Rule) -> Mapping[str, Wordings]:
        """Return what the rules are alike but for that checks of an award's entries ask.

        Raises:
            _Otherwise: they are alike in too little, or it hangs on more than a day what their parts come to.
        """
        asked = [_asked_by_checks(side.core, rule) for side in self._sides]
        if asked[0].keys() != asked[1].keys():
            raise _Otherwise
        found: dict[str, Wordings] = {}
        for name, one in asked[0].items():
            other = asked[1][name]
            if not (
                goes_by_the_anniversary(self._sides[0].core, one)
                and goes_by_the_anniversary(self._sides[1].core, other)
            ):
                raise _Otherwise
            found[name] = self._wordings(one, other)
            for alike in found[name]:
                for pair in alike.parts:
                    if not all(map(_is_of_its_day, self._sides, pair)):
                        raise _Otherwise
        return found

    # ---- of a partner

    def _is_same(self, alike: _Alike, questions: Questions, rule: c.Rule, day: date) -> bool:
        mine, its = questions
        at, then = (Moment(day, rule=core.rules.get(rule.id)) for core in (mine.core, its.core))
        return all(mine.value(one, at) == its.value(other, then) for one, other in alike.parts)

    def _are_checked_alike(self, rule: c.Rule, questions: Questions) -> bool:
        """Whether what was decided at checks of the entries that may be of an award is the same by both sides."""
        wordings = self._checked[rule.award]
        for checks in questions[0].register.entries.checks_of(rule.award, Moment(questions[0].as_of, rule=rule)):
            for decided, first, last in checks.decided_on(questions[0].as_of):
                if decided.id not in wordings:
                    return False
                for alike in wordings[decided.id]:
                    days = self._days(alike, questions, decided, *alike.within(first, last))
                    if not all(self._is_same(alike, questions, decided, day) for day in days):
                        return False
        return True

    def _days(self, alike: _Alike, questions: Questions, rule: c.Rule, first: date, last: date) -> set[date]:
        """Return days of a window on which parts are all that they are on any of its days."""
        if first == last:
            return {first}
        at = Moment(questions[0].as_of, rule=rule)
        return {
            start
            for pair in alike.parts
            for question, part in zip(questions, pair, strict=True)
            for start, _ in question.stretches.of(part, at, first, last)
        }


def _is_put_together_alike(one: c.Expr, other: c.Expr) -> bool:
    """Whether two nodes are alike but for the parts that they are made of, one by one."""
    own = OWN.get(type(one))
    if own is None or type(one) is not type(other):
        return False
    if any(getattr(one, name) != getattr(other, name) for name in own) or [*own_days(one)] != [*own_days(other)]:
        return False
    return all(len(by_role(one, role)) == len(by_role(other, role)) for role in get_args(c.Role))


def _has_score(node: c.Expr) -> bool:
    """Whether a node has a score, whose points are told beside what it comes to."""
    return any(isinstance(part, c.PassScore) for part in walk(node))


def _asked_by_checks(core: c.Core, rule: c.Rule) -> Mapping[str, c.Rule]:
    """Return the rules that checks of entries ask which may be of an award: its own, those before it, those that follow."""
    names = (rule.award, *rule.was)
    return {one.id: one for name in names for one in core.rules_of_entry.get(name, ())}


def _is_of_its_day(side: Engine, part: c.Expr) -> bool:
    """Whether a part is the same for every entry of the register, and turns on days that are soon found."""
    prepared = side.prepared
    if not prepared.reached.of(part).isdisjoint((REGISTER, PROJECTED)):
        return False
    return all(mover.how in READ for mover in prepared.movement.of(part, Place()).movers)
