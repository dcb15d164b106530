"""Figures over groups of records: ``sum for each customer of billing { ... }``."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from dsl import core as c, document as d
from dsl.core.walk import walk
from dsl.diagnostics import listed
from dsl.lower.figures import Figures
from dsl.lower.scope import Group, Scope, word_in
from dsl.source import Span

KEYS = ("text", "choice")
"""Types of the fields that records can be alike in."""


class Groups(Figures):
    """Lowers figures of records, and those over groups of them."""

    def of_records(
        self, expr: d.Aggregate | d.Grouped, scope: Scope, rounding: c.RoundTo | None = None
    ) -> c.Expr | None:
        """Lower a figure over records, or over groups of them."""
        if isinstance(expr, d.Aggregate):
            return self._aggregate(expr, scope, rounding)
        return self._grouped(expr, scope, rounding)

    def _grouped(self, expr: d.Grouped, scope: Scope, rounding: c.RoundTo | None) -> c.Expr | None:
        """Lower a figure over groups of records.

        Reports:
            C109 a field missing or of the wrong type; C131 a group inside a group, or what no group has; C107 no rounding.
        """
        chosen = self.chosen_records(expr, scope)
        if chosen is None:
            return None
        records, _, where = chosen
        if scope.group is not None:
            keys = ", ".join(dict.fromkeys((*scope.group.by, *expr.by)))
            advice = f"name all that its records are alike in: `for each {keys} of {records.name}`"
            self.names.report("C131", "no group is made inside another one", expr.origin, advice)
            return None
        by = self._keys(expr, records)
        over = self.months_of(expr.over, records, expr)
        if by is None or over is False:
            return None
        value = self._of_each(expr, replace(scope, records=None, group=Group(records, expr.by, over)))
        if value is None or not self._is_of_a_group(value, records, expr):
            return None
        if expr.function == "average" and rounding is None:
            self.no_rounding(expr)
            return None
        count = c.Type(kind="count", unit=f"{expr.by[0]}s", low=Decimal(0))
        return c.Grouped(
            function=expr.function,
            records=records.name,
            by=by,
            where=where,
            over=over,
            value=value,
            rounding=rounding,
            type=count if expr.function == "count" else value.type,
            origin=expr.origin,
        )

    def _keys(self, expr: d.Grouped, records: c.RecordsDecl) -> tuple[c.Expr, ...] | None:
        fitting = [name for name, own in records.fields.items() if own.type.kind in KEYS and own.formula is None]
        for name in expr.by:
            at = word_in(expr.origin, name)
            if name not in records.fields:
                self.names.unknown("C109", "field", name, at, fitting)
                return None
            if name not in fitting:
                said = (
                    "is reckoned"
                    if records.fields[name].formula is not None
                    else f"is {records.fields[name].type.phrase}"
                )
                advice = f"choose one of {listed(fitting)}" if fitting else "add one to the list, like `customer: text`"
                self.names.report("C109", f"records are alike in a text or choice; `{name}` {said}", at, advice)
                return None
        return tuple(c.Field(name=name, type=records.fields[name].type, origin=expr.origin) for name in expr.by)

    def _of_each(self, expr: d.Grouped, inner: Scope) -> c.Expr | None:
        """Lower what each group gives: a condition where they are counted, a day or a number of it else."""
        match expr.function:
            case "count":
                return self.condition(expr.value, inner)
            case "earliest" | "latest":
                return self.day(expr.value, inner)
            case _:
                return self.number(expr.value, inner)

    def _is_of_a_group(self, value: c.Expr, records: c.RecordsDecl, expr: d.Grouped) -> bool:
        """Return whether what each group gives can be decided of it: on the day, from what is told, without labels.

        Reports:
            C131 a label, or other days or projected facts in a group.
        """
        for node in walk(value):
            if isinstance(node, c.Requirement):
                advice = "join conditions with `and`, `or` and `( )`: one label is told for all groups"
                self.names.report("C131", "what each group gives has no labels", node.origin, advice)
                return False
            if isinstance(node, c.OnDate | c.AsProjected | c.Sometime) and any(map(_is_of_group, walk(node))):
                advice = f"put it around the whole figure, or ask for other months of `{records.name}` with `over`"
                self.names.report("C131", "the records of a group are those of the day", node.origin, advice)
                return False
        return True

    def in_each_group(self, name: str, group: Group, at: Span) -> None:
        """Report a field of the records of a group where one value of the group is expected (C131)."""
        own, of = group.records.fields[name], group.records.name
        figure = "sum" if own.type.is_numeric else "latest" if own.type.kind == "date" else "count distinct"
        right = f"count {of}[{name}]" if own.type.kind == "flag" else f"{figure} {name} of {of}"
        said = f"`{name}` is said of every record of a group, where one value is expected"
        self.names.report("C131", said, at, f"write `{right}`, or another figure over its records")


def _is_of_group(node: c.Expr) -> bool:
    return isinstance(node, c.Aggregate) and node.of_group
