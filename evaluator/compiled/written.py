"""A node as it was written: what holds it, and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from dsl import core as c
from dsl.core.ops.decided import WithRoles
from dsl.core.ops.parts import Role
from evaluator.compiled.source import Value

Piece: TypeAlias = str | c.Expr
"""Of what is rested on: an expression, or a node that says the same whatever is told."""


@dataclass(frozen=True, slots=True)
class Written(WithRoles):
    """A node that was written, what holds it, and its parts."""

    node: c.Expr
    value: Value
    parts: tuple[Written, ...] = ()
    roles: tuple[Role, ...] = ()
    names: tuple[str | None, ...] = ()
    """What each part is called, of those that the node chooses among."""
    notes: tuple[Piece, ...] = ()
    """What it rests on, in order; nothing where that is nothing, or nobody asks."""
    every: tuple[tuple[c.EveryMetric, Value], ...] = ()
    """What is asked of every metric of a score, and what holds whether it is so."""
    is_elsewhere: bool = False
    """Whether it is made of parts that another function decides."""

    def parts_in_order(self) -> tuple[Written, ...]:
        """Return its parts as readers are told of them: conditions first."""
        order = sorted(range(len(self.parts)), key=lambda index: self.roles[index] != "condition")
        return tuple(self.parts[index] for index in order) if self.has_conditions else self.parts

    @property
    def has_conditions(self) -> bool:
        """Whether some of its parts are conditions."""
        return isinstance(self.node, c.Case | c.Gate)

    @property
    def is_whole(self) -> bool:
        """Whether all that it is made of is decided here, or is read."""
        return not self.is_elsewhere and all(part.is_whole for part in self.parts)
