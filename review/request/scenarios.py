"""Scenarios of the side after, run against both sides: which come out otherwise, which are new, which are gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import PurePath
from typing import Literal, TypeAlias

from dsl.source import Span
from evaluator.acceptance.facts_schema import facts_schema
from evaluator.engine import Engine
from review.scenarios.given import Given
from review.scenarios.runner import ScenarioResult, Watch, run
from review.scenarios.scenario import Scenario, ScenarioErrors, ScenarioFile, Step

_ONE = timedelta(days=1)
Verdict: TypeAlias = Literal["passes", "fails", "cannot be asked"]
"""What a side says to a scenario. ``cannot be asked``: it names what the side does not have, or its facts do not fit."""


@dataclass(frozen=True, slots=True)
class Told:
    """A scenario, and where it stands."""

    file: str
    scenario: Scenario
    at: Span

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by on both sides: its name, in a file of that name, in whichever folder."""
        return PurePath(self.file).name, self.scenario.name

    @property
    def place(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.at.line}"

    def asks(self) -> Iterator[str]:
        """Yield the rules that it expects something of, or attains."""
        for step in self.scenario.steps:
            yield from rules_of(step)


def rules_of(step: Step) -> Iterator[str]:
    """Yield the rules of which a step expects something, or that it attains."""
    yield from step.attain
    yield from (expectation.rule for expectation in step.expectations)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the sides say to a scenario of the side after, and why it is not as it expects."""

    told: Told
    before: Verdict
    after: Verdict
    new: bool
    """Whether the side before has no scenario of its name."""
    why: tuple[str, ...] = ()
    """What is not as expected on the side after; where that passes, on the side before."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of the scenarios that can show what changed."""

    asked: int
    """How many scenarios can come out otherwise, or are new: they were run."""
    of: int
    """How many there are."""
    told: tuple[Outcome, ...]
    """Those that are not old ones passing on both sides."""
    removed: tuple[Told, ...]

    @property
    def failing(self) -> tuple[Outcome, ...]:
        """Those that do not pass on the side after."""
        return tuple(one for one in self.told if one.after != "passes")


def outcomes(
    before: Engine,
    after: Engine,
    old: Sequence[Told],
    new: Sequence[Told],
    reached: Mapping[str, str],
    reworded: AbstractSet[str],
    by_the_register: AbstractSet[str],
    watched: AbstractSet[str],
    watch: Watch,
) -> Outcomes:
    """Run scenarios that are new or may come out otherwise against the side after, and as they were against that before.

    A scenario that stayed and cannot come out otherwise, as all that it asks is equal on its days, shows nothing of a change.

    Args:
        before: the side before.
        after: the side after.
        old: scenarios of the side before, which are only looked for.
        new: scenarios of the side after.
        reached: the rules that can decide otherwise, by their names after, each with its name before.
        reworded: those of them whose own words are others, so that what a scenario expects of them can be called otherwise.
        by_the_register: those of them that only the register leads to.
        watched: rules whose decisions are watched.
        watch: is told the decisions of scenarios that ask for one of these on the side after, but for those that wait for
            review. Who watches sees reasons: what nobody watches is decided faster.
    """
    known = {told.key: told.scenario for told in old}
    days = _Days(before, after, reached, reworded, by_the_register)
    asked = [
        told
        for told in new
        if _concerns(told, reached.keys()) and (known.get(told.key) != told.scenario or days.may_differ(told))
    ]
    found: list[Outcome] = []
    for told in asked:
        is_watched = not told.scenario.review and not watched.isdisjoint(told.asks())
        now, why = _verdict(after, told, watch if is_watched else None)
        was, why_before = _verdict(before, _formerly(told, reached), None)
        one = Outcome(told, was, now, told.key not in known, why if now != "passes" else why_before)
        # What the side before cannot be asked, as names are other ones now, says nothing where it passes after.
        if one.new or one.after != "passes" or one.before == "fails":
            found.append(one)
    kept = {told.key for told in new}
    gone = tuple(told for told in old if told.key not in kept and _concerns(told, {*reached.values(), *reached}))
    return Outcomes(len(asked), len(new), tuple(found), gone)


