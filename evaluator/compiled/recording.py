"""What of a node its reasons are told from, as lines of Python: the record of what was decided, made when asked for.

A record is an explanation with only the parts that a reason is made of: requirements and what leads to them, and of what
stands in a requirement the sides that are held against each other. What is told of these is told by ``reasons`` alone,
whoever decided it. What is told only with why (windows, checks of the register, tables that ask) the interpreter gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from dsl import core as c
from dsl.core.ops import definition_of
from dsl.core.ops.parts import Role
from dsl.core.ranges import Truth
from evaluator.compiled.source import PythonSource, Value
from evaluator.explanation import Explanation


class Written(Protocol):
    """A node that was written: with its parts, each with its role."""

    @property
    def node(self) -> c.Expr:
        """The node."""

    @property
    def value(self) -> Value:
        """What holds its value."""

    @property
    def parts(self) -> Sequence[Written]:
        """Its parts."""

    @property
    def roles(self) -> Sequence[Role]:
        """What each part is to the whole."""

    @property
    def every(self) -> Sequence[tuple[c.EveryMetric, Value]]:
        """What is asked of every metric of it, and what holds whether it is so."""

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is made of parts that another function decides."""


class Numbered(Protocol):
    """Gives numbers to what functions ask for at run time."""

    def asks(self, node: c.Expr) -> bool:
        """Whether a requirement may stand in a node or below it."""

    def leaf(self, node: c.Expr, rule: c.Rule | None) -> int:
        """Return the number of a node that is read."""

    def unit(self, node: c.Expr, rule: c.Rule | None) -> int:
        """Return the number of a node that has a function of its own."""


class Recording:
    """Writes records behind the values that they hold."""

    def __init__(
        self, source: PythonSource, numbered: Numbered, rule: c.Rule | None, on: Callable[[c.Expr], Written]
    ) -> None:
        """Take the lines so far, what gives numbers, the rule that is written, and what writes a node's value."""
        self.source = source
        self.numbered = numbered
        self.rule = rule
        self.on = on

    def of(self, part: Written, *, sides: bool) -> str:
        """Write the record of a node, and return what holds it.

        ``sides``: it stands in a requirement, so that also what it is made of is told.
        """
        key = ("record", id(part.node), sides and not isinstance(part.node, c.Requirement))
        found: str | None = self.source.found(key)
        if found is None:
            found = self.source.scopes[-1][key] = self._of(part, sides=sides)
        return found

    def _of(self, part: Written, *, sides: bool) -> str:
        node, source, numbered = part.node, self.source, self.numbered
        asks = numbered.asks(node)
        if not asks and not sides:
            return self._bare(part)
        if isinstance(node, c.OnDate):
            if numbered.asks(node.date):
                return self._with_why(node)
            when, number = self.on(node.date).value, numbered.unit(node.value, self.rule)
            ends = f"{when.low}, {when.high}"
            return source.line(f"f.record_on_day({source.keep(node)}, {ends}, {number})")
        if isinstance(node, c.AsProjected):
            return source.line(f"f.record_as_projected({source.keep(node)}, {numbered.unit(node.value, self.rule)})")
        if isinstance(node, c.Sometime) or (isinstance(node, c.Lookup) and asks):
            return self._with_why(node)
        if definition_of(type(node)) is None:
            return self._with_why(node) if asks else self._bare(part)
        if part.is_elsewhere:
            is_read = isinstance(node, c.PassScore)
            return self._with_why(node) if is_read else source.line(f"f.record({numbered.unit(node, self.rule)})")
        if isinstance(node, c.Case):
            return self._case(node, part)
        leads_on = isinstance(node, c.Requirement) or (sides and isinstance(node, c.Gate | c.AllOf))
        below = [self.of(one, sides=leads_on) for one in part.parts]
        return self._made(part, _tuple(below), source.keep(tuple(part.roles)), self._chosen(part, below))

    def _bare(self, part: Written) -> str:
        value, source = part.value, self.source
        if value.known is not None:
            return source.keep(Explanation(part.node, value.known))
        return source.line(f"new(Explanation, ({source.keep(part.node)}, {value.boxed}, (), (), (), None, None, ()))")

    def _made(self, part: Written, parts: str, roles: str, chosen: str) -> str:
        node, source = part.node, self.source
        day = "f.day_told" if isinstance(node, c.Requirement) else "None"
        made = f"{source.keep(node)}, {part.value.boxed}, {parts}, (), {chosen}, {day}, None, {roles}"
        return source.line(f"new(Explanation, ({made}))")

    def _chosen(self, part: Written, below: Sequence[str]) -> str:
        """Write what a score without points in every metric tells of them, and which parts have the rank of one."""
        node, source = part.node, self.source
        if isinstance(node, c.Ranked) and part.parts:
            values = _tuple([one.value.boxed for one in part.parts])
            return f"with_rank({values}, {node.position(len(part.parts))})"
        if isinstance(node, c.PassScore) and part.every:
            every = _tuple([f"({source.keep(asked)}, {is_so.boxed})" for asked, is_so in part.every])
            points, mark = (below[part.roles.index(role)] for role in ("value", "mark"))
            return f"without_points({points}, {mark}, {every})"
        return "()"

    def _case(self, node: c.Case, part: Written) -> str:
        """Write the branches that may be taken, as the value was written: conditions first, then what they give."""
        source = self.source
        tests, values, is_open = (source.line(of) for of in ("[]", "[]", "True"))
        conditions = iter([one for one, role in zip(part.parts, part.roles, strict=True) if role == "condition"])
        given = iter([one for one, role in zip(part.parts, part.roles, strict=True) if role == "value"])
        for branch in node.branches:
            value = next(given)
            test = next(conditions) if branch.when is not None else None
            with source.block(f"if {is_open}:"):
                if test is not None:
                    source.write(f"{tests}.append({self.of(test, sides=True)})")
                if test is None or test.value.known is Truth.TRUE:
                    source.write(f"{values}.append({self.of(value, sides=False)})")
                    source.write(f"{is_open} = False")
                elif test.value.known is not Truth.FALSE:
                    with source.block(f"if {test.value.low} is not False:"):
                        source.write(f"{values}.append({self.of(value, sides=False)})")
                        source.write(f"{is_open} = {test.value.low} is None")
        roles = f'("condition",) * len({tests}) + ("value",) * len({values})'
        return self._made(part, f"(*{tests}, *{values})", roles, "()")

    def _with_why(self, node: c.Expr) -> str:
        return self.source.line(f"f.record_of_leaf({self.numbered.leaf(node, self.rule)})")


def _tuple(parts: Sequence[str]) -> str:
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
