"""What nodes give, without why: the definitions over ranges alone, for whoever asks only what would come out.

What a partner is told needs explanations; what a value of a missing fact would lead to does not. Both run the same
definitions and read by the same interpreter; what tells more than its parts' ranges is decided by it with why.
"""

from __future__ import annotations

from typing import assert_never

from dsl import core as c
from dsl.core.algebra import RANGES, dates_of, truth_of
from dsl.core.ops import definition_of
from dsl.core.ops.metrics import every_metric
from dsl.core.ops.parts import Role
from dsl.core.ranges import Range, Truth, any_of, truth, unbounded
from evaluator.interpreter import Interpreter, key_of
from evaluator.moment import Moment


class Values:
    """Decides nodes over one partner's facts; what was decided is remembered by node and moment."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self._decided: dict[tuple[object, ...], Range] = {}
        self._named: dict[tuple[str, object, bool], Range] = {}

    def of(self, node: c.Expr, at: Moment) -> Range:
        """Return the range of a node."""
        definition = definition_of(type(node))
        if definition is None:
            return self._read(node, at)
        if at.row is not None or not isinstance(node, c.Requirement):
            found: Range = definition(RANGES, node, _Parts(self, at), at.day)
            return found
        key = key_of(node, at)
        if key not in self._decided:
            before = self.interpreter.before(node, at)
            self._decided[key] = self.of(node.value, at) if before is None else before.range
        return self._decided[key]

    def requirement(self, rule: c.Rule, at: Moment) -> Range:
        """Return whether the requirement of a rule is met in the version of the day; out of force it is not."""
        version = rule.version_on(at.day)
        if version is None or version.requirement is None:
            return truth(version is not None)
        return self.of(version.requirement, at._replace(row=None, declaration=None, rule=rule))

    def _read(self, node: c.Expr, at: Moment) -> Range:
        match node:
            case c.Named():
                key = (node.name, at.day, at.projected)
                if key not in self._named:
                    self._named[key] = self._named_value(node, at)
                return self._named[key]
            case c.Qualifies(rule=rule):
                return self.requirement(self.interpreter.core.rules[rule], at)
            case c.OnDate(value=value, date=day):
                exact = dates_of(self.of(day, at)).exact
                return unbounded(node.type) if exact is None else self.of(value, at._replace(day=exact))
            case c.Sometime():
                return self._sometime(node, at)
            case (
                c.Literal() | c.Holds() | c.Paid() | c.Fact() | c.Aggregate() | c.People() | c.Field() | c.DifferentPeople()
                | c.Lapsed() | c.InRenewal() | c.Anniversary() | c.AskedThisYear() | c.Today() | c.InProgress()
                | c.AsProjected()
            ):  # fmt: skip
                return self.interpreter.evaluate(node, at).range
            case (
                c.AllOf() | c.AnyOf() | c.Arithmetic() | c.Ranked() | c.Case() | c.Compare() | c.Dated() | c.Edge() | c.Gate()
                | c.Lookup() | c.Not() | c.NumberOf() | c.PassScore() | c.PerUnit() | c.Prorate() | c.Ratio()
                | c.Requirement() | c.Rounded() | c.Shift() | c.Total()
            ):  # fmt: skip
                raise AssertionError(f"{type(node).__name__} is defined")
            case _:
                assert_never(node)

    def _sometime(self, node: c.Sometime, at: Moment) -> Range:
        """Ask for some day of the window; days after the question are not known yet."""
        start, end = dates_of(self.of(node.start, at)).exact, dates_of(self.of(node.end, at)).exact
        if start is None or end is None:
            return Truth.UNKNOWN
        today = self.interpreter.reading.as_of
        found = Truth.UNKNOWN if end > today else Truth.FALSE
        for _, day in self.interpreter.stretches.of(node.condition, at, start, min(end, today)):
            found = any_of((found, truth_of(self.of(node.condition, at._replace(day=day)))))
            if found is Truth.TRUE:
                break
        return found

    def _named_value(self, node: c.Named, at: Moment) -> Range:
        before = self.interpreter.before(node, at)
        if before is not None:
            return before.range
        supplied = self.interpreter.reading.supplied(node, at)
        if supplied is not None and not supplied[1]:
            return supplied[0]
        return self.of(
            self.interpreter.core.named[node.name].value,
            at._replace(row=None, declaration=None, entry=None, due=None, rule=None),
        )


class _Parts:
    """The parts of one node, decided when asked for."""

    __slots__ = ("at", "values")

    def __init__(self, values: Values, at: Moment) -> None:
        self.values = values
        self.at = at

    def __call__(self, part: c.Expr, role: Role, name: str | None = None) -> Range:
        """Decide a part of the node."""
        return self.values.of(part, self.at)

    def metrics(self, score: c.Expr, every: c.EveryMetric) -> Range:
        """Decide what is asked of every metric of the score: which ones count is in the explanation alone."""
        return truth_of(every_metric(RANGES, self.values.interpreter.evaluate(score, self.at), every))
