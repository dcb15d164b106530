"""What nodes give, without why: the definitions over ranges alone, for whoever asks only what would come out.

What a partner is told needs explanations; what a value of a missing fact would lead to does not. Both run the same
definitions and read by the same interpreter; what tells more than its parts' ranges is decided by it with why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

from dsl import core as c
from dsl.core.algebra import RANGES, dates_of, truth_of
from dsl.core.ops import definition_of
from dsl.core.ops.decided import ByRole
from dsl.core.ops.metrics import every_metric
from dsl.core.ops.parts import Role
from dsl.core.ranges import Range, Truth, any_of, truth, unbounded
from evaluator.explanation import Explanation
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
            parts = _Keeping(self, at) if isinstance(node, c.PassScore) and node.every else _Parts(self, at)
            found: Range = definition(RANGES, node, parts, at.day)
            return found
        key = key_of(node, at)
        if key not in self._decided:
            before = self.interpreter.before(node, at)
            self._decided[key] = self.of(node.value, at) if before is None else before.range
        return self._decided[key]

    def kept(self, node: c.Expr, at: Moment) -> _Kept | Explanation:
        """Return a node of a score with its parts."""
        definition = definition_of(type(node))
        if definition is None and not isinstance(node, c.Named):
            return _Kept(node, self._read(node, at))
        before = self.interpreter.before(node, at) if isinstance(node, c.Named | c.Requirement) else None
        if before is not None:
            return before
        if isinstance(node, c.Named):
            # It may be supplied, or hold metrics of its own: seldom enough to be decided with why.
            return self.interpreter.evaluate(node, at)
        parts = _Keeping(self, at)
        value: Range = definition(RANGES, node, parts, at.day)  # type: ignore[misc]
        return _Kept(node, value, tuple(parts.parts), tuple(parts.roles))

    def requirement(self, rule: c.Rule, at: Moment) -> Range:
        """Return whether the requirement of a rule is met in the version of the day; out of force it is not."""
        version = rule.version_on(at.day)
        if version is None or version.requirement is None:
            return truth(version is not None)
        inner = at._replace(row=None, declaration=None, rule=rule)
        alike = self.interpreter.of_alike(version.requirement, inner)
        return self.of(version.requirement, inner) if alike is None else alike.range

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
        """Decide what is asked of every metric of the score."""
        raise AssertionError("metrics are asked of a score that was kept with its parts")


@dataclass(frozen=True, slots=True)
class _Kept(ByRole):
    """A node that was decided, kept with its parts: what is asked of every metric is asked of them."""

    node: c.Expr
    value: Range
    parts: tuple[Any, ...] = ()
    """Kept like it, or decided before with why."""
    roles: tuple[Role, ...] = ()


class _Keeping(_Parts):
    """The parts of one node, kept as they are decided."""

    __slots__ = ("parts", "roles")

    def __init__(self, values: Values, at: Moment) -> None:
        super().__init__(values, at)
        self.parts: list[_Kept | Explanation] = []
        self.roles: list[Role] = []

    def __call__(self, part: c.Expr, role: Role, name: str | None = None) -> Range:
        """Decide a part of the node."""
        found = self.values.kept(part, self.at)
        self.parts.append(found)
        self.roles.append(role)
        return found.value

    def metrics(self, score: c.Expr, every: c.EveryMetric) -> Range:
        """Decide what is asked of every metric of the score."""
        return every_metric(RANGES, self.parts[self.roles.index("value")], every)
