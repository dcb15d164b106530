"""Formulas and figures of the solver, folded where they are known: what depends on no partner is no work for it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import z3

from dsl.core.remembered import Remembered

Formula: TypeAlias = Any
"""A formula of the solver."""
Figure: TypeAlias = Any
"""A number of the solver: a real one; days are the ordinals of the calendar."""

TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)
_TRUE, _FALSE = TRUE.ast.value, FALSE.ast.value
"""Where the solver keeps them: what is equal it keeps once, so that to look there is enough."""
_SIMPLE: Remembered[int, tuple[Figure, Figure]] = Remembered()
"""Terms and what they are simply, by where the solver keeps them: it does as long as the term is here."""


def is_true(part: Formula) -> bool:
    """Whether a formula is the known one that always holds: asked of each, and sooner seen so than by the solver."""
    return bool(part.ast.value == _TRUE)


def is_false(part: Formula) -> bool:
    """Whether a formula is the known one that never holds."""
    return bool(part.ast.value == _FALSE)


def both(*parts: Formula) -> Formula:
    """All of the formulas."""
    left = [part for part in parts if not is_true(part)]
    if any(is_false(part) for part in left):
        return FALSE
    return TRUE if not left else left[0] if len(left) == 1 else z3.And(left)


def either(*parts: Formula) -> Formula:
    """One of the formulas."""
    return negated(both(*(negated(part) for part in parts)))


def negated(part: Formula) -> Formula:
    """The contrary of a formula."""
    if is_true(part) or is_false(part):
        return FALSE if is_true(part) else TRUE
    return part.arg(0) if z3.is_not(part) else z3.Not(part)


def alike(one: Formula, other: Formula) -> Formula:
    """Whether two formulas hold together or not at all."""
    for known, left in ((one, other), (other, one)):
        if is_true(known) or is_false(known):
            return left if is_true(known) else negated(left)
    return either(both(one, other), both(negated(one), negated(other)))


def chosen(test: Formula, one: Any, other: Any) -> Any:
    """One value or the other."""
    if is_true(test) or one is other or one.eq(other):
        return one
    return other if is_false(test) else z3.If(test, one, other)


def figure(value: Decimal | int | Fraction) -> Figure:
    """A known number."""
    exact = Fraction(value)
    return z3.RealVal(f"{exact.numerator}/{exact.denominator}")


def known(value: Figure) -> Fraction | None:
    """The number that a term is; None where that depends on the partner."""
    if not z3.is_rational_value(value):
        # Both sides, and many comparisons, ask for the same term: it is looked through once.
        at = value.ast.value
        found = _SIMPLE.get(at)
        value = (found or _SIMPLE.keep(at, (value, z3.simplify(value))))[1]
        if not z3.is_rational_value(value):
            return None
    return Fraction(value.numerator_as_long(), value.denominator_as_long())


def at_least(left: Figure, right: Figure) -> Formula:
    """Whether one number is not below another."""
    one, other = known(left), known(right)
    if one is not None and other is not None:
        return TRUE if one >= other else FALSE
    return left >= right


def larger(left: Figure, right: Figure) -> Figure:
    """The larger of two numbers."""
    return chosen(at_least(left, right), left, right)


def lesser(left: Figure, right: Figure) -> Figure:
    """The smaller of two numbers."""
    return chosen(at_least(right, left), left, right)


def floor(value: Figure) -> Figure:
    """The largest whole number that is not above a number."""
    exact = known(value)
    return figure(exact.numerator // exact.denominator) if exact is not None else z3.ToReal(z3.ToInt(value))
