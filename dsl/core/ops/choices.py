"""First matches, tables, and versions: of several values one counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from dsl.core import nodes as n
from dsl.core.algebra import Algebra
from dsl.core.ops.parts import Parts

V = TypeVar("V")


def case(a: Algebra[V], node: n.Case, of: Parts[V], _: date) -> V:
    """Take the value of the first branch whose condition holds; what comes behind it is not asked."""
    branches = [
        (_asked(of, one.when) if one.when is not None else None, _chosen(of, one.value, one.name))
        for one in node.branches
    ]
    return a.first(branches)


def lookup(a: Algebra[V], node: n.Lookup, of: Parts[V], day: date) -> V:
    """Take the cell of the row in force for the key; without one, nothing is known."""
    key = of(node.key, "key")
    rows = [row for row in node.rows if day in row.days]
    return a.row(key, rows, lambda row: of(row.cell, "value", row.key or "otherwise"), node.type)


def dated(a: Algebra[V], node: n.Dated, of: Parts[V], day: date) -> V:
    """Take the version in force; on a day without one, nothing is known."""
    for index, version in enumerate(node.versions):
        if day in version.days:
            return of(version.value, "value", str(index))
    return a.unknown(node.type)


def _asked(of: Parts[V], when: n.Expr) -> Callable[[], V]:
    return lambda: of(when, "condition")


def _chosen(of: Parts[V], value: n.Expr, name: str) -> Callable[[], V]:
    return lambda: of(value, "value", name)
