"""Arithmetic, shares and rounding."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypeVar

from dsl.core import nodes as n
from dsl.core.algebra import Algebra
from dsl.core.ops.parts import Parts

V = TypeVar("V")

HUNDREDTH = Decimal("0.01")


def arithmetic(a: Algebra[V], node: n.Arithmetic, of: Parts[V], _: date) -> V:
    """Add, subtract or multiply two numbers, or take a percentage of one: exactly, whatever digits that makes."""
    left, right = of(node.left, "value"), of(node.right, "value")
    match node.op:
        case "+":
            return a.add(left, right)
        case "-":
            return a.subtract(left, right)
        case "*":
            return a.multiply(left, right)
        case "% of":
            return a.multiply(a.multiply(left, a.constant(HUNDREDTH)), right)


def ratio(a: Algebra[V], node: n.Ratio, of: Parts[V], _: date) -> V:
    """Divide, scale and round in one go, so that no digit is lost on the way."""
    above, below = of(node.numerator, "value"), of(node.denominator, "value")
    return a.ratio(above, below, node.scale, node.rounding, growth=node.growth)


def rounded(a: Algebra[V], node: n.Rounded, of: Parts[V], _: date) -> V:
    """Round a number to a step."""
    return a.rounded(of(node.value, "value"), node.rounding)


def between(a: Algebra[V], node: n.Between, of: Parts[V], _: date) -> V:
    """Cut the value at both figures and take the lower one away: the value is asked for once, so that no range is too wide."""
    value, low = of(node.value, "value"), of(node.low, "mark")
    part = a.ranked((value, low), 0)
    if node.high is not None:
        part = a.smallest((part, of(node.high, "mark")))
    return a.subtract(part, low)
