"""The reference interpreter: the meaning of every core node, once.

``evaluate`` maps a node and a moment to an explanation: the node's range, the parts it rests on, what is missing.
Facts never make it raise and it never guesses. Records are reckoned in ``evaluator.records``, the register is read in
``evaluator.register``; both are part of the meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import assert_never

from dsl import core as c
from dsl.core import calendar, ranges
from dsl.core.ranges import ZERO, Dates, Numbers, Range, Truth, Words, compare, everything, exactly, hull
from evaluator import records
from evaluator.explanation import Explanation, Gap
from evaluator.facts import Facts, Row
from evaluator.moment import Moment
from evaluator.moves import Movement
from evaluator.progress import Progress, agreed, nothing_told
from evaluator.record_plans import RecordPlans
from evaluator.register import Register
from evaluator.selection import Selections
from evaluator.stretches import Stretches


class Interpreter:
    """Decides nodes of one core over one partner's facts; decided parts are remembered by node and moment."""

    def __init__(self, core: c.Core, facts: Facts, plans: RecordPlans | None = None) -> None:
        self.core = core
        self.facts = facts
        self.register = Register(self)
        self.plans = plans or RecordPlans(Movement(core))
        self.selections = Selections(facts, self.plans)
        self.stretches = Stretches(self, self.register, self.plans.movement)
        self._with_nothing: Interpreter | None = None
        self._people: dict[tuple[tuple[str, ...], int, date, bool], Explanation] = {}
        self._formulas: dict[tuple[str, str, date, str | None, str | None, date | None], Explanation] = {}
        self._named: dict[tuple[str, date, bool], Explanation] = {}
        self._rules: dict[tuple[str, date, bool, str | None, date | None], Explanation] = {}

    def evaluate(self, node: c.Expr, at: Moment) -> Explanation:
        """Decide one node."""
        match node:
            # The kinds that a decision has most of stand first.
            case c.Requirement(value=value):
                part = self.evaluate(value, at)
                return Explanation(node, part.range, (part,), day=at.day if at.day != self.facts.as_of else None)
            case c.Literal(value=value, least=least):
                if value is None:
                    gap = Gap("figure", node.origin.place, "The programme's figure is not known", node.type)
                    known = everything(node.type) if least is None else Numbers(least, node.type.high)
                    return Explanation(node, known, gaps=(gap,))
                return Explanation(node, exactly(value))
            case c.Named():
                return self._value_of(node, at)
            case c.Dated(versions=versions):
                return self._dated(node, versions, at)
            case c.Compare(op=op, left=left, right=right):
                a, b = self.evaluate(left, at), self.evaluate(right, at)
                return Explanation(node, compare(op, a.range, b.range), (a, b))
            case c.Field():
                return self._field(node, at)
            case c.AllOf(parts=parts):
                # Every part, not only up to the first that fails: the partner is told all that is short.
                decided = self._in_force(parts, at)
                return Explanation(node, ranges.all_of(part.truth for part in decided), decided)
            case c.Total(parts=parts, cap=cap):
                return self._total(node, parts, cap, at)
            case c.PerUnit():
                return self._per_unit(node, at)
            case c.Case(branches=branches):
                return self._case(node, branches, at)
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
            case c.AnyOf(parts=parts, least=least):
                decided = self._in_force(parts, at)
                return Explanation(node, ranges.at_least(least, (part.truth for part in decided)), decided)
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
                return Explanation(node, part.range, (part,))
            case c.InProgress(rule=rule):
                part = self.requirement(self.core.rules[rule], at)
                return Explanation(node, self._progress(rule, at).of(part), (part,), gaps=_unsettled_below(part))
            case c.Anniversary():
                return self.register.anniversary(node, at)
            case c.Lookup():
                return self._lookup(node, at)
            case c.Arithmetic(op=op, left=left, right=right):
                a, b = self.evaluate(left, at), self.evaluate(right, at)
                reckon = {"+": ranges.add, "-": ranges.subtract, "*": ranges.multiply}[op]
                return Explanation(node, reckon(_numbers(a), _numbers(b)), (a, b))
            case c.Ratio():
                return self._ratio(node, at)
            case c.Rounded(value=value, rounding=rounding):
                part = self.evaluate(value, at)
                return Explanation(node, ranges.rounded(_numbers(part), rounding), (part,))
            case c.Prorate():
                return self._prorate(node, at)
            case c.Shift(date=day, by=by, back=back):
                part = self.evaluate(day, at)
                return Explanation(node, _each_day(part, lambda d: calendar.add(d, by, back=back)), (part,))
            case c.Edge(edge=edge, of=of):
                part = self.evaluate(of, at)
                move = calendar.month_start if edge == "start" else calendar.month_end
                return Explanation(node, _each_day(part, move), (part,))
            case c.NumberOf(parts=parts):
                decided = self._in_force(parts, at)
                held = [part.truth for part in decided]
                low, high = sum(t is Truth.TRUE for t in held), sum(t is not Truth.FALSE for t in held)
                return Explanation(node, Numbers(Decimal(low), Decimal(high)), decided)
            case c.AskedThisYear(even=even):
                return self.register.asked_this_year(node, even, at)
            case c.Not(part=inner):
                part = self.evaluate(inner, at)
                return Explanation(node, ~part.truth, (part,))
            case c.Best(parts=parts):
                decided = self._in_force(parts, at)
                best = ranges.largest(map(_numbers, decided)) if decided else Numbers(ZERO, ZERO)
                chosen = tuple(str(index) for index in candidates(decided))
                return Explanation(node, best, decided, chosen=chosen)
            case c.OnDate(value=value, date=day):
                when = self.evaluate(day, at)
                exact = _dates(when).exact
                if exact is None:
                    return Explanation(node, ranges.unbounded(node.type), (when,))
                part = self.evaluate(value, replace(at, day=exact))
                return Explanation(node, part.range, (part,), day=exact)
            case c.AsProjected(value=value):
                part = self.evaluate(value, replace(at, projected=True))
                return Explanation(node, part.range, (part,))
            case c.Sometime():
                return self._sometime(node, at)
            case c.PassScore(score=score, mark=mark):
                points, needed = self.evaluate(score, at), self.evaluate(mark, at)
                reached, every = compare(">=", points.range, needed.range), self._every_metric(points, node, at)
                gaps = _unsettled_below(points) if every is Truth.UNKNOWN else ()
                # Where the mark is missed anyway, the empty metrics are not what keeps it from passing.
                is_why = every is Truth.FALSE and reached is not Truth.FALSE
                empty = tuple(dict.fromkeys(self._empty_metrics(points, node, at))) if is_why else ()
                return Explanation(node, ranges.all_of((reached, every)), (points, needed), gaps, empty)
            case _:
                assert_never(node)

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
                inner = replace(at, row=None, declaration=None, rule=rule)
                self._rules[key] = self.evaluate(version.requirement, inner)
        return self._rules[key]

    def _progress(self, rule: str, at: Moment) -> Progress:
        """Return what tells progress in a rule: beside an interpreter over a partner with nothing."""
        if self._with_nothing is None:
            data = nothing_told(self.core, self.facts.data)
            self._with_nothing = Interpreter(self.core, Facts(self.core, data, self.facts.as_of), self.plans)
        return Progress(
            self._with_nothing.evaluate, replace(at, row=None, declaration=None, rule=self.core.rules[rule])
        )

    def _value_of(self, node: c.Named, at: Moment) -> Explanation:
        key = (node.name, at.day, at.projected)
        if key not in self._named:
            self._named[key] = self._named_value(node, at)
        found = self._named[key]
        return Explanation(node, found.range, found.parts, found.gaps, found.chosen)

    def _named_value(self, node: c.Named, at: Moment) -> Explanation:
        """A supplied value counts where one is given; else what the records say, and the value itself is asked for."""
        declaration = self.core.named[node.name]
        if node.supplied and self.facts.is_told(node.name, at.projected):
            range_, gaps = self.facts.value(node.name, node.type, node.title, at.day, at.projected)
            if not gaps:
                return Explanation(node, range_)
        # A measure is about the partner, not about the record or award at hand.
        part = self.evaluate(
            declaration.value, replace(at, row=None, declaration=None, entry=None, due=None, rule=None)
        )
        asked: tuple[Gap, ...] = ()
        if node.supplied and all(gap.kind in ("records", "figure") for gap in part.missing()):
            # Nothing was told that it could be reckoned from: the ready-made value is what is asked for.
            asked = self.facts.value(node.name, node.type, node.title, at.day, at.projected)[1]
        return Explanation(node, part.range, (part,), asked)

    def _in_force(self, parts: Sequence[c.Expr], at: Moment) -> tuple[Explanation, ...]:
        """Decide the parts whose days include the day."""
        return tuple(
            self.evaluate(part, at) for part in parts if not isinstance(part, c.Requirement) or at.day in part.days
        )

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
            exact = _dates(upcoming).exact
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

    # ---- choices

    def _lookup(self, node: c.Lookup, at: Moment) -> Explanation:
        """The cell of every row that the key can still mean; rows for other keys leave `otherwise` out."""
        key = self.evaluate(node.key, at)
        words = key.range
        if not isinstance(words, Words):
            raise AssertionError("a key is a word")
        rows = [row for row in node.rows if at.day in row.days]
        named = {row.key for row in rows if row.key is not None}
        fallback = words.options is None or bool(words.options - named)
        taken = [
            row for row in rows if (fallback if row.key is None else words.options is None or row.key in words.options)
        ]
        cells = tuple(self.evaluate(row.cell, at) for row in taken)
        if not cells or (fallback and all(row.key is not None for row in taken)):
            gap = Gap("figure", node.origin.place, f"table `{node.table}` has no row in force", node.type)
            return Explanation(node, ranges.unbounded(node.type), (key, *cells), gaps=(gap,))
        return Explanation(
            node,
            hull(cell.range for cell in cells),
            (key, *cells),
            chosen=tuple(row.key or "otherwise" for row in taken),
        )

    def _case(self, node: c.Case, branches: Sequence[c.Branch], at: Moment) -> Explanation:
        """The first branch that holds; while a condition is unknown, later branches stay possible."""
        tests: list[Explanation] = []
        values: list[tuple[str, Explanation]] = []
        for branch in branches:
            test = self.evaluate(branch.when, at) if branch.when is not None else None
            if test is not None:
                tests.append(test)
            if test is None or test.truth is not Truth.FALSE:
                values.append((branch.name, self.evaluate(branch.value, at)))
            if test is None or test.truth is Truth.TRUE:
                break
        if node.gate and tests[0].truth is Truth.FALSE:
            # What would be earned behind the gate is shown all the same.
            tests.append(self.evaluate(branches[0].value, at))
        parts = (*tests, *(value for _, value in values))
        return Explanation(
            node, hull(value.range for _, value in values), parts, chosen=tuple(name for name, _ in values)
        )

    def _dated(self, node: c.Dated, versions: Sequence[c.DatedValue], at: Moment) -> Explanation:
        for index, version in enumerate(versions):
            if at.day in version.days:
                part = self.evaluate(version.value, at)
                return Explanation(node, part.range, (part,), chosen=(str(index),))
        gap = Gap("figure", node.origin.place, f"no version is in force on {at.day}", node.type)
        return Explanation(node, ranges.unbounded(node.type), gaps=(gap,))

    def _sometime(self, node: c.Sometime, at: Moment) -> Explanation:
        """Look at each stretch of the window in which nothing changes; days after the question are not known yet."""
        first, last = self.evaluate(node.start, at), self.evaluate(node.end, at)
        start, end = _dates(first).exact, _dates(last).exact
        if start is None or end is None:
            return Explanation(node, Truth.UNKNOWN, (first, last))
        today = self.facts.as_of
        looked: list[Explanation] = []
        for since, day in self.stretches.of(node.condition, at, start, min(end, today)):
            found = self.evaluate(node.condition, replace(at, day=day))
            looked.append(replace(found, day=day, since=since if since < day else None))
            if found.truth is Truth.TRUE:
                return Explanation(node, Truth.TRUE, (first, last, looked[-1]), chosen=(day.isoformat(),))
        open_days = [part for part in looked if part.truth is Truth.UNKNOWN]
        gaps: tuple[Gap, ...] = ()
        if end > today:
            gaps = (Gap("history", "", f"what holds after {today}", None, end, note="the window is still open"),)
        value = Truth.UNKNOWN if open_days or gaps else Truth.FALSE
        return Explanation(node, value, (first, last, *(open_days or looked[-1:])), gaps=gaps)

    # ---- arithmetic

    def _total(self, node: c.Total, parts: Sequence[c.Expr], cap: c.Expr | None, at: Moment) -> Explanation:
        decided = self._in_force(parts, at)
        total = Numbers(ZERO, ZERO)
        for part in decided:
            total = ranges.add(total, _numbers(part))
        if cap is None:
            return Explanation(node, total, decided)
        most = self.evaluate(cap, at)
        return Explanation(node, ranges.smallest((total, _numbers(most))), (*decided, most))

    def _ratio(self, node: c.Ratio, at: Moment) -> Explanation:
        above, below = self.evaluate(node.numerator, at), self.evaluate(node.denominator, at)
        top, bottom = _numbers(above), _numbers(below)
        range_ = ranges.ratio(top, bottom, node.scale, node.rounding, growth=node.growth)
        is_below = not node.growth and bottom.high is not None and bottom.high < 0
        return Explanation(node, range_, (above, below), gaps=() if is_below else _not_above_zero(node, bottom))

    def _per_unit(self, node: c.PerUnit, at: Moment) -> Explanation:
        value, points = self.evaluate(node.value, at), self.evaluate(node.points, at)
        unit = self.evaluate(node.unit, at) if node.unit is not None else None
        cap = self.evaluate(node.cap, at) if node.cap is not None else None
        size = _numbers(unit) if unit is not None else Numbers(Decimal(1), Decimal(1))
        earned = ranges.multiply(ranges.whole_units(_numbers(value), size), _numbers(points))
        if cap is not None:
            earned = ranges.smallest((earned, _numbers(cap)))
        parts = tuple(part for part in (value, points, unit, cap) if part is not None)
        return Explanation(node, earned, parts, gaps=_not_above_zero(node, size))

    def _prorate(self, node: c.Prorate, at: Moment) -> Explanation:
        parts = tuple(self.evaluate(part, at) for part in (node.value, node.most, node.target))
        value, most, target = map(_numbers, parts)
        range_ = ranges.prorate(value, most, target, node.rounding)
        return Explanation(node, range_, parts, gaps=_not_above_zero(node, target))

    # ---- points in every metric

    def _every_metric(self, score: Explanation, node: c.PassScore, at: Moment) -> Truth:
        return ranges.all_of(self._every(score, every.asked) for every in node.every if at.day in every.days)

    def _empty_metrics(self, score: Explanation, node: c.PassScore, at: Moment) -> Iterator[str]:
        """Yield the codes of the metrics that fail what is asked of every metric."""
        for every in node.every:
            if at.day in every.days:
                yield from self._empty(score, every.asked)

    def _empty(self, score: Explanation, asked: str, *, shut: bool = False) -> Iterator[str]:
        """Yield the metrics of what counts, or may count, that have no points; behind a shut gate none has."""
        match score.node:
            case c.Requirement(part="scored", code=code):
                if shut or self._every(score, asked) is Truth.FALSE:
                    yield code
                return
            case c.Best():
                parts = [score.parts[int(index)] for index in score.chosen]
            case c.Case(gate=True) if score.chosen == ("otherwise",):
                parts, shut = [score.parts[1]], True
            case c.Case():
                parts = list(score.parts[len(score.parts) - len(score.chosen) :])
            case _:
                parts = [part for part in score.parts if part.node.type.kind == "points"]
        for part in parts:
            yield from self._empty(part, asked, shut=shut)

    def _every(self, score: Explanation, asked: str) -> Truth:
        """Whether every scored metric that counts has points (or a whole one)."""
        node = score.node
        if isinstance(node, c.Requirement) and node.part == "scored":
            floor = exactly(Decimal(1) if asked == "one point" else ZERO)
            return compare(">=" if asked == "one point" else ">", score.range, floor)
        match node:
            case c.Best():
                counted = [score.parts[int(index)] for index in score.chosen]
                truths = [self._every(part, asked) for part in counted]
                if len({_numbers(part).exact for part in counted}) == 1 and _numbers(counted[0]).exact is not None:
                    return ranges.any_of(truths)  # equal scores: either may count
                return agreed(truths)
            case c.Case(gate=True) if score.chosen == ("otherwise",):
                return Truth.FALSE  # behind a condition that is not met nothing has points
            case c.Case():
                values = score.parts[len(score.parts) - len(score.chosen) :]
                return agreed([self._every(part, asked) for part in values])
            case c.Requirement() | c.Total() | c.Dated() | c.OnDate():
                return ranges.all_of(
                    self._every(part, asked)
                    for part in score.parts
                    if part.node.type.kind == "points" and _holds_metrics(part)
                )
            case _:
                return Truth.TRUE


def candidates(parts: Sequence[Explanation]) -> list[int]:
    """Return the indexes of the parts that can be the largest."""
    lows = [n.low for n in map(_numbers, parts) if n.low is not None]
    floor = max(lows) if lows else None
    return [i for i, n in enumerate(map(_numbers, parts)) if floor is None or n.high is None or n.high >= floor]


def _holds_metrics(part: Explanation) -> bool:
    return isinstance(part.node, c.Requirement | c.Best | c.Case | c.Total | c.Dated | c.OnDate)


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


def _numbers(part: Explanation) -> Numbers:
    if not isinstance(part.range, Numbers):
        raise AssertionError(f"{type(part.node).__name__} is no number")
    return part.range


def _dates(part: Explanation) -> Dates:
    if not isinstance(part.range, Dates):
        raise AssertionError(f"{type(part.node).__name__} is no date")
    return part.range


def _each_day(part: Explanation, move: Callable[[date], date]) -> Range:
    days = _dates(part)
    return Dates(_moved(days.low, move), _moved(days.high, move))


def _moved(day: date | None, move: Callable[[date], date]) -> date | None:
    return day if day is None or day in (date.min, date.max) else move(day)
