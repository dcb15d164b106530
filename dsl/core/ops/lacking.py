"""Where a node has no value although all is told that it is made of: conditions over any algebra.

What is lacking then is a figure of the policies; no fact can give it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypeVar

from dsl.core import nodes as n
from dsl.core.algebra import Algebra
from dsl.core.types import FLAG

V = TypeVar("V")

ZERO = Decimal(0)


def has_a_row(a: Algebra[V], node: n.Lookup, key: V, day: date) -> V:
    """Whether a table has a row in force for whatever its key can be; unknown where it may have none."""
    rows = [row for row in node.rows if day in row.days]
    return a.row(key, rows, lambda _: a.constant(True), FLAG)


def divides_by_nothing(a: Algebra[V], divisor: V) -> V:
    """Whether a divisor is zero or less: growth from it, or a number of units of it, has no value."""
    return a.compare("<=", divisor, a.constant(ZERO))


def divides_by_less(a: Algebra[V], divisor: V) -> V:
    """Whether a divisor is less than zero: a ratio that is no growth has a value then."""
    return a.compare("<", divisor, a.constant(ZERO))
