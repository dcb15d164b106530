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
from threading import local
from typing import Any, NamedTuple, assert_never

from dsl import core as c
from dsl.core import ranges
from dsl.core.algebra import RANGES, dates_of
from dsl.core.moves import Movement
from dsl.core.ops import definition_of
from dsl.core.ops.parts import Role
from dsl.core.ranges import Numbers, Range, Truth, everything, exactly
from dsl.core.reached import REGISTER, Reached
from dsl.core.record_plans import RecordPlans
from evaluator.deadline import look_at_the_clock
from evaluator.deciding import TOLD_BESIDE, Beside, Deciding, unsettled_below
from evaluator.explanation import Explanation, Gap, explained
from evaluator.facts import Facts
from evaluator.kept import Kept
from evaluator.moment import Moment
from evaluator.progress import Progress, choices_told, nothing_told
from evaluator.reading import PartnerReading, Reads
from evaluator.register import Register
from evaluator.shortfall import nearest
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
        kind = _KINDS.get(type(node)) or _kind_of(type(node))
        if kind.definition is None:
            return self._read(node, at)
        if kind.is_requirement and at.row is None:
            return self._requirement(node, at, kind)  # type: ignore[arg-type]
        return self._made(node, at, kind)

    def _made(self, node: c.Expr, at: Moment, kind: _Kind) -> Explanation:
        parts = Deciding(self, at)
        range_: Range = kind.definition(RANGES, node, parts, at.day)  # type: ignore[misc]
        gaps, chosen = kind.beside(node, parts, range_) if kind.beside is not None else ((), tuple(parts.chosen))
        day = at.day if kind.is_requirement and at.day != self.reading.as_of else None
        decided, roles = parts.in_order() if kind.has_conditions else (tuple(parts.parts), tuple(parts.roles))
        return explained(node, range_, decided, gaps, chosen, day, roles)

    def _read(self, node: c.Expr, at: Moment) -> Explanation:
        """Decide a node that is read, or that is another's value: of a name, a rule, another day."""
        match node:
            case c.Literal(value=value, least=least):
                if value is not None:
                    return self.besides.figure(node, value)
                gap = Gap(
                    "figure", node.origin.place, "The programme's figure is not known", node.type, code="not_known"
                )
                known = everything(node.type) if least is None else Numbers(least, node.type.high)
                return Explanation(node, known, gaps=(gap,))
            case c.Named():
                return self._value_of(node, at)
            case (
                c.Holds() | c.Paid() | c.Fact() | c.Aggregate() | c.People() | c.Field() | c.DifferentPeople() | c.Lapsed()
                | c.InRenewal() | c.Anniversary() | c.AskedThisYear()
            ):  # fmt: skip
                return self.reading.read(node, at)
            case c.Today():
                return Explanation(node, exactly(at.day))
            case c.Qualifies(rule=rule):
                part = self.requirement(self.core.rules[rule], at)
                return Explanation(node, part.range, (part,), roles=("value",))
            case c.InProgress(rule=rule):
                part = self.requirement(self.core.rules[rule], at)
                done = self.progress(rule, at).of(part)
                gaps = unsettled_below(part) if done is Truth.UNKNOWN else ()
                return Explanation(node, done, (part,), gaps=gaps, roles=("value",))
            case c.OnDate(value=value, date=day):
                when = self.evaluate(day, at)
                exact = dates_of(when.range).exact
                if exact is None:
                    return Explanation(node, ranges.unbounded(node.type), (when,), roles=("date",))
                part = self.evaluate(value, at._replace(day=exact))
                return Explanation(node, part.range, (part,), day=exact, roles=("value",))
            case c.AsProjected(value=value):
                part = self._projected(value, at._replace(projected=True))
                return Explanation(node, part.range, (part,), roles=("value",))
            case c.Sometime():
                return self._sometime(node, at)
            case (
                c.AllOf() | c.AnyOf() | c.Arithmetic() | c.Ranked() | c.Case() | c.Compare() | c.Dated() | c.Edge() | c.Gate()
                | c.Lookup() | c.Not() | c.NumberOf() | c.PassScore() | c.PerUnit() | c.Prorate() | c.Ratio()
                | c.Requirement() | c.Rounded() | c.Shift() | c.Total()
            ):  # fmt: skip
                raise AssertionError(f"{type(node).__name__} is defined")
            case _:
                assert_never(node)

    # ---- with more facts

    def told(self, facts: Facts, names: AbstractSet[str], reached: Reached) -> Interpreter:
        """Return an interpreter over the same facts with some more told: what they do not reach is as it is here."""
        other = Interpreter(self.core, facts, self.plans, self.besides)
        other._before = Before(self, self.facts.reaching(names), reached)
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

    def _requirement(self, node: c.Requirement, at: Moment, kind: _Kind) -> Explanation:
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
                never = c.Literal(value=version is not None, type=c.FLAG, origin=rule.origin)
                self._rules[key] = Explanation(never, exactly(version is not None))
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
        asked: tuple[Gap, ...] = ()
        if node.supplied and all(gap.kind in ("records", "figure") for gap in part.missing()):
            # Nothing was told that it could be reckoned from: the ready-made value is what is asked for.
            asked = self.reading.wanted(node, at)
        return Explanation(node, part.range, (part,), asked, roles=("value",))

    # ---- other days

    def _sometime(self, node: c.Sometime, at: Moment) -> Explanation:
        """Look at each stretch of the window in which nothing changes; days after the question are not known yet.

        A window is told by one day: by that on which least was missing, the last one of several. Where it is open, the
        others that are open stand beside it: what would settle it is asked for all of them.
        """
        first, last = self.evaluate(node.start, at), self.evaluate(node.end, at)
        start, end = dates_of(first.range).exact, dates_of(last.range).exact
        if start is None or end is None:
            return Explanation(node, Truth.UNKNOWN, (first, last), roles=("date", "date"))
        today = self.reading.as_of
        looked: list[Explanation] = []
        for since, day in self.stretches.of(node.condition, at, start, min(end, today)):
            look_at_the_clock()
            found = self.evaluate(node.condition, at._replace(day=day))
            looked.append(found._replace(day=day, since=since if since < day else None))
            if found.truth is Truth.TRUE:
                return Explanation(
                    node,
                    Truth.TRUE,
                    (first, last, looked[-1]),
                    chosen=(day.isoformat(),),
                    roles=("date", "date", "value"),
                )
        open_days = [part for part in looked if part.truth is Truth.UNKNOWN]
        gaps: tuple[Gap, ...] = ()
        if end > today:
            title = f"what holds after {today}"
            gaps = (
                Gap(
                    "history", "", title, None, end, "the window is still open", code="window_open", names=(str(today),)
                ),
            )
        value = Truth.UNKNOWN if open_days or gaps else Truth.FALSE
        best = nearest(open_days or looked)
        told = () if best is None else (best,)
        others = tuple(part for part in open_days if part is not best)
        values: list[Role] = ["value" for _ in told]
        beside: list[Role] = ["other day" for _ in others]
        roles = ("date", "date", *values, *beside)
        return Explanation(node, value, (first, last, *told, *others), gaps=gaps, roles=roles)


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


def key_of(node: c.Expr, at: Moment) -> tuple[object, ...]:
    """Return what tells an evaluation of a node of the core, outside of records, from others."""
    rule = at.rule.id if at.rule is not None else None
    entry = at.entry.pointer if at.entry is not None else None
    return id(node), at.day, at.projected, rule, entry, at.due


class _Kind(NamedTuple):
    """How nodes of a kind are decided."""

    definition: Callable[..., Any] | None
    """What they mean; None: they are read."""
    beside: Callable[[Any, Deciding, Range], Beside] | None
    """What they tell beside their range."""
    is_requirement: bool
    has_conditions: bool
    """Whether some of its parts are conditions: these are told before the others."""


_KINDS: dict[type[c.Node], _Kind] = {}


def _kind_of(type_: type[c.Node]) -> _Kind:
    definition = definition_of(type_)
    beside = TOLD_BESIDE.get(definition) if definition is not None else None
    has_conditions = issubclass(type_, c.Case | c.Gate)
    return _KINDS.setdefault(type_, _Kind(definition, beside, issubclass(type_, c.Requirement), has_conditions))
