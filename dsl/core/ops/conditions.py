"""Conditions, and requirements that hold them."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from dsl.core import nodes as n
from dsl.core.algebra import Algebra
from dsl.core.ops.parts import Parts, in_force

V = TypeVar("V")


def requirement(_: Algebra[V], node: n.Requirement, of: Parts[V], __: date) -> V:
    """Mean what stands in it: a requirement only gives it a name."""
    return of(node.value, "value")


def compare(a: Algebra[V], node: n.Compare, of: Parts[V], _: date) -> V:
    """Compare two values of one kind."""
    return a.compare(node.op, of(node.left, "value"), of(node.right, "mark"))


def all_of(a: Algebra[V], node: n.AllOf, of: Parts[V], day: date) -> V:
    """Ask for every part, also behind the first that fails: the partner is told all that is short."""
    return a.all_of([of(part, "part") for part in in_force(node.parts, day)])


def any_of(a: Algebra[V], node: n.AnyOf, of: Parts[V], day: date) -> V:
    """Ask for at least so many of the parts."""
    return a.at_least(node.least, [of(part, "part") for part in in_force(node.parts, day)])


def opposite(a: Algebra[V], node: n.Not, of: Parts[V], _: date) -> V:
    """Ask that the part does not hold."""
    return a.opposite(of(node.part, "part"))


def number_of(a: Algebra[V], node: n.NumberOf, of: Parts[V], day: date) -> V:
    """Count the parts that hold."""
    return a.how_many([of(part, "part") for part in in_force(node.parts, day)])
