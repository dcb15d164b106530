"""What lowering an expression has to offer to its parts: the value of a type, a range, a rounding.

Every function returns the core node, or None after it has reported what is wrong: one mistake is one diagnostic, and
what could not be lowered is silently passed on.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from dsl import core as c, document as d
from dsl.diagnostics import Edit, Fix, listed, nearest
from dsl.lower.scope import Names, Scope, alike, unit_type
from dsl.source import Span

Clauses: TypeAlias = Callable[[Sequence[d.Clause], Scope], list[c.Expr]]
"""Lowers the clauses of a chooser to its parts; given by ``dsl.lower.bodies``."""


class Expressions(ABC):
    """Lowers expressions with the names of one document."""

    def __init__(self, names: Names, clauses: Clauses) -> None:
        self.names = names
        self.clauses = clauses

    @abstractmethod
    def lower(self, expr: d.Expr, scope: Scope, expected: c.Type | None = None) -> c.Expr | None:
        """Lower an expression; ``expected`` lets bare numbers and choice values find their type."""

    def condition(self, expr: d.Expr, scope: Scope) -> c.Expr | None:
        """Lower what must be a condition.

        Reports:
            C105 a value where a condition is expected.
        """
        value = self.lower(expr, scope)
        if value is None or value.type.kind == "flag":
            return value
        advice, fix = to_compare(expr.origin, value.type)
        self.names.report(
            "C105",
            f"this is {value.type.phrase}, where a condition is expected",
            expr.origin,
            advice,
            fix=fix,
        )
        return None

    def number(self, expr: d.Expr, scope: Scope, expected: c.Type | None = None) -> c.Expr | None:
        """Lower what must be a number, of the expected type where one is given.

        Reports:
            C106 no number; C104 another unit.
        """
        value = self.lower(expr, scope, expected)
        if value is None:
            return None
        if not value.type.is_numeric:
            self.names.report(
                "C106",
                f"this is {value.type.phrase}, where a number is expected",
                expr.origin,
                "name a measure, a fact or a figure",
            )
            return None
        if expected is not None and not alike(value.type, expected):
            self.incomparable(expr, value.type, expected)
            return None
        return value

    def day(self, expr: d.Expr, scope: Scope) -> c.Expr | None:
        """Lower what must be a date.

        Reports:
            C106 no date.
        """
        value = self.lower(expr, scope, c.DATE)
        if value is None or value.type.kind == "date":
            return value
        self.names.report(
            "C106",
            f"this is {value.type.phrase}, where a date is expected",
            expr.origin,
            "write a date like 2022-10-03, or `anniversary`",
        )
        return None

    def _all(self, terms: Sequence[d.Expr], scope: Scope) -> tuple[c.Expr, ...] | None:
        parts = [self.condition(term, scope) for term in terms]
        good = tuple(part for part in parts if part is not None)
        return good if len(good) == len(parts) else None

    def incomparable(self, expr: d.Expr, is_: c.Type, wanted: c.Type, *, of_column: bool = False) -> None:
        """C104: two units that cannot stand together; propose the unit wanted where none is written.

        A figure with a unit of its own is never read in another one, and a text only as the value that it spells.

        Args:
            expr: what is of another type.
            is_: its type.
            wanted: the type that is expected there.
            of_column: whether a column of a table has that type.
        """
        help_, fix = "both sides need one unit", None
        right: str | None = None
        if isinstance(expr, d.Figure) and expr.value is not None and wanted.kind != "text":
            shown = expr.origin.text.split()[0] if expr.origin.text else f"{expr.value:,}"
            unit = {"money": wanted.unit or "USD", "percent": "%", "points": "points"}.get(wanted.kind)
            if is_.kind == wanted.kind == "money":
                where = f"this column is in {wanted.unit}; " if of_column else ""
                help_ = f"{where}write the amount in {wanted.unit}: one currency is never read as another"
            elif expr.unit is None and unit is not None:
                right = f"{shown} {unit}"
            elif wanted.is_numeric:
                help_ = f"write a figure in its unit, or a plain one where it has none: `{shown.rstrip('%')}`"
            elif wanted.kind == "date":
                help_ = "write a day, like `2022-10-03`"
        elif wanted.kind == "text":
            # A figure is no text, though digits may be: whether they are, the author says.
            shown = expr.origin.text if isinstance(expr, d.Figure | d.Day) else ""
            help_ = f'write a text in quotes, `"{shown or "..."}"`, or the name of a fact that is a text'
        elif is_.kind == "text" and wanted.kind in _EXAMPLES:
            help_ = f"a text is compared with texts alone: write {_EXAMPLES[wanted.kind]}, or the name of one"
        elif isinstance(expr, d.Text) and wanted.kind == "choice":
            told = wanted.value_of(expr.text)
            right = told if told in wanted.choices else nearest(expr.text.replace(" ", "_"), wanted.choices)
            help_ = f"the values are {listed(wanted.choices)}"
        if right is not None:
            help_ = f"did you mean `{right}`?"
            fix = Fix(f"write `{right}`", (Edit(expr.origin, right),))
        self.names.report(
            "C104", f"this is {is_.phrase}, where {wanted.phrase} is expected", expr.origin, help_, fix=fix
        )

    def round_to(self, rounding: d.Rounding | None) -> c.RoundTo:
        """Return direction and step; one whole unit where no step is written.

        Reports:
            C106 a step that is not a known, sure figure above zero.
        """
        if rounding is None or rounding.to is None:
            return c.RoundTo(rounding.mode if rounding is not None else "down")
        step = rounding.to.value
        if step is None or step <= 0 or rounding.to.provisional:
            self.names.report(
                "C106",
                "a rounding needs a known step above zero",
                rounding.origin,
                "write for example `rounded down to 0.01`; where the step is not sure, say so with `assume`",
            )
            step = Decimal(1)
        return c.RoundTo(rounding.mode, step)

    def rounds(self, rounding: d.Rounding | None, type_: c.Type) -> None:
        """Look whether the step of a rounding has the unit of what is rounded, or none.

        Reports:
            C104 another unit.
        """
        if rounding is not None and rounding.to is not None and rounding.to.unit is not None:
            unit = unit_type(rounding.to, None)
            if not alike(unit, type_):
                self.incomparable(rounding.to, unit, type_)

    def range(self, range_: d.Range, scope: Scope) -> tuple[c.Expr, c.Expr] | None:
        """Return first and last day of a range, both included."""
        start = self.day(range_.start, scope)
        last = range_.through if range_.through is not None else range_.until
        if last is None:
            raise AssertionError("a range has an end")
        end = self.day(last, scope)
        if start is None or end is None:
            return None
        if range_.through is None:
            end = c.Shift(date=end, by=c.Duration(days=1), back=True, type=c.DATE, origin=end.origin)
        return start, end

    def count_of(self, chooser: d.Chooser) -> int:
        """Return the number of a chooser: how many parts are enough."""
        if chooser.word != "at least":
            return 1
        value = chooser.count.value if chooser.count is not None else None
        count = chooser.count
        is_sure = count is not None and count.unit is None and not count.provisional
        if value is None or value != value.to_integral_value() or value < 1 or not is_sure:
            self.names.report(
                "C106",
                "this needs a known whole number of parts",
                chooser.origin,
                "write for example `at least 2 of`; where the number is not sure, say so with `assume`",
            )
            return 1
        return int(value)


_EXAMPLES = {
    "count": "a count, like `5`",
    "number": "a number, like `5`",
    "money": "an amount, like `1,000 USD`",
    "percent": "a percentage, like `20 %`",
    "points": "points, like `5 points`",
    "date": "a day, like `2022-10-03`",
    "duration": "a length, like `30 days`",
}
"""What to write where a value of a kind is expected."""


def to_compare(span: Span, type_: c.Type) -> tuple[str, Fix | None]:
    """Return what to write to make a condition of a value, and the fix where nothing is left to choose."""
    people = re.match(r"(?:(\d+)\s*\+\s*)?people\s+holding\b", span.text)
    if people is not None:
        right = f"at least {people[1] or 2} people holding"
        fix = Fix(f"write `{right} ...`", (Edit(replace(span, end=span.start + people.end()), right),))
        return f"write `{right} ...`{'' if people[1] else ', with your number'}", fix if people[1] else None
    value = span.text if re.fullmatch(r"[\w. ]{1,40}", span.text) else "..."
    figure = {
        "money": f">= 1,000 {type_.unit or 'USD'}",
        "points": ">= 5 points",
        "percent": ">= 20 %",
        "date": ">= 2022-10-03",
        "duration": ">= 12 months",
        "choice": f"= {next(iter(type_.values), 'value')}",
        "text": f"= {next(iter(type_.values), 'value')}",
    }.get(type_.kind, ">= 2")
    return f"compare it, for example `{value} {figure}` with your own figure", None
