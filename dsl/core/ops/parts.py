"""How a definition gets the values of a node's parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeAlias, TypeVar

from dsl.core import nodes as n
from dsl.core.types import ALWAYS

V_co = TypeVar("V_co", covariant=True)

Role: TypeAlias = n.Role
"""What a part is to the whole; declared with the fields of the nodes."""


class Parts(Protocol[V_co]):
    """The parts of one node, decided when asked for."""

    def __call__(self, part: n.Expr, role: Role, name: str | None = None) -> V_co:
        """Return the value of a part of the node, which has this role in it; of one that is chosen, by its name."""

    def metrics(self, score: n.Expr, every: n.EveryMetric) -> V_co:
        """Return whether every metric that counts in the score has what is asked of it."""


def in_force(parts: Sequence[n.Expr], day: date) -> list[n.Expr]:
    """Return the parts whose days include the day: the others count as if they were not written."""
    return [part for part in parts if not isinstance(part, n.Requirement) or part.days is ALWAYS or day in part.days]
