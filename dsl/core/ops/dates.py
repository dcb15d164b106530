"""Dates reckoned from dates."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from dsl.core import nodes as n
from dsl.core.algebra import Algebra
from dsl.core.ops.parts import Parts

V = TypeVar("V")


def shift(a: Algebra[V], node: n.Shift, of: Parts[V], _: date) -> V:
    """Go months and days on, or back."""
    return a.shift(of(node.date, "value"), node.by, back=node.back)


def edge(a: Algebra[V], node: n.Edge, of: Parts[V], _: date) -> V:
    """Go to the first or last day of the month, quarter or year."""
    return a.edge(of(node.of, "value"), node.edge, node.months)
