"""Comparing and reckoning: units, fractions and their rounding, dates and durations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from dsl import core as c, document as d
from dsl.diagnostics import Edit, Fix
from dsl.lower.groups import Groups
from dsl.lower.scope import Scope, alike, insert, word_in


class Arithmetic(Groups):
    """Lowers comparisons and arithmetic."""

    def _compare(self, expr: d.Compare, scope: Scope) -> c.Expr | None:
        left_doc, right_doc = expr.left, expr.right
        if self._compares_flag(expr):
            return None
        if isinstance(right_doc, d.Choose) and not right_doc.clauses and right_doc.chooser.word in ("any", "all"):
            among = right_doc.values or tuple(
                d.Name(name=name, origin=word_in(right_doc.origin, name)) for name in right_doc.names
            )
            parts = [
                self._compare(d.Compare(op=expr.op, left=left_doc, right=one, origin=expr.origin), scope)
                for one in among
            ]
            good = tuple(part for part in parts if part is not None)
            if len(good) != len(parts):
                return None
            if right_doc.chooser.word == "all":
                return c.AllOf(parts=good, type=c.FLAG, origin=expr.origin)
            return c.AnyOf(parts=good, type=c.FLAG, origin=expr.origin)
        if isinstance(left_doc, d.Figure | d.Text) and not isinstance(right_doc, d.Figure | d.Text):
            right = self.lower(right_doc, scope)
            left = self.lower(left_doc, scope, right.type if right is not None else None)
        else:
            left = self.lower(left_doc, scope)
            if left is None and isinstance(right_doc, d.Name):
                return None  # whether the word is a value, only the other side could tell
            right = self.lower(right_doc, scope, left.type if left is not None else None)
        if left is None or right is None:
            return None
        if not alike(left.type, right.type):
            if left.type.kind == "flag" or right.type.kind == "flag":
                self.names.report(
                    "C104",
                    f"this compares {left.type.phrase} with {right.type.phrase}",
                    expr.origin,
                    "name the flag alone, or write `not` before it",
                )
            elif right.type.kind == "text" and isinstance(left_doc, d.Figure | d.Day):
                self.incomparable(left_doc, left.type, right.type)
            else:
                self.incomparable(right_doc, right.type, left.type)
            return None
        if left.type.kind in ("choice", "text", "flag") and expr.op not in ("=", "!="):
            self.names.report("C104", f"`{expr.op}` does not compare {left.type}", expr.origin, "write `=` or `!=`")
            return None
        return c.Compare(op=expr.op, left=left, right=right, type=c.FLAG, origin=expr.origin)

    def _compares_flag(self, expr: d.Compare) -> bool:
        """Report C104 where a flag is compared with `true`, `yes`, `false` or `no`."""
        if not isinstance(expr.left, d.Name) or not isinstance(expr.right, d.Name) or expr.op not in ("=", "!="):
            return False
        fact, word = self.names.facts.get(expr.left.name), expr.right.name
        if fact is None or fact.type.kind != "flag" or word not in ("true", "yes", "false", "no"):
            return False
        right = expr.left.name if (word in ("true", "yes")) == (expr.op == "=") else f"not {expr.left.name}"
        fix = Fix(f"write `{right}`", (Edit(expr.origin, right),))
        self.names.report("C104", f"a flag is not compared with `{word}`", expr.origin, f"write `{right}`", fix=fix)
        return True

    def _arithmetic(self, expr: d.Arithmetic, scope: Scope, expected: c.Type | None) -> c.Expr | None:
        if expr.op == "/":
            if self.number(expr.left, scope) is None or self.number(expr.right, scope) is None:
                return None
            self.names.report(
                "C107",
                "a fraction can arise here",
                expr.origin,
                "write the rounding behind it: `, rounded down`",
                fix=insert(expr.origin, expr.origin.end, ", rounded down", "round down"),
            )
            return None
        if expr.op == "*":
            return self._product(expr, scope, expected)
        if expr.op == "of":
            return self._share(expr, scope, expected)
        left = self.lower(expr.left, scope, expected)
        if left is None:
            return None
        if left.type.kind == "date":
            return self._shift(expr, left, scope, None)
        if left.type.kind == "duration":
            return self._longer(expr, left, scope)
        if self._moves_the_day(expr):
            return None
        right = self.number(expr.right, scope, left.type)
        if right is None:
            return None
        if not left.type.is_numeric:
            self.names.report(
                "C106",
                f"this is {left.type.phrase}, where a number is expected",
                expr.left.origin,
                "add figures of one unit",
            )
            return None
        # A difference may be negative even where its parts may not.
        low = (
            None
            if expr.op == "-" or left.type.low is None or right.type.low is None
            else left.type.low + right.type.low
        )
        kind = "number" if "number" in (left.type.kind, right.type.kind) else left.type.kind
        type_ = c.Type(kind=kind, unit=left.type.unit or right.type.unit, low=low)
        return c.Arithmetic(op=expr.op, left=left, right=right, type=type_, origin=expr.origin)

    def _moves_the_day(self, expr: d.Arithmetic) -> bool:
        """Report C106 where the day of `x on day - 30 days` is meant to be moved, and x would be."""
        on, by = expr.left, expr.right
        if not isinstance(on, d.On) or not isinstance(by, d.Figure) or by.unit not in ("days", "months", "years"):
            return False
        start, end = on.date.origin.start, by.origin.end
        day = f"{expr.origin.source.text[start:end]}{'' if by.unit == 'days' else ', rounded down'}"
        fix = Fix(f"write `on ({day})`", (Edit(replace(expr.origin, start=start, end=end), f"({day})"),))
        said = f"`{expr.op}` moves what is before `on` here, not the day"
        self.names.report("C106", said, by.origin, f"write `on ({day})`", fix=fix)
        return True

    def _longer(self, expr: d.Arithmetic, left: c.Expr, scope: Scope) -> c.Expr | None:
        """Return one length of months and days: `1 month + 1 day`."""
        right = self.lower(expr.right, scope, c.DURATION)
        if right is None:
            return None
        if expr.op == "+" and isinstance(left, c.Literal) and isinstance(right, c.Literal):
            more, less = left.value, right.value
            if isinstance(more, c.Duration) and isinstance(less, c.Duration):
                total = c.Duration(months=more.months + less.months, days=more.days + less.days)
                provisional = left.provisional or right.provisional
                return c.Literal(value=total, provisional=provisional, type=c.DURATION, origin=expr.origin)
        self.names.report(
            "C106", "only written lengths are added", expr.origin, "write the whole length: `1 month + 1 day`"
        )
        return None

    def _product(self, expr: d.Arithmetic, scope: Scope, expected: c.Type | None) -> c.Expr | None:
        left, right = self.number(expr.left, scope), self.number(expr.right, scope)
        if left is None or right is None:
            return None
        plain = ("count", "number")
        if left.type.kind not in plain and "percent" in (left.type.kind, right.type.kind):
            self._percent_times(expr, left, right)
            return None
        if left.type.kind not in plain and right.type.kind not in plain:
            self.names.report(
                "C104",
                f"this multiplies {left.type.phrase} by {right.type.phrase}",
                expr.origin,
                "one of the two must be a plain number",
            )
            return None
        main = right.type if left.type.kind in plain else left.type
        kind = "number" if main.kind in plain else main.kind
        low = (
            Decimal(0)
            if left.type.low is not None and right.type.low is not None and min(left.type.low, right.type.low) >= 0
            else None
        )
        low = low if low is not None or not isinstance(left, c.Literal) or right.type.low is None else Decimal(0)
        return c.Arithmetic(
            op="*", left=left, right=right, type=c.Type(kind=kind, unit=main.unit, low=low), origin=expr.origin
        )

    def _percent_times(self, expr: d.Arithmetic, left: c.Expr, right: c.Expr) -> None:
        """Report C104: a percentage is multiplied by what it is to be taken of."""
        rate, whole = (expr.left, expr.right) if left.type.kind == "percent" else (expr.right, expr.left)
        said = f"{rate.origin.text} of {whole.origin.text}"
        fix = Fix(f"write `{said}`", (Edit(expr.origin, said),))
        self.names.report(
            "C104",
            f"this multiplies {left.type.phrase} by {right.type.phrase}",
            expr.origin,
            f"write `{said}`",
            fix=fix if isinstance(rate, d.Figure | d.Name | d.Select) else None,
        )

    def _share(self, expr: d.Arithmetic, scope: Scope, expected: c.Type | None) -> c.Expr | None:
        """Lower `3 % of amount`: what comes out has the type of the amount.

        Reports:
            C104 no percentage before `of`.
        """
        rate, whole = self.number(expr.left, scope), self.number(expr.right, scope, expected)
        if rate is None or whole is None:
            return None
        if rate.type.kind != "percent":
            is_bare = isinstance(expr.left, d.Figure) and expr.left.unit is None
            said = f"{expr.left.origin.text} %"
            self.names.report(
                "C104",
                f"this is {rate.type.phrase}, where a percentage is expected",
                expr.left.origin,
                "write for example `3 % of amount`",
                fix=Fix(f"write `{said}`", (Edit(expr.left.origin, said),)) if is_bare else None,
            )
            return None
        return self.share(rate, whole, expr)

    def share(self, rate: c.Expr, whole: c.Expr, at: d.Node) -> c.Expr:
        """Return so many per cent of a number."""
        kind = "number" if whole.type.kind == "count" else whole.type.kind
        type_ = c.Type(kind=kind, unit=whole.type.unit if kind != "number" else None, low=_low(rate, whole))
        return c.Arithmetic(op="% of", left=rate, right=whole, type=type_, origin=at.origin)

    def _shift(self, expr: d.Arithmetic, left: c.Expr, scope: Scope, rounding: d.Rounding | None) -> c.Expr | None:
        right = self.lower(expr.right, scope, c.DURATION)
        if right is None:
            return None
        if not isinstance(right, c.Literal) or not isinstance(right.value, c.Duration):
            self.names.report(
                "C104",
                f"this is {right.type.phrase}, where a duration is expected",
                expr.right.origin,
                "write for example `30 days` or `6 months`",
            )
            return None
        if rounding is not None and (rounding.mode != "down" or rounding.to is not None):
            self.names.report(
                "C126",
                "a day is rounded down only: one that a month lacks becomes the last day of that month",
                rounding.origin,
                "write `rounded down`",
            )
            return None
        if right.value.months and rounding is None and not _is_month_start(left):
            self.names.report(
                "C107",
                "a month may lack this day",
                expr.origin,
                "write what then: `, rounded down` takes the last day of the month",
                fix=Fix("round down", (Edit(expr.origin.after, ", rounded down"),)),
            )
        return c.Shift(
            date=left,
            by=right.value,
            back=expr.op == "-",
            provisional=right.provisional,
            type=c.DATE,
            origin=expr.origin,
        )

    def _rounded(self, expr: d.Rounded, scope: Scope, expected: c.Type | None) -> c.Expr | None:
        inner = expr.value
        if isinstance(inner, d.Change) and inner.kind == "growth":
            self.rounds(expr.rounding, c.PERCENT)
            return self._change(inner, scope, self.round_to(expr.rounding))
        if isinstance(inner, d.Aggregate | d.Grouped) and inner.function == "average":
            average = self.of_records(inner, scope, self.round_to(expr.rounding))
            if average is not None:
                self.rounds(expr.rounding, average.type)
            return average
        if isinstance(inner, d.Arithmetic) and inner.op == "/":
            numerator, denominator = self.number(inner.left, scope), self.number(inner.right, scope)
            if numerator is None or denominator is None:
                return None
            same = alike(numerator.type, denominator.type) and numerator.type.kind not in ("count", "number")
            type_ = c.Type(kind="number") if same else numerator.type
            self.rounds(expr.rounding, type_)
            return c.Ratio(
                numerator=numerator,
                denominator=denominator,
                scale=Decimal(1),
                rounding=self.round_to(expr.rounding),
                type=type_,
                origin=expr.origin,
            )
        if isinstance(inner, d.Arithmetic) and inner.op in "+-":
            left = self.lower(inner.left, scope)
            if left is not None and left.type.kind == "date":
                return self._shift(inner, left, scope, expr.rounding)
        value = self.number(inner, scope, expected)
        if value is None:
            return None
        self.rounds(expr.rounding, value.type)
        return c.Rounded(value=value, rounding=self.round_to(expr.rounding), type=value.type, origin=expr.origin)

    def _when(
        self, expr: d.When, value: d.Expr, condition: d.Expr, otherwise: d.Expr, scope: Scope, expected: c.Type | None
    ) -> c.Expr | None:
        first = self.lower(value, scope, expected)
        test = self.condition(condition, scope)
        second = self.lower(otherwise, scope, first.type if first is not None else expected)
        if first is None or test is None or second is None:
            return None
        if not alike(first.type, second.type):
            self.incomparable(otherwise, second.type, first.type)
            return None
        branches = (
            c.Branch(name="when", when=test, value=first, origin=value.origin),
            c.Branch(name="otherwise", when=None, value=second, origin=otherwise.origin),
        )
        return c.Case(branches=branches, type=_hull(first.type, second.type), origin=expr.origin)


def _low(*factors: c.Expr) -> Decimal | None:
    """Return the least that a product can be: nothing, where no factor is below zero."""
    lows = [one.value if isinstance(one, c.Literal) and one.value is not None else one.type.low for one in factors]
    return Decimal(0) if all(isinstance(low, Decimal) and low >= 0 for low in lows) else None


def _is_month_start(expr: c.Expr) -> bool:
    """Whether the date is surely the first of a month, so that adding months never misses a day."""
    if isinstance(expr, c.Shift):
        return expr.by.days == 0 and _is_month_start(expr.date)
    if isinstance(expr, c.Literal):
        return isinstance(expr.value, date) and expr.value.day <= 28
    return isinstance(expr, c.Edge) and expr.edge == "start"


def _hull(a: c.Type, b: c.Type) -> c.Type:
    if a.kind == "choice" and b.kind == "choice":
        return c.Type(kind="choice", choices=tuple(dict.fromkeys((*a.choices, *b.choices))))
    low = min(a.low, b.low) if a.low is not None and b.low is not None else None
    return replace(a, low=low)
