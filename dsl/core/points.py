"""The most points that a scored part can give on a day."""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal, Inexact
from functools import reduce
from typing import assert_never

from dsl import core as c
from dsl.core.ops.parts import in_force

_EXACT = Context(prec=200, traps=[Inexact])


def most_points(node: c.Expr, day: date) -> Decimal | None:
    """Return the maximum of a points expression on a day, or None where it has none.

    Where one part counts by its rank it is the maximum of that rank; of a first-match that of any branch.
    """
    match node:
        case c.Literal(value=Decimal() as value):
            return value
        case c.Requirement(value=value, days=days):
            return most_points(value, day) if day in days else Decimal(0)
        case c.Gate(value=value):
            return most_points(value, day)
        case c.PerUnit(cap=cap):
            return most_points(cap, day) if cap is not None else None
        case c.Prorate(most=most):
            return most_points(most, day)
        case c.Total(parts=parts, cap=cap):
            known = _known([most_points(part, day) for part in parts])
            limit = most_points(cap, day) if cap is not None else None
            total = reduce(_EXACT.add, known, Decimal(0)) if known is not None else None
            if limit is None:
                return total
            return limit if total is None else min(total, limit)
        case c.Ranked(parts=parts):
            known = _known([most_points(part, day) for part in in_force(parts, day)])
            return sorted(known, reverse=True)[node.position(len(known))] if known else None
        case c.Case(branches=branches):
            known = _known([most_points(branch.value, day) for branch in branches])
            return max(known) if known else None
        case c.Dated(versions=versions):
            return next((most_points(version.value, day) for version in versions if day in version.days), None)
        case (
            c.OfRecords() | c.AsProjected() | c.Fact() | c.Field() | c.Literal() | c.Lookup() | c.Named() | c.OnDate()
            | c.Reckoned()
        ):  # fmt: skip
            return None  # what it can give is told by its bound alone
        case (
            c.AllOf() | c.Anniversary() | c.AnyOf() | c.AskedThisYear() | c.Compare() | c.DifferentPeople() | c.Edge()
            | c.Holds() | c.InProgress() | c.InRenewal() | c.Lapsed() | c.Not() | c.NumberOf() | c.Paid()
            | c.PassScore() | c.People() | c.Qualifies() | c.Shift() | c.Sometime() | c.Today()
        ):  # fmt: skip
            return None  # it gives no points
        case _:
            assert_never(node)


def _known(values: list[Decimal | None]) -> list[Decimal] | None:
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None