class _Days:
    """On which days the rules that a change reaches can decide otherwise: on those their keys are others."""

    def __init__(
        self,
        before: Engine,
        after: Engine,
        reached: Mapping[str, str],
        reworded: AbstractSet[str],
        by_the_register: AbstractSet[str],
    ) -> None:
        self.before, self.after = before, after
        self.reached, self.reworded = reached, reworded
        self._found: dict[tuple[str, date], bool] = {}
        one, other = before.core, after.core
        # What is refused on one side is told apart by no key of a rule.
        self._may_refuse = facts_schema(one) != facts_schema(other)
        is_same_membership = one.members == other.members and one.awards == other.awards
        self._by_the_register = by_the_register if is_same_membership else frozenset()
        names = {*reached, *reached.values()}
        self._awards = {rule.award for core in (one, other) for rule in core.rules.values() if rule.id in names}

    def may_differ(self, told: Told) -> bool:
        """Whether a scenario may come out otherwise, or try a day of the change: equal keys decide equally (``dsl.core.keys``)."""
        if self._may_refuse:
            return True
        given, attained = told.scenario.given, False
        for step in told.scenario.steps:
            given = given if step.refused else step.told.over(given)
            attained = attained or bool(step.attain)
            is_checked = attained or self._is_checked(given)
            for rule in rules_of(step):
                if rule not in self.reached or (rule in self._by_the_register and not is_checked):
                    continue
                # The day before something begins tries that it has not begun.
                days = (step.as_of, step.as_of + _ONE)
                if rule in self.reworded or any(self._is_other(rule, day) for day in days):
                    return True
        return False

    def _is_checked(self, given: Given) -> bool:
        """Whether the register has an entry whose checks may ask for something that changed; a benefit is kept by many."""
        if given.projected is not None and self._is_checked(given.projected):
            return True
        told = given.records.get("awards")
        if told is None:
            return False
        names = (row.value.get("award") if isinstance(row.value, dict) else None for row in told.rows)
        return any(not isinstance(name, str) or name in self._awards or name.startswith("benefit.") for name in names)

    def _is_other(self, rule: str, day: date) -> bool:
        if (rule, day) not in self._found:
            was, now = (
                side.prepared.keys.of_rule(side.core.rules[name], day) if name in side.core.rules else None
                for side, name in ((self.before, self.reached[rule]), (self.after, rule))
            )
            self._found[rule, day] = was is None or was != now
        return self._found[rule, day]


def _concerns(told: Told, rules: AbstractSet[str]) -> bool:
    return any(rule in rules for rule in told.asks())


def _verdict(engine: Engine, told: Told, watch: Watch | None) -> tuple[Verdict, tuple[str, ...]]:
    try:
        [result] = run(engine, ScenarioFile(told.file, (told.scenario,)), watch)
    except ScenarioErrors as errors:
        return "cannot be asked", tuple(problem.message for problem in errors.problems)
    return ("passes", ()) if result.passed else ("fails", tuple(_said(result)))


def _said(result: ScenarioResult) -> Iterator[str]:
    for step in result.steps:
        for one in step.mismatches:
            yield f"{step.as_of}: {one.rule} {one.aspect}: expected {one.expected}, is {one.actual}"


def _formerly(told: Told, former: Mapping[str, str]) -> Told:
    """Return a scenario as the side before can be asked it: rules under the names that they had."""
    steps = tuple(
        replace(
            step,
            attain=tuple(former.get(award, award) for award in step.attain),
            expectations=tuple(replace(one, rule=former.get(one.rule, one.rule)) for one in step.expectations),
        )
        for step in told.scenario.steps
    )
    return replace(told, scenario=replace(told.scenario, steps=steps))


def in_words(one: Outcome) -> str:
    """Say what became of a scenario.

    Examples:
        >>> from dsl.source import NO_SPAN
        >>> from review.scenarios.given import Given
        >>> told = Told("a.scenarios.yaml", Scenario("A", (), Given(), (), ""), NO_SPAN)
        >>> in_words(Outcome(told, "passes", "fails", False))
        'passed before, fails now'
        >>> in_words(Outcome(told, "fails", "passes", True))
        'new: fails without the change, passes with it'
    """
    if one.new:
        now = f"{one.after} with it"
        match one.before:
            case "passes" if one.after == "passes":
                return "new: passes without the change too"
            case "cannot be asked":
                return f"new: {now}"
            case _:
                return f"new: {one.before} without the change, {now}"
    was = {"passes": "passed before", "fails": "failed before", "cannot be asked": "could not be asked before"}
    return f"{was[one.before]}, {'still ' if one.before == one.after else ''}{one.after}{'' if one.before == one.after else ' now'}"


def by_words(told: Iterable[Outcome]) -> Mapping[str, Sequence[Outcome]]:
    """Return outcomes by what became of them, what fails first."""
    found: dict[str, list[Outcome]] = {}
    for one in sorted(told, key=lambda one: (one.after == "passes", one.new)):
        found.setdefault(in_words(one), []).append(one)
    return found
