"""The known figures that a figure of the solver is one of: a rate that a table gives, and what is reckoned of it.

What such a figure is multiplied with, or divided by, is no product of two figures that are open: it is one of a few.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import z3

from review.prove.formulas import TRUE, Figure, Formula, both, either, known, negated

MOST_CASES = 32
"""Into how many known figures a value may fall apart where something is divided by it, or multiplied with it."""


def cases_of(value: Figure) -> list[tuple[Formula, Fraction]] | None:
    """Return the known figures that a value is one of, each once, with when; None where it is none of a few."""
    value = z3.simplify(value)
    exact = known(value)
    if exact is not None:
        return [(TRUE, exact)]
    found: dict[Fraction, list[Formula]] = {}
    for test, size in _of_choice(value) if z3.is_app_of(value, z3.Z3_OP_ITE) else _of_reckoned(value):
        found.setdefault(size, []).append(test)
    return [(either(*tests), size) for size, tests in found.items()] if 0 < len(found) <= MOST_CASES else None


def _of_choice(value: Figure) -> list[tuple[Formula, Fraction]]:
    """Return the cases of a choice between two figures; nothing where one of them has none."""
    test, one, other = value.children()
    cases = [(where, cases_of(part)) for where, part in ((test, one), (negated(test), other))]
    return [
        (both(where, inner), size)
        for where, below in (cases if all(below is not None for _, below in cases) else ())
        for inner, size in below or ()
    ]


_RECKONED: Mapping[int, Callable[[Fraction, Fraction], Fraction]] = {
    z3.Z3_OP_ADD: lambda one, other: one + other,
    z3.Z3_OP_MUL: lambda one, other: one * other,
}


def _of_reckoned(value: Figure) -> list[tuple[Formula, Fraction]]:
    """Return the cases of a sum or product of figures that are each one of a few; nothing of any other."""
    reckon = _RECKONED.get(value.decl().kind())
    if reckon is None:
        return []
    first, *others = value.children()
    found = cases_of(first) or []
    for part in others:
        cases = cases_of(part) if found else None
        found = [(both(test, when), reckon(size, by)) for test, size in found for when, by in cases or ()]
        if len(found) > MOST_CASES**2:
            return []
    return found
