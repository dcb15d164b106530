"""What every construct means, once, over any algebra: a table from kinds of nodes to their definitions.

A definition asks for the values of the parts that it needs, in the order in which readers are told of them, and puts
them together with the operations of the algebra. It knows no facts: what is read of a partner is not defined here but
read (``evaluator``), and so is what moves to another day or rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar, cast

from dsl.core import nodes as n
from dsl.core.algebra import Algebra
from dsl.core.ops import choices, conditions, dates, numbers, points
from dsl.core.ops.parts import Parts

V = TypeVar("V")

DEFINITIONS: Mapping[type[n.Node], Callable[..., Any]] = {
    n.AllOf: conditions.all_of,
    n.AnyOf: conditions.any_of,
    n.Arithmetic: numbers.arithmetic,
    n.Between: numbers.between,
    n.Case: choices.case,
    n.Compare: conditions.compare,
    n.Dated: choices.dated,
    n.Edge: dates.edge,
    n.Gate: points.gate,
    n.Lookup: choices.lookup,
    n.Not: conditions.opposite,
    n.NumberOf: conditions.number_of,
    n.PassScore: points.pass_score,
    n.PerUnit: points.per_unit,
    n.Prorate: points.prorate,
    n.Ranked: points.ranked,
    n.Ratio: numbers.ratio,
    n.Requirement: conditions.requirement,
    n.Rounded: numbers.rounded,
    n.Shift: dates.shift,
    n.Total: points.total,
}
"""The definition of each kind that is made of its parts; every other kind is read, or decided elsewhere."""


_FOUND: dict[type[n.Node], Callable[..., Any] | None] = {}


def definition_of(kind: type[n.Node]) -> Callable[..., Any] | None:
    """Return the definition of a kind of node, or of the kind that it is one of; None where it is read."""
    if kind not in _FOUND:
        _FOUND[kind] = next((DEFINITIONS[base] for base in kind.__mro__ if base in DEFINITIONS), None)
    return _FOUND[kind]


def sourced(node: n.Expr) -> n.Sourced:
    """Return a node that no definition makes as what it is.

    Raises:
        LookupError: it is made of its parts.
    """
    if definition_of(type(node)) is not None:
        raise LookupError(f"{type(node).__name__} is made of its parts")
    return cast("n.Sourced", node)


def define(algebra: Algebra[V], node: n.Expr, of: Parts[V], day: date) -> V:
    """Return what a node means on a day, out of the values of its parts.

    Raises:
        LookupError: the kind has no definition: it is read, or decided on another day.
    """
    definition = definition_of(type(node))
    if definition is None:
        raise LookupError(f"{type(node).__name__} is not made of its parts")
    meaning: V = definition(algebra, node, of, day)
    return meaning
