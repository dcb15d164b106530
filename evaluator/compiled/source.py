"""An algebra that writes what Ranges would do: a line of Python for every operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from dsl import core as c
from dsl.core.algebra import RANGES, Later
from dsl.core.ops import definition_of
from dsl.core.ops.decided import WithRoles
from dsl.core.ops.metrics import every_metric
from dsl.core.ops.parts import Role
from dsl.core.ranges import CompareOp, Range

Read = Callable[[c.Expr], Range]
"""What reads a node of the partner, or decides it elsewhere: the part that is not compiled."""
Compiled = Callable[[Read], Range]


class PythonSource:
    """Every value is the name of a variable; what it is stands in the lines so far."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {"a": RANGES}
        """What the lines read beside their variables: the algebra, figures and nodes of the policies."""

    def keep(self, value: Any) -> str:
        """Return a name for a value of the policies."""
        name = f"k{len(self.names)}"
        self.names[name] = value
        return name

    def line(self, expression: str) -> str:
        """Write a line, and return the variable that holds what it gives."""
        name = f"v{len(self.lines)}"
        self.lines.append(f"{name} = {expression}")
        return name

    def constant(self, value: Decimal | date | str | bool | c.Duration) -> str:
        """Keep a known value."""
        return self.keep(RANGES.constant(value))

    def unknown(self, type_: c.Type) -> str:
        """Keep what an unknown value can be."""
        return self.keep(RANGES.unknown(type_))

    def all_of(self, parts: Sequence[str]) -> str:
        """Write that all hold."""
        return self.line(f"a.all_of({_tuple(parts)})")

    def at_least(self, least: int, parts: Sequence[str]) -> str:
        """Write that so many hold."""
        return self.line(f"a.at_least({least}, {_tuple(parts)})")

    def opposite(self, part: str) -> str:
        """Write that it does not hold."""
        return self.line(f"a.opposite({part})")

    def how_many(self, parts: Sequence[str]) -> str:
        """Write how many hold."""
        return self.line(f"a.how_many({_tuple(parts)})")

    def compare(self, op: CompareOp, left: str, right: str) -> str:
        """Write a comparison."""
        return self.line(f"a.compare({op!r}, {left}, {right})")

    def add(self, left: str, right: str) -> str:
        """Write a sum."""
        return self.line(f"a.add({left}, {right})")

    def subtract(self, left: str, right: str) -> str:
        """Write a difference."""
        return self.line(f"a.subtract({left}, {right})")

    def multiply(self, left: str, right: str) -> str:
        """Write a product."""
        return self.line(f"a.multiply({left}, {right})")

    def smallest(self, parts: Sequence[str]) -> str:
        """Write the smallest."""
        return self.line(f"a.smallest({_tuple(parts)})")

    def ranked(self, parts: Sequence[str], position: int) -> str:
        """Write the one at a position."""
        return self.line(f"a.ranked({_tuple(parts)}, {position})")

    def whole_units(self, value: str, size: str) -> str:
        """Write how many whole units there are."""
        return self.line(f"a.whole_units({value}, {size})")

    def rounded(self, value: str, to: c.RoundTo) -> str:
        """Write a rounding."""
        return self.line(f"a.rounded({value}, {self.keep(to)})")

    def ratio(self, above: str, below: str, scale: Decimal, to: c.RoundTo, *, growth: bool) -> str:
        """Write a quotient."""
        return self.line(f"a.ratio({above}, {below}, {self.keep(scale)}, {self.keep(to)}, growth={growth})")

    def share(self, value: str, most: str, target: str, to: c.RoundTo) -> str:
        """Write a share of the most points."""
        return self.line(f"a.share({value}, {most}, {target}, {self.keep(to)})")

    def shift(self, day: str, by: c.Duration, *, back: bool) -> str:
        """Write a date moved."""
        return self.line(f"a.shift({day}, {self.keep(by)}, back={back})")

    def edge(self, day: str, which: Literal["start", "end"]) -> str:
        """Write the edge of a month."""
        return self.line(f"a.edge({day}, {which!r})")

    def first(self, branches: Sequence[tuple[Later[str] | None, Later[str]]]) -> str:
        """Write a first match; every branch is reckoned, as none can fail."""
        told = [(f"lambda: {test()}" if test is not None else "None", f"lambda: {value()}") for test, value in branches]
        return self.line(f"a.first({_tuple([f'({test}, {value})' for test, value in told])})")

    def row(self, key: str, rows: Sequence[c.TableRow], value: Callable[[c.TableRow], str], type_: c.Type) -> str:
        """Write a look into a table; every row is reckoned, as none can fail."""
        cells = ", ".join(f"{row.key!r}: {value(row)}" for row in rows)
        return self.line(f"a.row({key}, {self.keep(rows)}, lambda row: {{{cells}}}[row.key], {self.keep(type_)})")

    def of_ranked(self, values: Sequence[str], conditions: Sequence[str], position: int) -> str:
        """Write the condition of the one at a position."""
        return self.line(f"a.of_ranked({_tuple(values)}, {_tuple(conditions)}, {position})")


def _tuple(parts: Sequence[str]) -> str:
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


@dataclass(frozen=True, slots=True)
class Written(WithRoles):
    """A node that was written, the variable that holds it, and its parts."""

    node: c.Expr
    value: str
    parts: tuple[Written, ...] = ()
    roles: tuple[Role, ...] = ()

    def branches(self) -> list[tuple[Written | None, Written]]:
        """All branches of a first-match: which one is taken shows when it runs."""
        tests, values = iter(self.of("condition")), self.of("value")
        branches = self.node.branches if isinstance(self.node, c.Case) else ()
        return [
            (next(tests) if one.when is not None else None, value) for one, value in zip(branches, values, strict=True)
        ]


class Writing:
    """Writes nodes for a day; one that stands in several places is written once."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.source = PythonSource()
        self._written: dict[int, Written] = {}

    def on(self, node: c.Expr) -> Written:
        """Write a node and what is below it."""
        if id(node) not in self._written:
            definition = definition_of(type(node))
            if definition is None:
                self._written[id(node)] = Written(node, self.source.line(f"read({self.source.keep(node)})"))
            else:
                parts = _Parts(self)
                value: str = definition(self.source, node, parts, self.day)
                self._written[id(node)] = Written(node, value, tuple(parts.parts), tuple(parts.roles))
        return self._written[id(node)]


class _Parts:
    """The parts of a node as they are written."""

    __slots__ = ("parts", "roles", "writing")

    def __init__(self, writing: Writing) -> None:
        self.writing = writing
        self.parts: list[Written] = []
        self.roles: list[Role] = []

    def __call__(self, part: c.Expr, role: Role, name: str | None = None) -> str:
        """Write a part of the node."""
        found = self.writing.on(part)
        self.parts.append(found)
        self.roles.append(role)
        return found.value

    def metrics(self, _: c.Expr, every: c.EveryMetric) -> str:
        """Write what is asked of every metric of the score."""
        return every_metric(self.writing.source, self.parts[self.roles.index("value")], every)


def compiled(node: c.Expr, day: date) -> Compiled:
    """Return a function that decides a node on the days of an epoch, given what reads the partner.

    Args:
        node: what is decided.
        day: a day of the epoch: what is in force then is what is written.
    """
    writing = Writing(day)
    value = writing.on(node).value
    body = "\n    ".join((*writing.source.lines, f"return {value}"))
    space = writing.source.names
    exec(f"def decide(read):\n    {body}\n", space)
    made: Compiled = space["decide"]
    return made
