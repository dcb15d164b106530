"""The reference interpreter: the definitions of ``dsl.core.ops`` over what a partner's facts leave open.

``evaluate`` maps a node and a moment to an explanation: the node's range, the parts it rests on, what is missing.
Facts never make it raise and it never guesses. What is read of a partner is read by ``evaluator.reading``; here is what
is made of it: nodes by their definitions, what names and rules stand for, what is asked on other days.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import partial
from threading import local
from typing import Any, assert_never, cast

from dsl import core as c
from dsl.core.moves import Movement
from dsl.core.ranges import exactly
from dsl.core.reached import REGISTER, Reached
from dsl.core.record_plans import RecordPlans
from evaluator import elsewhere
from evaluator.deadline import look_at_the_clock
from evaluator.deciding import Deciding, Kind, kind_of, made_of
from evaluator.explanation import Explanation, explained
from evaluator.facts import Facts
from evaluator.kept import Kept
from evaluator.moment import Moment, key_of
from evaluator.progress import Progress, choices_told, nothing_told
from evaluator.reading import PartnerReading, Reads
from evaluator.register.held import Register
from evaluator.stretches import Stretches


class Interpreter:
    """Decides nodes of one core over one partner's facts; decided parts are remembered by node and moment."""

    def __init__(
        self, core: c.Core, facts: Facts, plans: RecordPlans | None = None, besides: Besides | None = None
    ) -> None:
        self.core = core
        self.facts = facts
        self.register = Register(self)
        self.plans = plans or RecordPlans(Movement(core))
        self.besides = besides or Besides()
        self.reading: Reads = PartnerReading(self, facts, self.register, self.plans)
        self.stretches = Stretches(self, self.register, self.plans.movement)
        self.kept = Kept()
        self.elsewhere: dict[int, Kept] = {}
        """By explanations that are of all partners alike: what is kept beside them."""
        self._with_nothing: Interpreter | None = None
        self._before: Before | None = None
        self._decided: dict[tuple[object, ...], Explanation] = {}
        self._named: dict[tuple[str, date, bool], Explanation] = {}
        self._rules: dict[tuple[str, date, bool, str | None, date | None], Explanation] = {}

    def evaluate(self, node: c.Expr, at: Moment) -> Explanation:
        """Decide one node: out of its parts, as ``dsl.core.ops`` defines it, or by reading it."""
        kind = kind_of(type(node))
        if kind.definition is None:
            return self._read(cast("c.Sourced", node), at)
        if kind.is_requirement and at.row is None:
            return self._requirement(node, at, kind)  # type: ignore[arg-type]
        return self._made(node, at, kind)

    def _made(self, node: c.Expr, at: Moment, kind: Kind) -> Explanation:
        return made_of(node, kind, Deciding(self, at), self.reading.as_of)

    def _read(self, node: c.Sourced, at: Moment) -> Explanation:
        """Decide a node that is read, or that is another's value: of a name, a rule, another day."""
        match node:
            case c.Literal(value=value):
                if value is not None:
                    return self.besides.figure(node, value)
                return elsewhere.figure(node)
            case c.Named():
                return self._value_of(node, at)
            case (
                c.Holds() | c.Paid() | c.Fact() | c.OfRecords() | c.People() | c.Field() | c.DifferentPeople() | c.Lapsed()
                | c.InRenewal() | c.Anniversary() | c.AskedThisYear()
            ):  # fmt: skip
                return self.reading.read(node, at)
            case c.Today():
                return Explanation(node, exactly(at.day))
            case c.Qualifies(rule=rule):
                return elsewhere.of_part(node, self.requirement(self.core.rules[rule], at))
            case c.InProgress(rule=rule):
                part = self.requirement(self.core.rules[rule], at)
                return elsewhere.in_progress(node, part, self.progress(rule, at).of(part))
            case c.OnDate(date=day):
                when = self.evaluate(day, at)
                return elsewhere.on_day(node, when, lambda exact: self.evaluate(node.value, at._replace(day=exact)))
            case c.AsProjected(value=value):
                return elsewhere.of_part(node, self._projected(value, at._replace(projected=True)))
            case c.Sometime():
                return self._sometime(node, at)
            case _:
                assert_never(node)

    # ---- with more facts

    def told(self, facts: Facts, names: AbstractSet[str], reached: Reached) -> Interpreter:
        """Return an interpreter over the same facts with some more told: what they do not reach is as it is here."""
        other = Interpreter(self.core, facts, self.plans, self.besides)
        other._before = Before(self, self.facts.reaching(names, reached), reached)
        return other

    def before(self, node: c.Expr, at: Moment) -> Explanation | None:
        """Return what a node outside of records is without the facts told last; None where they reach it."""
        if self._before is None or self._before.is_reached(node):
            return None
        return self._before.interpreter.once(node, at)

    def once(self, node: c.Expr, at: Moment) -> Explanation:
        """Decide a node outside of records; what was decided before at the moment is not decided again."""
        key = key_of(node, at)
        if key not in self._decided:
            self._decided[key] = self.evaluate(node, at)
        return self._decided[key]

    def _requirement(self, node: c.Requirement, at: Moment, kind: Kind) -> Explanation:
        known = self.before(node, at) or self.of_alike(node, at)
        if known is not None:
            return known
        found = self._decided[key_of(node, at)] = self._made(node, at, kind)
        return found

    # ---- rules and named values

    def requirement(self, rule: c.Rule, at: Moment) -> Explanation:
        """Decide the requirement of a rule in the version of the day; out of force nobody qualifies."""
        look_at_the_clock()
        entry = at.entry.pointer if at.entry is not None else None
        key = (rule.id, at.day, at.projected, entry, at.due)
        if key not in self._rules:
            version = self.core.version_on(rule, at.day)
            if version is None or version.requirement is None:
                self._rules[key] = elsewhere.without_requirement(rule, version)
            else:
                inner = at._replace(row=None, declaration=None, rule=rule)
                alike = self.of_alike(version.requirement, inner)
                self._rules[key] = alike or self.evaluate(version.requirement, inner)
        return self._rules[key]

    def of_alike(self, node: c.Expr, at: Moment) -> Explanation | None:
        """Return what a node is of all partners alike, where they tell little of what it reads; else None.

        Alike are those who tell the same of what it reads; most tell nothing of it.
        """
        if at.projected or self.besides.reached is None:
            return None
        read = self.besides.reached.of(node)
        told = self.facts.alike(read)
        if told is None or (REGISTER in read and (at.entry is not None or at.due is not None)):
            return None
        alike = self.besides.of((self.facts.as_of, f"told {told}"), lambda: self._over(told))
        if alike is self:
            return None
        # Without the register, its entry at hand is nothing to it; nor is a record to what a rule or a name asks.
        found = alike.once(node, at._replace(row=None, declaration=None, entry=None, due=None))
        self.elsewhere[id(found)] = alike.kept
        return found

    def progress(self, rule: str, at: Moment) -> Progress:
        """Return what tells progress in a rule: beside an interpreter over a partner with nothing."""
        if self._with_nothing is None:
            choices = choices_told(self.core, self.facts.data)
            self._with_nothing = self.besides.of(
                (self.facts.as_of, json.dumps(choices, sort_keys=True)),
                lambda: self._over(nothing_told(self.core, choices)),
            )
        inner = at._replace(row=None, declaration=None, rule=self.core.rules[rule])
        return Progress(self._with_nothing.once, inner, self.reading.as_of)

    def _projected(self, node: c.Expr, at: Moment) -> Explanation:
        """Decide a node over the projected facts: where none are told it is the same for every partner, and kept."""
        if at.row is not None or at.entry is not None or self.facts.is_projected:
            return self.evaluate(node, at)
        nobody = self.besides.of((self.facts.as_of, "nothing projected"), lambda: self._over({}))
        return nobody.once(node, at)

    def _over(self, data: Mapping[str, Any]) -> Interpreter:
        """Return an interpreter over the facts of nobody at hand."""
        return Interpreter(self.core, Facts(self.core, data, self.facts.as_of), self.plans, self.besides)

    def _value_of(self, node: c.Named, at: Moment) -> Explanation:
        key = (node.name, at.day, at.projected)
        known = self.before(node, at) or self.of_alike(node, at)
        if known is not None:
            return known
        if key not in self._named:
            self._named[key] = self._named_value(node, at)
        found = self._named[key]
        return explained(node, found.range, found.parts, found.gaps, found.chosen, None, found.roles)

    def _named_value(self, node: c.Named, at: Moment) -> Explanation:
        """A supplied value counts where one is given; else what the records say, and the value itself is asked for."""
        declaration = self.core.named[node.name]
        supplied = self.reading.supplied(node, at)
        if supplied is not None and not supplied[1]:
            return Explanation(node, supplied[0])
        # A measure is about the partner, not about the record or award at hand.
        part = self.evaluate(
            declaration.value, at._replace(row=None, declaration=None, entry=None, due=None, rule=None)
        )
        return elsewhere.named(node, part, lambda: self.reading.wanted(node, at))

    # ---- other days

    def _sometime(self, node: c.Sometime, at: Moment) -> Explanation:
        def on(day: date) -> Explanation:
            look_at_the_clock()
            return self.evaluate(node.condition, at._replace(day=day))

        first, last = self.evaluate(node.start, at), self.evaluate(node.end, at)
        stretches = partial(self.stretches.of, node.condition, at)
        return elsewhere.sometime(node, first, last, self.reading.as_of, stretches, on)


