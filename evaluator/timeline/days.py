"""The days on which something that rules read changes: what a timeline looks at instead of every day.

Which parts move is declared in the core (``dsl.core.moves``), and the days on which they do are found as windows find
them (``evaluator.stretches``). A timeline moves the day of the question itself, so two more things turn a decision: what
is asked of another day turns as that does on the day itself, and on the day to which it reaches everything is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from dsl import core as c
from dsl.builtin import AWARDS
from dsl.core import calendar
from dsl.core.keys import stated_days
from dsl.core.ranges import Dates
from dsl.core.references import expressions, settings_of
from dsl.core.walk import asked
from evaluator.engine import Engine
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment

Json = Any
_DAY = timedelta(days=1)


class Turns(NamedTuple):
    """The days on which rules may turn, by rule."""

    decisions: Mapping[str, set[date]]
    """Of those that are decided: on which anything that is told of them may be another than the day before."""
    requirements: Mapping[str, set[date]]
    """Of those of which only that is asked: on which their requirements may come to be met, or no longer be."""

    def all(self) -> set[date]:
        """Return the days of all of them."""
        return set[date]().union(*self.decisions.values(), *self.requirements.values())


class ChangeDays:
    """Finds the days for some rules of an engine."""

    def __init__(self, engine: Engine, rules: Iterable[c.Rule], if_met: Iterable[c.Rule] = ()) -> None:
        """Take the rules that are decided, and those of which it is only asked whether their requirements are met."""
        self.engine = engine
        self.core = engine.core
        self.rules = tuple(rules)
        self.if_met = tuple(if_met)
        self._written = {
            rule.id: {day for version in rule.versions for day in (*stated_days(version), *version.bounds())}
            for rule in self.rules
        }
        self._in_force = {rule.id: set(_in_force(rule)) for rule in (*self.rules, *self.if_met)}
        self._elsewhere: dict[tuple[int, str], tuple[tuple[c.Expr, c.Rule | None], ...]] = {}

    def between(
        self, facts: Mapping[str, Json], first: date, last: date, over: Mapping[str, date] = MappingProxyType({})
    ) -> Turns:
        """Return of each rule the days after the first through the last one on which it may decide otherwise than the day before.

        Args:
            facts: with the register as it is on the first day.
            first: what is known of already.
            last: the last day that is looked at.
            over: entries of the register that are known to be over, by their pointers, each with the first day without it.
        """
        if first >= last:
            return Turns({rule.id: set() for rule in self.rules}, {rule.id: set() for rule in self.if_met})
        looking = _Looking(self, facts, first, last, over)
        return Turns(
            {rule.id: looking.days(rule, self._written[rule.id], self._in_force[rule.id]) for rule in self.rules},
            {rule.id: looking.days_if_met(rule, self._in_force[rule.id]) for rule in self.if_met},
        )

    def elsewhere(self, node: c.Expr, rule: c.Rule | None) -> tuple[tuple[c.Expr, c.Rule | None], ...]:
        """Return the nodes in a node, and in what it names, that ask of another day; each with the rule it is about."""
        key = (id(node), rule.id if rule is not None else "")
        if key not in self._elsewhere:
            self._elsewhere[key] = ()
            found = {(id(one), its.id if its else ""): (one, its) for one, its in self._found(node, rule)}
            self._elsewhere[key] = tuple(found.values())
        return self._elsewhere[key]

    def _found(self, node: c.Expr, rule: c.Rule | None) -> Iterator[tuple[c.Expr, c.Rule | None]]:
        parts = list(asked(node))
        if any(how == "on another day" for how, _ in parts):
            yield node, rule
        for how, part in parts:
            if isinstance(part, c.Days):
                continue
            if isinstance(part, str):
                if how == "named":
                    yield from self.elsewhere(self.core.named[part].value, None)
                elif how == "rule":
                    other = self.core.rules[part]
                    for version in other.versions:
                        if version.requirement is not None:
                            yield from self.elsewhere(version.requirement, other)
            else:
                yield from self.elsewhere(part, rule)


def _in_force(rule: c.Rule) -> Iterator[date]:
    """Yield the days on which a rule comes into force and goes out of it, and on which its badge is given at once or is not."""
    for version in rule.versions:
        yield from version.bounds()
        for given in version.immediate_badge:
            yield from (day for day in (given.days.start, given.days.end) if day is not None)


class _Looking:
    def __init__(
        self, of: ChangeDays, facts: Mapping[str, Json], first: date, last: date, over: Mapping[str, date]
    ) -> None:
        self.of = of
        self.first = first
        self.last = last
        prepared = of.engine.prepared
        # Each day is a day of the question: the last one is none of a kind of its own.
        self.facts = Facts(of.core, facts, calendar.day_after(last))
        self.interpreter = Interpreter(of.core, self.facts, prepared.plans, prepared.besides)
        self.interpreter.register.leave_alone(over)
        self.over = over
        self.seen: dict[tuple[int, str], set[date]] = {}

    def days(self, rule: c.Rule, written: Iterable[date], in_force: Iterable[date]) -> set[date]:
        """Return the days of one rule, with those that are written in it.

        Of an award that was never attained only the requirements say anything: when it is checked, renewed and lost is
        asked of its entries.
        """
        is_never_attained = self.is_never_attained(rule)
        found = self.days_if_met(rule, in_force if is_never_attained else written)
        if not is_never_attained:
            for version in rule.versions:
                # On which days the checks of an award are is the register's to say: here only what moves those days.
                settings = {id(node) for node in settings_of(version)} if rule.is_award else set()
                for node in expressions(version):
                    found |= self.moved(node, rule) if id(node) in settings else self.of_node(node, rule)
        if rule.is_award:
            own = c.Holds(award=rule.award, type=c.FLAG)
            found |= self.interpreter.register.days(own, False, self.first + _DAY, self.last)
        return found

    def days_if_met(self, rule: c.Rule, written: Iterable[date]) -> set[date]:
        """Return the days of the requirements of a rule alone: what is checked when is nothing to them."""
        found = {day for day in written if self.first < day <= self.last}
        for version in rule.versions:
            if version.requirement is not None:
                found |= self.of_node(version.requirement, rule)
        return found

    def is_never_attained(self, rule: c.Rule) -> bool:
        """Whether the register surely has no entry of an award: then nothing of it is checked, renewed or lost."""
        told = self.facts.records(AWARDS.name)
        if not rule.is_award or told.rows is None or told.partial:
            return False
        return {rule.award, *rule.was, None}.isdisjoint(row.data.get("award") for row in told.rows)

    def of_node(self, node: c.Expr, rule: c.Rule | None) -> set[date]:
        """Return the days on which a node turns, and of a date those on which the day comes to it; looked for once."""
        key = (id(node), rule.id if rule is not None else "")
        if key not in self.seen:
            # A node that asks of itself on another day finds nothing new there.
            self.seen[key] = set()
            self.seen[key] = self.found(node, rule)
        return self.seen[key]

    def moved(self, node: c.Expr, rule: c.Rule | None) -> set[date]:
        """Return the days on which a node turns, whatever it comes to."""
        return set(self.interpreter.stretches.turns(node, Moment(self.first, rule=rule), self.first, self.last))

    def found(self, node: c.Expr, rule: c.Rule | None) -> set[date]:
        found = self.moved(node, rule)
        if node.type.kind == "date":
            found |= self.reached(node, rule)
        for inner, its in self.of.elsewhere(node, rule):
            for how, part in asked(inner):
                if how == "on another day":
                    found |= self.of_node(part, its)
                elif how == "to say which day" and not isinstance(part, c.Days | str):
                    found |= self.reached(part, its)
        return found

    def reached(self, node: c.Expr, rule: c.Rule | None) -> set[date]:
        """Return the days that a date of the policies falls on, and the days after them."""
        at = Moment(self.first, rule=rule)
        moments = [
            at,
            *(at._replace(day=day) for day in self.interpreter.stretches.turns(node, at, self.first, self.last)),
        ]
        moments += self.of_checks(rule)
        found: set[date] = set()
        for moment in moments:
            day = self.interpreter.once(node, moment).range
            if isinstance(day, Dates) and day.exact is not None and self.first - _DAY <= day.exact <= self.last:
                found |= {day.exact, day.exact + _DAY}
        return {day for day in found if self.first < day <= self.last}

    def of_checks(self, rule: c.Rule | None) -> Iterator[Moment]:
        """Yield the moments of the checks that a rule may decide in the days looked at."""
        if rule is None or not rule.is_award:
            return
        awards = {rule.award, *rule.was}
        for row in self.facts.records("awards").rows or ():
            due = row.data.get("anniversary")
            if row.data.get("award") not in awards or due is None:
                continue
            first = date.fromisoformat(due)
            for year in range(self.first.year - 1, self.last.year + 2):
                moved = calendar.add_years(first, year - first.year)
                if moved > self.over.get(row.pointer, moved):
                    break
                yield Moment(moved, rule=rule, entry=row, due=moved)
