"""What of a node its reasons are told from, as lines of Python: the record of what was decided, made when asked for.

A record is an explanation with only the parts that a reason is made of: requirements and what leads to them, and of what
stands in a requirement the sides that are held against each other. What is told of these is told by ``reasons`` alone,
whoever decided it. Of what is not settled a record has all parts, with all that is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, assert_never

from dsl import core as c
from dsl.core.ops import definition_of, sourced
from dsl.core.ops.parts import Role
from dsl.core.ranges import Truth
from evaluator.compiled.source import PythonSource, Value
from evaluator.deciding import kind_of
from evaluator.elsewhere import figure
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
    def names(self) -> Sequence[str | None]:
        """What each part is called, of those that the node chooses among."""

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

    def unit(self, node: c.Expr, rule: c.Rule | None, declaration: c.RecordsDecl | None = None) -> int:
        """Return the number of a node that has a function of its own."""


class Recording:
    """Writes records behind the values that they hold."""

    def __init__(
        self,
        source: PythonSource,
        numbered: Numbered,
        rule: c.Rule | None,
        declaration: c.RecordsDecl | None,
        on: Callable[[c.Expr], Written],
    ) -> None:
        """Take the lines so far, what gives numbers, the rule and list that are written, and what writes a node's value."""
        self.source = source
        self.numbered = numbered
        self.rule = rule
        self.declaration = declaration
        self.on = on

    # ---- of what is settled: what a reason is made of

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
        node = part.node
        asks = self.numbered.asks(node)
        if not asks and not sides:
            return self._bare(part)
        if isinstance(node, c.OnDate | c.AsProjected | c.Sometime) or (isinstance(node, c.Lookup) and asks):
            return self.whole(part, "False")
        if definition_of(type(node)) is None:
            return self.whole(part, "False") if asks else self._bare(part)
        if part.is_elsewhere:
            return self.whole(part, "False")
        if isinstance(node, c.Case):
            return self._case(node, part, lambda test: self.of(test, sides=True), lambda one: self.of(one, sides=False))
        leads_on = isinstance(node, c.Requirement) or (sides and isinstance(node, c.Gate | c.AllOf))
        below = [self.of(one, sides=leads_on) for one in part.parts]
        return self._made(part, _tuple(below), self.source.keep(tuple(part.roles)), self._chosen(part, below))

    def _bare(self, part: Written) -> str:
        value, source = part.value, self.source
        if value.known is not None:
            return source.keep(Explanation(part.node, value.known))
        return self._new(part, "()")

    def _made(self, part: Written, parts: str, roles: str, chosen: str, gaps: str = "()") -> str:
        day = "f.day_told" if isinstance(part.node, c.Requirement) else "None"
        return self._new(part, f"{parts}", gaps, chosen, day, roles)

    def _new(
        self, part: Written, parts: str, gaps: str = "()", chosen: str = "()", day: str = "None", roles: str = "()"
    ) -> str:
        source = self.source
        made = f"{source.keep(part.node)}, {part.value.boxed}, {parts}, {gaps}, {chosen}, {day}, None, {roles}"
        return source.line(f"new(Explanation, ({made}))")

    def _chosen(self, part: Written, below: Sequence[str]) -> str:
        """Write what a score without points in every metric tells of them, and which parts have the rank of one."""
        node = part.node
        if isinstance(node, c.Ranked) and part.parts:
            values = _tuple([one.value.boxed for one in part.parts])
            return f"with_rank({values}, {node.position(len(part.parts))})"
        if isinstance(node, c.PassScore) and part.every:
            points, mark = (below[part.roles.index(role)] for role in ("value", "mark"))
            return f"without_points({points}, {mark}, {self._every(part)})"
        return "()"

    def _every(self, part: Written) -> str:
        return _tuple([f"({self.source.keep(asked)}, {is_so.boxed})" for asked, is_so in part.every])

    def _case(
        self, node: c.Case, part: Written, tested: Callable[[Written], str], given_by: Callable[[Written], str]
    ) -> str:
        """Write the branches that may be taken, as the value was written: conditions first, then what they give."""
        source = self.source
        tests, values, names, is_open = (source.line(of) for of in ("[]", "[]", "()", "True"))
        conditions = iter([one for one, role in zip(part.parts, part.roles, strict=True) if role == "condition"])
        given = iter([one for one, role in zip(part.parts, part.roles, strict=True) if role == "value"])
        for branch in node.branches:
            value = next(given)
            test = next(conditions) if branch.when is not None else None
            with source.block(f"if {is_open}:"):
                if test is not None:
                    source.write(f"{tests}.append({tested(test)})")
                if test is None or test.value.known is Truth.TRUE:
                    self._taken(branch, values, names, given_by(value))
                    source.write(f"{is_open} = False")
                elif test.value.known is not Truth.FALSE:
                    with source.block(f"if {test.value.low} is not False:"):
                        self._taken(branch, values, names, given_by(value))
                        source.write(f"{is_open} = {test.value.low} is None")
        roles = f'("condition",) * len({tests}) + ("value",) * len({values})'
        return self._made(part, f"(*{tests}, *{values})", roles, names)

    def _taken(self, branch: c.Branch, values: str, names: str, value: str) -> None:
        self.source.write(f"{values}.append({value})")
        self.source.write(f"{names} += ({branch.name!r},)")

    def apart(self, part: Written) -> str:
        """Return the expression of the record of a node outside of records, which a function of its own makes where it is come to."""
        return f"f.told.unit({self._unit(part.node)}, None, False)"

    # ---- of what is open, or asked about part by part: all that the interpreter tells

    def whole(self, part: Written, deep: str) -> str:
        """Write a node with all its parts and all that is missing in them, and return what holds it.

        It is written for each place anew, as the interpreter decides it for each: what is missing is told of the place
        where it is asked for last.

        Args:
            part: the node.
            deep: the expression of whether also what other functions record of what is settled has all parts.
        """
        node, source = part.node, self.source
        if not isinstance(node, c.Requirement) or self.declaration is not None:
            return self._whole(part, deep)
        of = f"{source.keep(node)}, {source.keep(self.rule)}"
        found = source.line(f"f.told.alike({of}, {deep})")
        with source.block(f"if {found} is None:"):
            source.write(f"{found} = f.told.keep({of}, {self._whole(part, deep)}, {deep})")
        return found

    def _whole(self, part: Written, deep: str) -> str:
        node, source, numbered = part.node, self.source, self.numbered
        if definition_of(type(node)) is None:
            return self._whole_read(part, sourced(node), deep)
        if part.is_elsewhere:
            if isinstance(node, c.PassScore):
                return source.line(f"f.told.scored({numbered.leaf(node, self.rule)})")
            return source.line(f"f.told.unit({numbered.unit(node, self.rule, self.declaration)}, row, {deep})")
        if isinstance(node, c.Case):
            return self._case(node, part, lambda test: self.whole(test, deep), lambda one: self.whole(one, deep))
        below = [self.whole(one, deep) for one in part.parts]
        if isinstance(node, c.Lookup):
            return source.line(f"f.told.made({source.keep(node)}, {_tuple(below)})")
        roles, gaps, chosen = source.keep(tuple(part.roles)), "()", source.keep(_named(part))
        if kind_of(type(node)).beside is not None:
            gaps, chosen = source.variable(), source.variable()
            told = f"{_tuple(below)}, {roles}, {source.keep(_named(part))}, {self._every(part)}, f.day"
            source.write(f"{gaps}, {chosen} = beside_of({source.keep(node)}, {told}, {part.value.boxed})")
        if kind_of(type(node)).has_conditions:
            order = sorted(range(len(below)), key=lambda index: part.roles[index] != "condition")
            below = [below[index] for index in order]
            roles = source.keep(tuple(part.roles[index] for index in order))
        return self._made(part, _tuple(below), roles, chosen, gaps)

    def _whole_read(self, part: Written, node: c.Sourced, deep: str) -> str:
        source, numbered = self.source, self.numbered
        match node:
            case c.Literal():
                found = figure(node)
                # What is missing is told of each place by itself.
                return (
                    source.line(f"new(Explanation, {source.keep(tuple(found))})") if found.gaps else source.keep(found)
                )
            case c.Today():
                return self._new(part, "()")
            case c.Field(formula=formula) if formula is not None:
                return self._new(part, _tuple([self.whole(self.on(formula), deep)]))
            case c.Field():
                return source.line(f"f.told.field({source.keep(node)}, row, {source.keep(self.declaration)})")
            case c.Aggregate(of_group=True):
                return source.line(f"f.told.of_group({source.keep(node)}, {source.keep(self.rule)}, row)")
            case c.OnDate():
                when, number = self.whole(self.on(node.date), deep), self._unit(node.value)
                return source.line(f"f.told.on_day({source.keep(node)}, {when}, {number}, row, {deep})")
            case c.AsProjected():
                return source.line(f"f.told.as_projected({source.keep(node)}, {self._unit(node.value)}, row, {deep})")
            case c.Sometime():
                ends = ", ".join(self.whole(self.on(one), deep) for one in (node.start, node.end))
                return source.line(f"f.told.sometime({source.keep(node)}, {ends}, {self._unit(node.condition)}, row)")
            case c.Named():
                told = f"{numbered.leaf(node, self.rule)}, {source.keep(node)}, {source.keep(self.rule)}"
                return source.line(f"f.told.named({told}, {deep})")
            case (
                c.Fact() | c.Holds() | c.Paid() | c.Lapsed() | c.InRenewal() | c.Qualifies() | c.InProgress() | c.OfRecords()
                | c.People() | c.DifferentPeople() | c.Anniversary() | c.AskedThisYear()
            ):  # fmt: skip
                return source.line(f"f.told.leaf({numbered.leaf(node, self.rule)}, {source.keep(node)}, {deep})")
            case _:
                assert_never(node)

    def _unit(self, node: c.Expr) -> int:
        return self.numbered.unit(node, self.rule, self.declaration)


def _named(part: Written) -> tuple[str, ...]:
    return tuple(name for name in part.names if name is not None)


def _tuple(parts: Sequence[str]) -> str:
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
