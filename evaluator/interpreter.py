"""The reference interpreter: the definitions of ``dsl.core.ops`` over what a partner's facts leave open.

``evaluate`` maps a node and a moment to an explanation: the node's range, the parts it rests on, what is missing.
Facts never make it raise and it never guesses. Records are reckoned in ``evaluator.records``, the register is read in
``evaluator.register``; both are part of the meaning.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from threading import local
from typing import Any, NamedTuple, TypeAlias, assert_never

from dsl import core as c
from dsl.core import calendar, ranges
from dsl.core.algebra import RANGES, dates_of, numbers_of, truth_of, words_of
from dsl.core.ops import DEFINITIONS, definition_of
from dsl.core.ops.metrics import every_metric
from dsl.core.ops.parts import Role
from dsl.core.ranges import Numbers, Range, Truth, compare, everything, exactly
from evaluator import records
from evaluator.explanation import Explanation, Gap
from evaluator.facts import Facts, Row
from evaluator.moment import Moment
from evaluator.moves import Movement
from evaluator.progress import Progress, nothing_told
from evaluator.reached import Reached
from evaluator.record_plans import RecordPlans
from evaluator.register import Register
from evaluator.selection import Selections
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
        self.selections = Selections(facts, self.plans)
        self.stretches = Stretches(self, self.register, self.plans.movement)
        self._with_nothing: Interpreter | None = None
        self._before: Before | None = None
        self._decided: dict[tuple[object, ...], Explanation] = {}
        self._people: dict[tuple[tuple[str, ...], int, date, bool], Explanation] = {}
        self._formulas: dict[tuple[str, str, date, str | None, str | None, date | None], Explanation] = {}
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
        day = at.day if kind.is_requirement and at.day != self.facts.as_of else None
        decided, roles = parts.in_order()
        return Explanation(node, range_, decided, gaps, chosen, day, None, roles)

    def _read(self, node: c.Expr, at: Moment) -> Explanation:
        """Decide a node that is read, or that is another's value: of a name, a rule, another day."""
        match node:
            case c.Literal(value=value, least=least):
                if value is None:
                    gap = Gap("figure", node.origin.place, "The programme's figure is not known", node.type)
                    known = everything(node.type) if least is None else Numbers(least, node.type.high)
                    return Explanation(node, known, gaps=(gap,))
                return Explanation(node, exactly(value))
            case c.Named():
                return self._value_of(node, at)
            case c.Field():
                return self._field(node, at)
            case c.People():
                key = (tuple(listing.name for listing in node.lists), node.least, at.day, at.projected)
                if key not in self._people:
                    self._people[key] = records.people(node, self.facts, at.day, at.projected)
                found = self._people[key]
                return Explanation(node, found.range, gaps=found.gaps)
            case c.Aggregate():
                return self._aggregate(node, at)
            case c.Fact(name=name, title=title, type=type_):
                range_, gaps = self.facts.value(name, type_, title, at.day, at.projected)
                return Explanation(node, range_, gaps=gaps)
            case c.Holds() | c.Paid():
                return self.register.holds(node, at)
            case c.Today():
                return Explanation(node, exactly(at.day))
            case c.DifferentPeople():
                return records.different_people(node, self.facts, at.day, at.projected)
            case c.Lapsed():
                return self.register.lapsed(node, at)
            case c.InRenewal():
                return self.register.in_renewal(node, at)
            case c.Qualifies(rule=rule):
                part = self.requirement(self.core.rules[rule], at)
                return Explanation(node, part.range, (part,), roles=("value",))
            case c.InProgress(rule=rule):
                part = self.requirement(self.core.rules[rule], at)
                done = self._progress(rule, at).of(part)
                return Explanation(node, done, (part,), gaps=_unsettled_below(part), roles=("value",))
            case c.Anniversary():
                return self.register.anniversary(node, at)
            case c.AskedThisYear(even=even):
                return self.register.asked_this_year(node, even, at)
            case c.OnDate(value=value, date=day):
                when = self.evaluate(day, at)
                exact = dates_of(when.range).exact
                if exact is None:
                    return Explanation(node, ranges.unbounded(node.type), (when,), roles=("date",))
                part = self.evaluate(value, at._replace(day=exact))
                return Explanation(node, part.range, (part,), day=exact, roles=("value",))
            case c.AsProjected(value=value):
                part = self.evaluate(value, at._replace(projected=True))
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
        other._before = Before(self, names, reached)
        return other

    def once(self, node: c.Expr, at: Moment) -> Explanation:
        """Decide a node outside of records; what was decided before at the moment is not decided again."""
        key = _key(node, at)
        if key not in self._decided:
            self._decided[key] = self.evaluate(node, at)
        return self._decided[key]

    def _requirement(self, node: c.Requirement, at: Moment, kind: _Kind) -> Explanation:
        if self._before is not None and not self._before.is_reached(node):
            return self._before.interpreter.once(node, at)
        found = self._decided[_key(node, at)] = self._made(node, at, kind)
        return found

    # ---- rules and named values

    def requirement(self, rule: c.Rule, at: Moment) -> Explanation:
        """Decide the requirement of a rule in the version of the day; out of force nobody qualifies."""
        entry = at.entry.pointer if at.entry is not None else None
        key = (rule.id, at.day, at.projected, entry, at.due)
        if key not in self._rules:
            version = rule.version_on(at.day)
            if version is None or version.requirement is None:
                never = c.Literal(value=version is not None, type=c.FLAG, origin=rule.origin)
                self._rules[key] = Explanation(never, exactly(version is not None))
            else:
                inner = at._replace(row=None, declaration=None, rule=rule)
                self._rules[key] = self.evaluate(version.requirement, inner)
        return self._rules[key]

    def _progress(self, rule: str, at: Moment) -> Progress:
        """Return what tells progress in a rule: beside an interpreter over a partner with nothing."""
        if self._with_nothing is None:
            data = nothing_told(self.core, self.facts.data)
            self._with_nothing = self.besides.of(
                (self.facts.as_of, json.dumps(data, sort_keys=True, default=str)),
                lambda: Interpreter(self.core, Facts(self.core, data, self.facts.as_of), self.plans),
            )
        return Progress(self._with_nothing.once, at._replace(row=None, declaration=None, rule=self.core.rules[rule]))

    def _value_of(self, node: c.Named, at: Moment) -> Explanation:
        key = (node.name, at.day, at.projected)
        if self._before is not None and not self._before.is_reached(node):
            return self._before.interpreter._value_of(node, at)
        if key not in self._named:
            self._named[key] = self._named_value(node, at)
        found = self._named[key]
        return Explanation(node, found.range, found.parts, found.gaps, found.chosen, roles=found.roles)

    def _named_value(self, node: c.Named, at: Moment) -> Explanation:
        """A supplied value counts where one is given; else what the records say, and the value itself is asked for."""
        declaration = self.core.named[node.name]
        if node.supplied and self.facts.is_told(node.name, at.projected):
            range_, gaps = self.facts.value(node.name, node.type, node.title, at.day, at.projected)
            if not gaps:
                return Explanation(node, range_)
        # A measure is about the partner, not about the record or award at hand.
        part = self.evaluate(
            declaration.value, at._replace(row=None, declaration=None, entry=None, due=None, rule=None)
        )
        asked: tuple[Gap, ...] = ()
        if node.supplied and all(gap.kind in ("records", "figure") for gap in part.missing()):
            # Nothing was told that it could be reckoned from: the ready-made value is what is asked for.
            asked = self.facts.value(node.name, node.type, node.title, at.day, at.projected)[1]
        return Explanation(node, part.range, (part,), asked, roles=("value",))

    # ---- records

    def _field(self, node: c.Field, at: Moment) -> Explanation:
        if at.row is None or at.declaration is None:
            raise AssertionError("a field is read in a record")
        if node.formula is not None:
            # Many figures look at one record: it is reckoned once a day, from wherever it is asked.
            rule = at.rule.id if at.rule is not None else None
            entry = at.entry.pointer if at.entry is not None else None
            key = (at.row.pointer, node.name, at.day, rule, entry, at.due)
            if key not in self._formulas:
                self._formulas[key] = self.evaluate(node.formula, at)
            part = self._formulas[key]
            return Explanation(node, part.range, (part,))
        range_, gaps = self.facts.field(at.row, node.name, at.declaration)
        return Explanation(node, range_, gaps=gaps)

    def _aggregate(self, node: c.Aggregate, at: Moment) -> Explanation:
        told = self.facts.records(node.records, at.projected)
        parts: tuple[Explanation, ...] = ()
        anniversary: date | None = None
        if node.over is not None and node.over.anniversary_year:
            # From the last anniversary on: a year before the next one.
            upcoming = self.register.anniversary(c.Anniversary(which="any", type=c.DATE, origin=node.origin), at)
            exact = dates_of(upcoming.range).exact
            if exact == ranges.NEVER:
                gap = Gap("figure", node.origin.place, "without an anniversary there is no anniversary year", node.type)
                return Explanation(node, records.anything(node), (upcoming,), gaps=(gap,))
            if exact is None:
                return Explanation(node, records.anything(node), (upcoming,))
            anniversary, parts = calendar.add_years(exact, -1), (upcoming,)
        window = records.window_of(node, at.day, anniversary)

        def in_record(expr: c.Expr, row: Row) -> Explanation:
            inner = Moment(at.day, at.projected, row, told.declaration, at.rule, at.entry, at.due)
            return self.evaluate(expr, inner)

        found = records.aggregate(node, told, at, window, self.selections, in_record)
        day = at.day if at.day != self.facts.as_of else None
        return Explanation(node, found.range, parts, found.gaps, day=day)

    # ---- other days

    def _sometime(self, node: c.Sometime, at: Moment) -> Explanation:
        """Look at each stretch of the window in which nothing changes; days after the question are not known yet.

        A window that was missed tells the day on which least was missing, the last one of several.
        """
        first, last = self.evaluate(node.start, at), self.evaluate(node.end, at)
        start, end = dates_of(first.range).exact, dates_of(last.range).exact
        if start is None or end is None:
            return Explanation(node, Truth.UNKNOWN, (first, last), roles=("date", "date"))
        today = self.facts.as_of
        looked: list[Explanation] = []
        for since, day in self.stretches.of(node.condition, at, start, min(end, today)):
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
            gaps = (Gap("history", "", f"what holds after {today}", None, end, note="the window is still open"),)
        value = Truth.UNKNOWN if open_days or gaps else Truth.FALSE
        best = nearest(looked)
        told = tuple(open_days or (() if best is None else (best,)))
        values: list[Role] = ["value" for _ in told]
        return Explanation(node, value, (first, last, *told), gaps=gaps, roles=("date", "date", *values))


