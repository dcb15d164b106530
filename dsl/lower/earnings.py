"""Points: what a value earns."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from dsl import core as c, document as d
from dsl.diagnostics import Edit, Fix
from dsl.lower.scope import Names, Scope, insert
from dsl.lower.values import Values

OUT_OF = Decimal(100)
"""What a score is out of where nothing else is written (S4, partner capability score: 100 points)."""

EVERY: dict[str, Literal["above zero", "one point"]] = {
    "with points in every subcategory": "above zero",
    "with at least one point in every metric": "one point",
}

ZERO_POINTS = c.Literal(value=Decimal(0), type=c.POINTS)


class Earnings:
    """Lowers ``earns`` clauses."""

    names: Names
    values: Values

    def _earned(self, clause: d.Item, scope: Scope) -> c.Expr | None:
        """Lower the points that a value earns.

        Reports:
            C107 no rounding; C302 no maximum; C303 no way from value to points.
        """
        earns, origin = clause.earns, clause.origin
        if earns is None:
            raise AssertionError("only for what earns")
        number = self.values.number
        if earns.mode == "whole":
            if earns.points is None:
                self.names.report(
                    "C303",
                    "this does not say how the value earns its points",
                    earns.origin,
                    "write `, in proportion, rounded down`, or `4 points each, up to 20 points`",
                )
                return None
            test, points = self.values.condition(clause.value, scope), number(earns.points, scope, c.POINTS)
            if test is None or points is None:
                return None
            branches = (
                c.Branch(name="met", when=test, value=points, origin=origin),
                c.Branch(name="otherwise", when=None, value=ZERO_POINTS, origin=origin),
            )
            return c.Case(branches=branches, type=c.POINTS, origin=origin)
        value = number(clause.value, scope)
        if value is None:
            return None
        cap = number(earns.up_to, scope, c.POINTS) if earns.up_to is not None else None
        if earns.mode == "brackets":
            return self._by_bracket(earns, value, cap, scope)
        if earns.mode in ("each", "per") and earns.points is not None:
            points = number(earns.points, scope, c.POINTS)
            unit = number(earns.per, scope, value.type) if earns.per is not None else None
            if points is None or (earns.per is not None and unit is None) or (earns.up_to is not None and cap is None):
                return None
            if cap is None:
                self._no_maximum(earns)
            return c.PerUnit(value=value, points=points, unit=unit, cap=cap, type=c.POINTS, origin=origin)
        if earns.mode == "proportion":
            target = number(earns.at, scope, value.type) if earns.at is not None else None
            if earns.at is None or earns.up_to is None:
                self.names.report(
                    "C303",
                    "points in proportion need a maximum and the value that earns it",
                    earns.origin,
                    "write `earns up to 30 points at 1,000, in proportion, rounded down`",
                )
                return None
            if earns.rounding is None:
                self.names.report(
                    "C107",
                    "points in proportion can be a fraction",
                    earns.origin,
                    "write the rounding: `, rounded down`",
                    fix=Fix("round down", (Edit(earns.origin.after, ", rounded down"),)),
                )
                return None
            if target is None or cap is None:
                return None
            self.values.rounds(earns.rounding, c.POINTS)
            return c.Prorate(
                value=value,
                most=cap,
                target=target,
                rounding=self.values.round_to(earns.rounding),
                type=c.POINTS,
                origin=origin,
            )
        tiers = []
        for tier in earns.tiers:
            at, points = number(tier.at, scope, value.type), number(tier.points, scope, c.POINTS)
            if at is None or points is None:
                return None
            if not isinstance(at, c.Literal) or not isinstance(at.value, Decimal):
                self.names.report(
                    "C106",
                    "a tier begins at a known figure",
                    tier.origin,
                    "write the figure, for example `at 2: 5 points`",
                )
                return None
            tiers.append((at.value, at, points, tier))
        tiers.sort(key=lambda t: t[0], reverse=True)
        branches_list = [
            c.Branch(
                name=f"at {at_value}",
                when=c.Compare(op=">=", left=value, right=at, type=c.FLAG, origin=tier.origin),
                value=points,
                basis=self.names.basis(tier.notes),
                origin=tier.origin,
            )
            for at_value, at, points, tier in tiers
        ]
        branches_list.append(c.Branch(name="otherwise", when=None, value=ZERO_POINTS, origin=origin))
        return c.Case(branches=tuple(branches_list), type=c.POINTS, origin=origin)

    def _by_bracket(self, earns: d.Earns, value: c.Expr, cap: c.Expr | None, scope: Scope) -> c.Expr | None:
        """Lower points by bracket.

        Reports:
            C104 what a bracket gives are no points; C302 no maximum.
        """
        if earns.up_to is not None and cap is None:
            return None
        total = self.values.by_bracket(value, earns.brackets, scope, earns, cap)
        if total is None:
            return None
        if total.type.kind != "points":
            self.values.incomparable(earns.brackets[0].rate, total.type, c.POINTS)
            return None
        if cap is None:
            self._no_maximum(earns)
        return total

    def _no_maximum(self, earns: d.Earns) -> None:
        """Report C302."""
        self.names.report(
            "C302",
            "these points have no maximum",
            earns.origin,
            "add `, up to 20 points`",
            fix=insert(earns.origin, earns.origin.end, ", up to unknown points", "add a maximum nobody knows"),
        )