class Besides(local):
    """What is the same for many partners, kept for all of them; each thread has its own.

    That are figures, and interpreters over nobody at hand: over partners with nothing, of the same choices, over those of
    whom nothing is projected, and over those who tell the same little. An interpreter remembers what it decided and what it
    is about to decide, so that no two threads may ask one.
    """

    MOST = 64
    """How many interpreters are kept; then the one that was asked for longest ago is forgotten."""
    MOST_FIGURES = 20_000
    """How many figures are kept; then they are begun anew, so that nodes of the moment take no room."""

    def __init__(self, reached: Reached | None = None) -> None:
        """Take what says which facts reach a node; without it nothing is decided for all who do not tell them."""
        self.reached = reached
        self._kept: OrderedDict[tuple[date, str], Interpreter] = OrderedDict()
        self._figures: dict[int, Explanation] = {}

    def figure(self, node: c.Literal, value: c.Figure) -> Explanation:
        """Return why a known figure of the policies is what it is."""
        found = self._figures.get(id(node))
        # It holds its node: an identity is one object's only as long as that is there.
        if found is None:
            if len(self._figures) >= self.MOST_FIGURES:
                self._figures.clear()
            found = self._figures[id(node)] = Explanation(node, exactly(value))
        return found

    def of(self, told: tuple[date, str], make: Callable[[], Interpreter]) -> Interpreter:
        """Return the interpreter of what is told on a day."""
        found = self._kept.pop(told, None) or make()
        self._kept[told] = found
        if len(self._kept) > self.MOST:
            self._kept.popitem(last=False)
        return found


@dataclass(frozen=True, slots=True)
class Before:
    """What was decided already before more facts were told."""

    interpreter: Interpreter
    names: AbstractSet[str]
    """The facts that are told now."""
    reached: Reached

    def is_reached(self, node: c.Expr) -> bool:
        """Whether a node can be another one now."""
        return self.reached.by(node, self.names)