class Besides(local):
    """Interpreters over partners with nothing, kept for the partners of the same choices; each thread has its own.

    An interpreter remembers what it decided and what it is about to decide, so that no two threads may ask one.
    """

    MOST = 8
    """How many are kept; then the one that was asked for longest ago is forgotten."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[date, str], Interpreter] = OrderedDict()

    def of(self, told: tuple[date, str], make: Callable[[], Interpreter]) -> Interpreter:
        """Return the interpreter of what is told on a day."""
        found = self._kept.pop(told, None) or make()
        self._kept[told] = found
        if len(self._kept) > self.MOST:
            self._kept.popitem(last=False)
        return found


class Deciding:
    """The parts of a node as they are decided, each with its role, and the names of those that are chosen."""

    __slots__ = ("at", "chosen", "every", "interpreter", "parts", "roles")

    def __init__(self, interpreter: Interpreter, at: Moment) -> None:
        self.interpreter = interpreter
        self.at = at
        self.parts: list[Explanation] = []
        self.roles: list[Role] = []
        self.chosen: list[str] = []
        self.every: list[tuple[c.EveryMetric, Truth]] = []
        """What was asked of every metric, and whether it is so."""

    def __call__(self, part: c.Expr, role: Role, name: str | None = None) -> Range:
        """Decide a part of the node."""
        found = self.interpreter.evaluate(part, self.at)
        self.parts.append(found)
        self.roles.append(role)
        if name is not None:
            self.chosen.append(name)
        return found.range

    def metrics(self, score: c.Expr, every: c.EveryMetric) -> Range:
        """Decide what is asked of every metric of the score."""
        found = truth_of(every_metric(RANGES, self.one("value"), every))
        self.every.append((every, found))
        return found

    def one(self, role: Role) -> Explanation:
        """Return the part of a role."""
        return self.parts[self.roles.index(role)]

    def in_order(self) -> tuple[tuple[Explanation, ...], tuple[Role, ...]]:
        """Return the parts as readers are told of them: conditions first."""
        if "condition" not in self.roles:
            return tuple(self.parts), tuple(self.roles)
        order = sorted(range(len(self.parts)), key=lambda index: self.roles[index] != "condition")
        return tuple(self.parts[index] for index in order), tuple(self.roles[index] for index in order)


# ---- what some kinds tell beside their range ----------------------------------------------------------------------

Beside: TypeAlias = tuple[tuple[Gap, ...], tuple[str, ...]]
"""What is not known here, and what was chosen."""


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


def _key(node: c.Expr, at: Moment) -> tuple[object, ...]:
    """Return what tells an evaluation of a node of the core, outside of records, from others."""
    rule = at.rule.id if at.rule is not None else None
    entry = at.entry.pointer if at.entry is not None else None
    return id(node), at.day, at.projected, rule, entry, at.due


def _ranked(node: c.Ranked, parts: Deciding, _: Range) -> Beside:
    values = [numbers_of(part.range) for part in parts.parts]
    return (), tuple(map(str, ranges.ranked_ones(values, node.position(len(values))) if values else ()))


def _dated(node: c.Dated, parts: Deciding, _: Range) -> Beside:
    if parts.parts:
        return (), tuple(parts.chosen)
    return (Gap("figure", node.origin.place, f"no version is in force on {parts.at.day}", node.type),), ()


def _lookup(node: c.Lookup, parts: Deciding, _: Range) -> Beside:
    options = words_of(parts.one("key").range).options
    in_force = {row.key for row in node.rows if parts.at.day in row.days}
    others = options is None or bool(options - in_force)
    if "value" in parts.roles and (None in in_force or not others):
        return (), tuple(parts.chosen)
    return (Gap("figure", node.origin.place, f"table `{node.table}` has no row in force", node.type),), ()


def _pass_score(node: c.PassScore, parts: Deciding, range_: Range) -> Beside:
    every = ranges.all_of(truth for _, truth in parts.every)
    points = parts.one("value")
    gaps = _unsettled_below(points) if every is Truth.UNKNOWN else ()
    # Where the mark is missed anyway, the empty metrics are not what keeps it from passing.
    reached = compare(">=", points.range, parts.one("mark").range)
    if every is not Truth.FALSE or reached is Truth.FALSE:
        return gaps, ()
    empty = (code for asked, _ in parts.every for code in _empty(points, asked))
    return gaps, tuple(dict.fromkeys(empty))


def _ratio(node: c.Ratio, parts: Deciding, _: Range) -> Beside:
    divisor = numbers_of(parts.parts[1].range)
    is_below = not node.growth and divisor.high is not None and divisor.high < 0
    return (() if is_below else _not_above_zero(node, divisor)), ()


def _per_unit(node: c.PerUnit, parts: Deciding, _: Range) -> Beside:
    return (_not_above_zero(node, numbers_of(parts.one("unit").range)) if node.unit is not None else ()), ()


def _prorate(node: c.Prorate, parts: Deciding, _: Range) -> Beside:
    return _not_above_zero(node, numbers_of(parts.one("target").range)), ()


_TOLD_BESIDE: Mapping[Callable[..., Any], Callable[[Any, Deciding, Range], Beside]] = {
    DEFINITIONS[c.Dated]: _dated,
    DEFINITIONS[c.Lookup]: _lookup,
    DEFINITIONS[c.PassScore]: _pass_score,
    DEFINITIONS[c.PerUnit]: _per_unit,
    DEFINITIONS[c.Prorate]: _prorate,
    DEFINITIONS[c.Ranked]: _ranked,
    DEFINITIONS[c.Ratio]: _ratio,
}


class _Kind(NamedTuple):
    """How nodes of a kind are decided."""

    definition: Callable[..., Any] | None
    """What they mean; None: they are read."""
    beside: Callable[[Any, Deciding, Range], Beside] | None
    """What they tell beside their range."""
    is_requirement: bool


_KINDS: dict[type[c.Node], _Kind] = {}


def _kind_of(type_: type[c.Node]) -> _Kind:
    definition = definition_of(type_)
    beside = _TOLD_BESIDE.get(definition) if definition is not None else None
    return _KINDS.setdefault(type_, _Kind(definition, beside, issubclass(type_, c.Requirement)))


def _empty(score: Explanation, asked: c.EveryMetric, *, shut: bool = False) -> Iterator[str]:
    """Yield the codes of the metrics of what counts, or may count, that have no points; behind a shut gate none has."""
    node = score.node
    if isinstance(node, c.Requirement) and node.part == "scored":
        if shut or every_metric(RANGES, score, asked) is Truth.FALSE:
            yield node.code
        return
    parts = (*score.of("part"), *score.of("value"))
    if isinstance(node, c.Ranked):
        parts = tuple(score.parts[int(index)] for index in score.chosen)
    if isinstance(node, c.Gate):
        shut = shut or score.the("condition").range is Truth.FALSE
    for part in parts:
        if part.node.type.kind == "points":
            yield from _empty(part, asked, shut=shut)


def _not_above_zero(node: c.Expr, divisor: Numbers) -> tuple[Gap, ...]:
    """Return the gap of a division by what is surely zero or less: no fact can give it a value."""
    if divisor.high is None or divisor.high > 0:
        return ()
    what = "growth from zero or less, or a division by it, has no value"
    return (Gap("figure", node.origin.place, what, node.type),)


def _unsettled_below(part: Explanation) -> tuple[Gap, ...]:
    """Return all gaps below, also those that do not unsettle the whole: a capped total, a condition that fails anyway."""
    return tuple(dict.fromkeys(_gaps_below(part)))


def _gaps_below(part: Explanation) -> Iterable[Gap]:
    if not ranges.is_settled(part.range):
        yield from part.gaps
        if isinstance(part.node, c.Named) and part.gaps:
            return
    for inner in part.parts:
        yield from _gaps_below(inner)
