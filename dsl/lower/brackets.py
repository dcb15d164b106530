"""Scales: each part of a value at the rate of its bracket, added up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from dsl import core as c, document as d
from dsl.diagnostics import Edit, Fix, Label
from dsl.lower.arithmetic import Arithmetic
from dsl.lower.scope import Scope, alike


class Brackets(Arithmetic):
    """Lowers scales by bracket: sums of what is reckoned of the part of a value between two figures."""

    def by_bracket(
        self, value: c.Expr, brackets: Sequence[d.Bracket], scope: Scope, at: d.Node, cap: c.Expr | None = None
    ) -> c.Expr | None:
        """Return the sum of what each part of a value gives; of what lies below the first bracket there is nothing.

        Reports:
            C104 a rate that is none; C106 a bracket that begins at no known figure; C129 brackets out of order.
        """
        begins = [self._begin(bracket, scope, value.type) for bracket in brackets]
        rates = [self._rate(bracket, scope) for bracket in brackets]
        lows = [begin for begin in begins if begin is not None]
        if len(lows) < len(brackets) or not self._in_order(brackets, lows):
            return None
        parts: list[c.Expr] = []
        for bracket, low, high, rate in zip(brackets, lows, [*lows[1:], None], rates, strict=True):
            if rate is None:
                return None
            inside = c.Between(
                value=value, low=low, high=high, type=_at_least_nothing(value.type), origin=bracket.origin
            )
            given = self._given(inside, rate, bracket, scope)
            if given is None:
                return None
            parts.append(given)
        first = parts[0].type
        for part, bracket in zip(parts, brackets, strict=True):
            if not alike(part.type, first):
                self.incomparable(bracket.rate, part.type, first)
                return None
        low_ = Decimal(0) if all(part.type.low is not None for part in parts) else None
        type_ = c.Type(kind=first.kind, unit=first.unit, low=low_)
        return c.Total(parts=tuple(parts), cap=cap, type=type_, origin=at.origin)

    def _begin(self, bracket: d.Bracket, scope: Scope, expected: c.Type) -> c.Literal | None:
        low = self.number(bracket.at, scope, expected)
        if low is None:
            return None
        if not isinstance(low, c.Literal) or not isinstance(low.value, Decimal):
            self.names.report(
                "C106",
                "a bracket begins at a known figure",
                bracket.origin,
                "write the figure, for example `at 10,000 USD: 3 %`",
            )
            return None
        return low

    def _in_order(self, brackets: Sequence[d.Bracket], lows: Sequence[c.Literal]) -> bool:
        """Report C129 where a bracket does not begin above the one before it."""
        for (before, low), (bracket, high) in pairwise(zip(brackets, lows, strict=True)):
            if not (isinstance(low.value, Decimal) and isinstance(high.value, Decimal) and low.value < high.value):
                self.names.report(
                    "C129",
                    "this bracket does not begin above the one before it",
                    bracket.at.origin,
                    "write the brackets from the lowest to the highest, each figure once",
                    labels=[Label(before.at.origin, "the bracket before it")],
                )
                return False
        return True

    def _rate(self, bracket: d.Bracket, scope: Scope) -> c.Expr | None:
        """Lower what a bracket gives, with what that rests on.

        Reports:
            C104 a plain number, or a rate that does not say for what it is given.
        """
        rate = self.number(bracket.rate, scope)
        if rate is None:
            return None
        of_each = bracket.each or bracket.per is not None
        at = bracket.rate.origin
        if rate.type.kind == "percent":
            if of_each:
                self.names.report(
                    "C104",
                    "a percentage is of all that lies in the bracket",
                    bracket.origin,
                    "leave out what is behind it",
                )
                return None
        elif rate.type.kind not in ("money", "points"):
            fix = Fix("write it in per cent", (Edit(at.after, " %"),)) if isinstance(bracket.rate, d.Figure) else None
            self.names.report(
                "C104",
                f"this is {rate.type.phrase}, where a rate is expected",
                at,
                "write for example `3 %`, `2 points each` or `10 USD each`",
                fix=fix if not of_each else None,
            )
            return None
        elif not of_each:
            self.names.report(
                "C104",
                f"this is {rate.type.phrase}, and nothing says for how much of the bracket it is given",
                at,
                "write `each` behind it, or `per` and an amount",
                fix=Fix("write `each`", (Edit(at.after, " each"),)),
            )
            return None
        basis = self.names.basis(bracket.notes)
        if basis == c.NO_BASIS:
            return rate
        return c.Dated(versions=(c.DatedValue(c.ALWAYS, rate, basis),), type=rate.type, origin=bracket.rate.origin)

    def _given(self, part: c.Between, rate: c.Expr, bracket: d.Bracket, scope: Scope) -> c.Expr | None:
        if rate.type.kind == "percent":
            return self.share(rate, part, bracket)
        unit = self.number(bracket.per, scope, part.type) if bracket.per is not None else None
        if bracket.per is not None and unit is None:
            return None
        type_ = c.Type(kind=rate.type.kind, unit=rate.type.unit, low=Decimal(0))
        return c.PerUnit(value=part, points=rate, unit=unit, type=type_, origin=bracket.origin)


def _at_least_nothing(type_: c.Type) -> c.Type:
    return c.Type(kind=type_.kind, unit=type_.unit, low=Decimal(0))
