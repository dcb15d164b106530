"""Document expressions to core expressions: names resolved, types and units checked.

Every function returns the core node, or None after it has reported what is wrong: one mistake is one diagnostic, and
what could not be lowered is silently passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias, assert_never

from dsl import core as c, document as d
from dsl.diagnostics import Edit, Fix, listed, nearest
from dsl.lower.scope import (
    AWARD_KINDS,
    Names,
    Scope,
    alike,
    days_of,
    duration_of,
    literal,
    unit_type,
    words,
)

Clauses: TypeAlias = Callable[[Sequence[d.Clause], Scope], list[c.Expr]]
"""Lowers the clauses of a chooser to its parts; given by ``dsl.lower.rules``."""

SUBJECT_WORDS = ("held", "paid", "qualifies", "fails", "in_progress")
"""Words of a life cycle: what they say is said of the award whose stage is asked."""


class Values:
    """Lowers expressions with the names of one document."""

    def __init__(self, names: Names, clauses: Clauses) -> None:
        self.names = names
        self.clauses = clauses

    # ---- entry points with a type in mind

    def condition(self, expr: d.Expr, scope: Scope) -> c.Expr | None:
        """Lower what must be a condition.

        Reports:
            C105 a value where a condition is expected.
        """
        value = self.lower(expr, scope)
        if value is None or value.type.kind == "flag":
            return value
        example = {"money": "`>= 1,000 USD`", "points": "`>= 5 points`", "percent": "`>= 20 %`"}.get(
            value.type.kind, "`>= 2`"
        )
        self.names.report(
            "C105",
            f"this is {value.type}, where a condition is expected",
            expr.origin,
            f"compare it, for example with {example}",
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
                f"this is {value.type}, where a number is expected",
                expr.origin,
                "name a measure, a fact or a figure",
            )
            return None
        if expected is not None and not alike(value.type, expected):
            self._incomparable(expr, value.type, expected)
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
            f"this is {value.type}, where a date is expected",
            expr.origin,
            "write a date like 2022-10-03, or `anniversary`",
        )
        return None

    # ---- all expressions

    def lower(self, expr: d.Expr, scope: Scope, expected: c.Type | None = None) -> c.Expr | None:
        """Lower an expression; ``expected`` lets bare numbers and choice values find their type."""
        match expr:
            case d.Figure():
                return self._figure(expr, expected)
            case d.Day(day=day, provisional=provisional):
                return literal(day, c.DATE, expr, provisional)
            case d.Text(text=text):
                return literal(text, c.TEXT, expr)
            case d.Name():
                return self._name(expr, scope, expected)
            case d.Select():
                return self._select(expr, scope)
            case d.Levels():
                return self._levels(expr, scope, expected)
            case d.And(terms=terms):
                parts = self._all(terms, scope)
                return None if parts is None else c.AllOf(parts=parts, type=c.FLAG, origin=expr.origin)
            case d.Or(terms=terms):
                parts = self._all(terms, scope)
                return None if parts is None else c.AnyOf(parts=parts, type=c.FLAG, origin=expr.origin)
            case d.Not(term=term):
                part = self.condition(term, scope)
                return None if part is None else c.Not(part=part, type=c.FLAG, origin=expr.origin)
            case d.Compare():
                return self._compare(expr, scope)
            case d.Arithmetic():
                return self._arithmetic(expr, scope, expected)
            case d.Cap(value=value, at=at):
                left = self.number(value, scope, expected)
                right = self.number(at, scope, left.type if left is not None else expected)
                if left is None or right is None:
                    return None
                return c.Total(parts=(left,), cap=right, type=left.type, origin=expr.origin)
            case d.Rounded():
                return self._rounded(expr, scope, expected)
            case d.When(value=value, condition=condition, otherwise=otherwise):
                return self._when(expr, value, condition, otherwise, scope, expected)
            case d.Sometime(condition=condition, range=range_):
                part = self.condition(condition, scope)
                bounds = self.range(range_, scope)
                if part is None or bounds is None:
                    return None
                return c.Sometime(condition=part, start=bounds[0], end=bounds[1], type=c.FLAG, origin=expr.origin)
            case d.On(value=value, date=when):
                inner, moment = self.lower(value, scope, expected), self.day(when, scope)
                if inner is None or moment is None:
                    return None
                return c.OnDate(value=inner, date=moment, type=inner.type, origin=expr.origin)
            case d.Projected(value=value):
                inner = self.lower(value, scope, expected)
                return None if inner is None else c.AsProjected(value=inner, type=inner.type, origin=expr.origin)
            case d.Aggregate():
                return self._aggregate(expr, scope)
            case d.Change():
                return self._change(expr, scope, None)
            case d.People(holding=holding):
                return self._people(holding, expr, scope)
            case d.DifferentPeople(lists=lists):
                found = self.names.certification_lists(lists, expr.origin)
                people_type = c.Type(kind="count", unit="people", low=Decimal(0))
                return (
                    None
                    if found is None
                    else c.DifferentPeople(lists=tuple(found), type=people_type, origin=expr.origin)
                )
            case d.NumberHeld(group=group):
                ids = self.names.awards_of((group,), expr.origin, scope, (*AWARD_KINDS, "benefit"))
                held = tuple(c.Holds(award=award, type=c.FLAG, origin=expr.origin) for award in ids or ())
                return None if ids is None else c.NumberOf(parts=held, type=c.COUNT, origin=expr.origin)
            case d.AtLeastPeople(count=count, holding=holding):
                people = self._people(holding, expr, scope)
                least = self.number(count, scope, c.Type(kind="count", unit="people", low=Decimal(0)))
                if people is None or least is None:
                    return None
                return c.Compare(op=">=", left=people, right=least, type=c.FLAG, origin=expr.origin)
            case d.Claim():
                return self._claim(expr, scope)
            case d.Choose():
                return self._choose(expr, scope)
            case d.Edge(edge=edge, of=of):
                inner = self.day(of, scope)
                return None if inner is None else c.Edge(edge=edge, of=inner, type=c.DATE, origin=expr.origin)
            case d.Anniversary(which=which, after=after):
                start = self.day(after, scope) if after is not None else None
                return c.Anniversary(which=which, after=start, type=c.DATE, origin=expr.origin)
            case _:
                assert_never(expr)

    def _all(self, terms: Sequence[d.Expr], scope: Scope) -> tuple[c.Expr, ...] | None:
        parts = [self.condition(term, scope) for term in terms]
        good = tuple(part for part in parts if part is not None)
        return good if len(good) == len(parts) else None

    def _incomparable(self, expr: d.Expr, is_: c.Type, wanted: c.Type) -> None:
        """C104: two units that cannot stand together; propose the figure with the unit wanted."""
        help_, fix = "both sides need one unit", None
        if isinstance(expr, d.Figure) and expr.value is not None:
            shown = expr.origin.text.split()[0] if expr.origin.text else f"{expr.value:,}"
            unit = {"money": wanted.unit or "USD", "percent": "%", "points": "points"}.get(wanted.kind)
            right = f"{shown} {unit}" if unit else shown
            help_ = f"did you mean `{right}`?"
            fix = Fix(f"write `{right}`", (Edit(expr.origin, right),))
        self.names.report("C104", f"this is {is_}, where {wanted} is expected", expr.origin, help_, fix=fix)

    def _figure(self, expr: d.Figure, expected: c.Type | None) -> c.Expr | None:
        type_ = unit_type(expr, expected)
        if expr.value is None and expr.unit is None and expected is not None:
            type_ = expected
        if type_.kind == "duration":
            duration = duration_of(expr)
            if duration is None:
                self.names.report(
                    "C104",
                    "a duration is a whole number of days, months or years",
                    expr.origin,
                    "write for example `30 days`",
                )
                return None
            return literal(duration, type_, expr, expr.provisional)
        return literal(expr.value, type_, expr, expr.provisional)

    def _levels(self, expr: d.Levels, scope: Scope, expected: c.Type | None) -> c.Expr | None:
        """Pick the figure of the level at hand.

        Reports:
            C110 levels missing, needless or outside a rule with levels.
        """
        if scope.level is None:
            self.names.report(
                "C110", "this rule has no levels", expr.origin, "add `levels silver, gold`, or write one figure"
            )
            return None
        if set(expr.figures) != set(scope.levels):
            count = len(expr.figures)
            self.names.report(
                "C110",
                f"here {'is' if count == 1 else 'are'} {count} figure{'s' * (count != 1)}, for {listed(expr.figures)}",
                expr.origin,
                f"the levels are {listed(scope.levels)}: write one figure for each",
            )
            return None
        return self._figure(expr.figures[scope.level], expected)

    # ---- names

    def _name(self, expr: d.Name, scope: Scope, expected: c.Type | None) -> c.Expr | None:
        name, at = expr.name, expr.origin
        if scope.records is not None and name in scope.records.fields:
            own = scope.records.fields[name]
            return c.Field(name=name, formula=own.formula, type=own.type, origin=at)
        if name == "today":
            return c.Today(type=c.DATE, origin=at)
        if name == "attained":
            return c.Anniversary(which="attained", type=c.DATE, origin=at)
        if name.startswith("row."):
            return self._cell(expr, scope, expected)
        if scope.subject is not None and name in SUBJECT_WORDS:
            return self._subject(name, scope.subject, expr)
        if expected is not None and expected.kind == "choice" and name in expected.choices:
            return literal(name, expected, expr)
        if name in self.names.facts:
            fact = self.names.facts[name]
            return c.Fact(name=name, title=fact.title, type=fact.type, origin=at)
        if name in self.names.named:
            return replace(self.names.named[name], origin=at)
        if expected is not None and expected.kind == "text":
            return literal(name, c.TEXT, expr)
        if expected is not None and expected.kind == "choice":
            near = nearest(name, expected.choices)
            self.names.report(
                "C114",
                f"`{name}` is none of the values",
                at,
                f"did you mean `{near}`?" if near else f"the values are {listed(expected.choices)}",
                fix=Fix(f"write `{near}`", (Edit(at, near),)) if near else None,
            )
            return None
        known = {*self.names.facts, *self.names.named, "today"}
        if scope.records is not None:
            known |= set(scope.records.fields)
        what = "field" if scope.records is not None else "fact or measure"
        self.names.unknown("C101", what, name, at, known)
        return None

    def _cell(self, expr: d.Name, scope: Scope, expected: c.Type | None) -> c.Expr | None:
        column = expr.name.removeprefix("row.")
        cell = scope.row.get(column) if scope.row is not None else None
        if cell is None:
            self.names.cell_names(scope, expr.name, expr.origin)
            return None
        match cell:
            case d.Figure() | d.Day() | d.Text():
                return self.lower(cell, scope, expected)
            case d.Names(names=cell_names) if len(cell_names) == 1:
                if expected is not None and expected.kind == "text":
                    return literal(cell_names[0], c.TEXT, cell)
                return self.lower(d.Name(name=cell_names[0], origin=cell.origin), scope, expected)
            case _:
                self.names.report(
                    "C113",
                    f"`{expr.name}` is no single value in this row",
                    cell.origin,
                    "write one figure, date or name in the cell",
                )
                return None

    def _subject(self, name: str, rule: c.Rule, expr: d.Name) -> c.Expr:
        at = expr.origin
        match name:
            case "held":
                return c.Holds(award=rule.award, level=rule.level, type=c.FLAG, origin=at)
            case "paid":
                return c.Paid(award=rule.award, type=c.FLAG, origin=at)
            case "qualifies":
                return c.Qualifies(rule=rule.id, type=c.FLAG, origin=at)
            case "fails":
                return c.Not(part=c.Qualifies(rule=rule.id, type=c.FLAG, origin=at), type=c.FLAG, origin=at)
            case _:
                return c.InProgress(rule=rule.id, type=c.FLAG, origin=at)

    def _select(self, expr: d.Select, scope: Scope) -> c.Expr | None:
        """Lower ``table[key].column``.

        Reports:
            C113 no such table or column; C604 no row `otherwise`.
        """
        table = self.names.document.tables.get(expr.of)
        if table is None:
            if expr.of in self.names.records:
                self.names.report(
                    "C106",
                    f"`{expr.of}[...]` are records, where a value is expected",
                    expr.origin,
                    "say which figure of them: `count`, `sum revenue of` ...",
                )
            else:
                self.names.unknown("C113", "table", expr.of, expr.origin, self.names.document.tables)
            return None
        if expr.column is None or expr.column not in table.columns:
            columns = [name for name in table.columns[1:] if name not in ("from", "until", "through")]
            if expr.column is None:
                self.names.report(
                    "C113",
                    f"`{expr.of}[...]` is a row, where a value is expected",
                    expr.origin,
                    f"name a column: `.{columns[0] if columns else '...'}`",
                )
            else:
                self.names.unknown("C113", "column", expr.column, expr.origin, columns)
            return None
        key = self.lower(expr.where, scope)
        if key is None:
            return None
        if key.type.kind not in ("choice", "text"):
            self.names.report(
                "C104",
                f"this is {key.type}, where a word of the first column is expected",
                expr.where.origin,
                "name a choice or a text",
            )
            return None
        return self._lookup(expr, table, key, scope)

    def _lookup(self, expr: d.Select, table: d.Table, key: c.Expr, scope: Scope) -> c.Expr | None:
        rows: list[c.TableRow] = []
        index = table.columns.index(expr.column or "")
        type_: c.Type | None = None
        for row, days in rows_in_days(table):
            if len(row.cells) != len(table.columns):
                return None  # reported where the row stands
            first, cell = row.cells[0], row.cells[index]
            if isinstance(cell, d.Dash):
                continue
            key_name = (
                first.names[0] if isinstance(first, d.Names) else first.text if isinstance(first, d.Text) else None
            )
            if key_name is None:
                continue
            if isinstance(cell, d.Names):
                value = self.lower(d.Name(name=cell.names[0], origin=cell.origin), scope, c.TEXT)
            else:
                value = self.lower(cell, scope, type_)
            if value is None:
                return None
            if type_ is not None and not alike(type_, value.type):
                self._incomparable(cell if isinstance(cell, d.Figure) else expr, value.type, type_)
                return None
            type_ = type_ or value.type
            basis = self.names.basis(row.notes)
            rows.append(
                c.TableRow(
                    key=None if key_name == "otherwise" else key_name,
                    days=days,
                    cell=value,
                    basis=basis,
                    origin=row.origin,
                )
            )
        if type_ is None:
            self.names.report("C113", f"column `{expr.column}` of `{expr.of}` is empty", expr.origin, "fill in a cell")
            return None
        covered = {row.key for row in rows}
        if None not in covered and not (key.type.kind == "choice" and set(key.type.choices) <= covered):
            self.names.report(
                "C604",
                f"table `{expr.of}` has no row for every value",
                table.origin,
                "add a row `otherwise`",
                labels=(),
            )
        return c.Lookup(table=expr.of, key=key, rows=tuple(rows), type=type_, origin=expr.origin)

    # ---- comparing and reckoning

    def _compare(self, expr: d.Compare, scope: Scope) -> c.Expr | None:
        left_doc, right_doc = expr.left, expr.right
        if isinstance(right_doc, d.Choose) and right_doc.names and right_doc.chooser.word in ("any", "all"):
            parts = [
                self._compare(
                    d.Compare(
                        op=expr.op, left=left_doc, right=d.Name(name=name, origin=right_doc.origin), origin=expr.origin
                    ),
                    scope,
                )
                for name in right_doc.names
            ]
            good = tuple(part for part in parts if part is not None)
            if len(good) != len(parts):
                return None
            if right_doc.chooser.word == "all":
                return c.AllOf(parts=good, type=c.FLAG, origin=expr.origin)
            return c.AnyOf(parts=good, type=c.FLAG, origin=expr.origin)
        if isinstance(left_doc, d.Figure) and not isinstance(right_doc, d.Figure):
            right = self.lower(right_doc, scope)
            left = self.lower(left_doc, scope, right.type if right is not None else None)
        else:
            left = self.lower(left_doc, scope)
            right = self.lower(right_doc, scope, left.type if left is not None else None)
        if left is None or right is None:
            return None
        if not alike(left.type, right.type):
            if left.type.kind == "flag" or right.type.kind == "flag":
                self.names.report(
                    "C104",
                    f"this compares {left.type} with {right.type}",
                    expr.origin,
                    "name the flag alone, or write `not` before it",
                )
            else:
                self._incomparable(right_doc, right.type, left.type)
            return None
        if left.type.kind in ("choice", "text", "flag") and expr.op not in ("=", "!="):
            self.names.report("C104", f"`{expr.op}` does not compare {left.type}", expr.origin, "write `=` or `!=`")
            return None
        return c.Compare(op=expr.op, left=left, right=right, type=c.FLAG, origin=expr.origin)

    def _arithmetic(self, expr: d.Arithmetic, scope: Scope, expected: c.Type | None) -> c.Expr | None:
        if expr.op == "/":
            self.names.report(
                "C107", "a fraction can arise here", expr.origin, "write the rounding behind it: `, rounded down`"
            )
            return None
        if expr.op == "*":
            return self._product(expr, scope, expected)
        left = self.lower(expr.left, scope, expected)
        if left is None:
            return None
        if left.type.kind == "date":
            return self._shift(expr, left, scope, None)
        right = self.number(expr.right, scope, left.type)
        if right is None:
            return None
        if not left.type.is_numeric:
            self.names.report(
                "C106", f"this is {left.type}, where a number is expected", expr.left.origin, "add figures of one unit"
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

    def _product(self, expr: d.Arithmetic, scope: Scope, expected: c.Type | None) -> c.Expr | None:
        left, right = self.number(expr.left, scope), self.number(expr.right, scope)
        if left is None or right is None:
            return None
        plain = ("count", "number")
        if left.type.kind not in plain and right.type.kind not in plain:
            self.names.report(
                "C104",
                f"this multiplies {left.type} by {right.type}",
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

    def _shift(self, expr: d.Arithmetic, left: c.Expr, scope: Scope, rounding: d.Rounding | None) -> c.Expr | None:
        right = self.lower(expr.right, scope, c.DURATION)
        if right is None:
            return None
        if not isinstance(right, c.Literal) or not isinstance(right.value, c.Duration):
            self.names.report(
                "C104",
                f"this is {right.type}, where a duration is expected",
                expr.right.origin,
                "write for example `30 days` or `6 months`",
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
        return c.Shift(date=left, by=right.value, back=expr.op == "-", type=c.DATE, origin=expr.origin)

    def _rounded(self, expr: d.Rounded, scope: Scope, expected: c.Type | None) -> c.Expr | None:
        inner = expr.value
        if isinstance(inner, d.Change) and inner.kind == "growth":
            return self._change(inner, scope, self.round_to(expr.rounding))
        if isinstance(inner, d.Aggregate) and inner.function == "average":
            return self._aggregate(inner, scope, self.round_to(expr.rounding))
        if isinstance(inner, d.Arithmetic) and inner.op == "/":
            numerator, denominator = self.number(inner.left, scope, expected), self.number(inner.right, scope)
            if numerator is None or denominator is None:
                return None
            same = alike(numerator.type, denominator.type) and numerator.type.kind not in ("count", "number")
            type_ = c.Type(kind="number") if same else numerator.type
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
        return c.Rounded(value=value, rounding=self.round_to(expr.rounding), type=value.type, origin=expr.origin)

    def round_to(self, rounding: d.Rounding | None) -> c.RoundTo:
        """Return direction and step; one whole unit where no step is written."""
        if rounding is None:
            return c.RoundTo("down")
        step = rounding.to.value if rounding.to is not None and rounding.to.value is not None else Decimal(1)
        if step <= 0:
            self.names.report(
                "C106",
                "a rounding needs a step above zero",
                rounding.origin,
                "write for example `rounded down to 0.01`",
            )
            step = Decimal(1)
        return c.RoundTo(rounding.mode, step)

    def _when(
        self, expr: d.When, value: d.Expr, condition: d.Expr, otherwise: d.Expr, scope: Scope, expected: c.Type | None
    ) -> c.Expr | None:
        first = self.lower(value, scope, expected)
        test = self.condition(condition, scope)
        second = self.lower(otherwise, scope, first.type if first is not None else expected)
        if first is None or test is None or second is None:
            return None
        if not alike(first.type, second.type):
            self._incomparable(otherwise, second.type, first.type)
            return None
        branches = (
            c.Branch(name="when", when=test, value=first, origin=value.origin),
            c.Branch(name="otherwise", when=None, value=second, origin=otherwise.origin),
        )
        return c.Case(branches=branches, type=_hull(first.type, second.type), origin=expr.origin)

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

    # ---- records, people, register

    def _aggregate(self, expr: d.Aggregate, scope: Scope, rounding: c.RoundTo | None = None) -> c.Expr | None:
        """Lower a figure of records.

        Reports:
            C101 unknown records; C108 a period missing or needless; C109 a field missing or of the wrong type.
        """
        name = expr.records.name if isinstance(expr.records, d.Name) else expr.records.of
        records = self.names.records.get(name)
        if records is None:
            self.names.unknown("C101", "records", name, expr.records.origin, self.names.records)
            return None
        inner = replace(scope, records=records)
        where = self.condition(expr.records.where, inner) if isinstance(expr.records, d.Select) else None
        if isinstance(expr.records, d.Select) and where is None:
            return None
        value: c.Expr | None = None
        if expr.field is not None:
            if expr.field not in records.fields:
                self.names.unknown("C109", "field", expr.field, expr.origin, records.fields)
                return None
            own = records.fields[expr.field]
            value = c.Field(name=expr.field, formula=own.formula, type=own.type, origin=expr.origin)
        if (expr.function != "count" or expr.distinct) and value is None:
            self.names.report(
                "C109",
                f"`{expr.function}` needs a field of `{name}`",
                expr.origin,
                f"write `{expr.function} FIELD of {name}`",
            )
            return None
        over = self._period(expr.over, records, expr, scope)
        if over is False:
            return None
        numeric = value is not None and value.type.is_numeric
        if expr.function in ("sum", "average") and not numeric:
            self.names.report(
                "C109",
                f"`{expr.function}` needs a field with numbers",
                expr.origin,
                f"choose one of {listed(n for n, f in records.fields.items() if f.type.is_numeric)}",
            )
            return None
        if expr.function == "average" and rounding is None:
            self.names.report(
                "C107", "an average can be a fraction", expr.origin, "write its rounding: `, rounded down to 0.01`"
            )
            return None
        if expr.function == "count":
            type_ = c.Type(
                kind="count", unit=f"{expr.field}s" if expr.distinct and expr.field else None, low=Decimal(0)
            )
        elif value is not None:
            type_ = value.type
        else:
            raise AssertionError("only a count has no field")
        return c.Aggregate(
            function=expr.function,
            records=name,
            value=value,
            distinct=expr.distinct,
            where=where,
            over=over or None,
            rounding=rounding,
            type=type_,
            origin=expr.origin,
        )

    def _period(
        self, period: d.Period | None, records: c.RecordsDecl, expr: d.Node, scope: Scope
    ) -> c.Period | Literal[False] | None:
        """Return the window; None where none is needed, False after a diagnostic."""
        if period is None:
            if records.monthly:
                self.names.report(
                    "C108",
                    f"`{records.name}` has a row a month, and no period says which months",
                    expr.origin,
                    "write for example `over trailing 12 months`",
                    fix=Fix("take the trailing 12 months", (Edit(expr.origin.after, " over trailing 12 months"),)),
                )
                return False
            return None
        if not records.monthly:
            self.names.report(
                "C108",
                f"`{records.name}` is not monthly, so it has no period",
                period.origin,
                "drop `over ...`, or declare the records `monthly`",
            )
            return False
        return self._window(period, None)

    def _window(self, period: d.Period, first: c.Period | None) -> c.Period | Literal[False]:
        length = 1
        if period.length is not None:
            duration = duration_of(period.length)
            if duration is None or duration.months < 1:
                self.names.report(
                    "C108", "a period is a number of months", period.origin, "write for example `trailing 12 months`"
                )
                return False
            length = duration.months
        elif period.word in ("trailing", "previous"):
            self.names.report(
                "C108", f"`{period.word}` needs a number of months", period.origin, f"write `{period.word} 12 months`"
            )
            return False
        match period.word:
            case "trailing":
                return c.Period(months=length, type=c.DURATION, origin=period.origin)
            case "previous":
                back = first.months if first is not None else length
                return c.Period(months=length, back=back, type=c.DURATION, origin=period.origin)
            case "last month":
                return c.Period(months=1, type=c.DURATION, origin=period.origin)
            case "same month last year":
                return c.Period(months=1, back=12, type=c.DURATION, origin=period.origin)
            case "anniversary year":
                return c.Period(months=12, anniversary_year=True, type=c.DURATION, origin=period.origin)
            case _:
                assert_never(period.word)

    def _change(self, expr: d.Change, scope: Scope, rounding: c.RoundTo | None) -> c.Expr | None:
        if not isinstance(expr.value, d.Aggregate):
            self.names.report(
                "C106",
                f"`{expr.kind} of` needs a figure of records",
                expr.origin,
                "write for example `growth of sum revenue of customers over trailing 12 months against previous 12 months`",
            )
            return None
        now = self._aggregate(expr.value, scope, rounding if expr.value.function == "average" else None)
        if not isinstance(now, c.Aggregate):
            return None
        if now.over is None:
            self.names.report(
                "C108",
                f"`{now.records}` is not monthly, so it has no `against`",
                expr.origin,
                "declare the records `monthly`",
            )
            return None
        window = self._window(expr.against, now.over)
        if not isinstance(window, c.Period):
            return None
        then = replace(now, over=window, origin=expr.against.origin)
        if expr.kind == "change":
            type_ = replace(now.type, low=None)
            return c.Arithmetic(op="-", left=now, right=then, type=type_, origin=expr.origin)
        if rounding is None:
            self.names.report(
                "C107",
                "a growth can be a fraction of a percent",
                expr.origin,
                "write its rounding: `, rounded down to 1 %`",
                fix=Fix("round down", (Edit(expr.origin.after, ", rounded down to 1 %"),)),
            )
            return None
        return c.Ratio(
            numerator=now,
            denominator=then,
            scale=Decimal(100),
            rounding=rounding,
            growth=True,
            type=c.PERCENT,
            origin=expr.origin,
        )

    def _people(self, holding: d.Selection, expr: d.Node, scope: Scope) -> c.Expr | None:
        names = holding.names
        if any(name.startswith("row.") for name in names):
            found: list[str] = []
            for name in names:
                cells = self.names.cell_names(scope, name, holding.origin) if name.startswith("row.") else (name,)
                if cells is None:
                    return None
                found.extend(cells)
            names = tuple(found)
        lists = self.names.certification_lists(names, holding.origin)
        if lists is None:
            return None
        least = 1
        if holding.chooser is not None:
            word = holding.chooser.word
            if word not in ("any", "all", "at least"):
                self.names.report(
                    "C106", f"people cannot hold `{word} of` lists", holding.origin, "write `any of` or `all of`"
                )
                return None
            least = len(lists) if word == "all" else self.count_of(holding.chooser)
        type_ = c.Type(kind="count", unit="people", low=Decimal(0))
        return c.People(lists=tuple(lists), least=least, type=type_, origin=expr.origin)

    def count_of(self, chooser: d.Chooser) -> int:
        """Return the number of a chooser: how many parts are enough."""
        if chooser.word != "at least":
            return 1
        value = chooser.count.value if chooser.count is not None else None
        if value is None or value != value.to_integral_value() or value < 1 or (chooser.count and chooser.count.unit):
            self.names.report(
                "C106", "this needs a whole number of parts", chooser.origin, "write for example `at least 2 of`"
            )
            return 1
        return int(value)

    def _claim(self, expr: d.Claim, scope: Scope) -> c.Expr | None:
        """Lower ``holds``, ``held`` and ``qualifies for``.

        Reports:
            C102, C103 an unknown or ambiguous award; C110 a level it has not; C116 several awards without `any of`.
        """
        selection = expr.selection
        qualifies = expr.verb == "qualifies for"
        kinds = (*AWARD_KINDS, "entitlement") if qualifies else (*AWARD_KINDS, "benefit")
        if scope.row is not None and any(_is_empty_cell(name, scope.row) for name in selection.names):
            return None  # an empty cell asks for nothing
        ids = self.names.awards_of(selection.names, selection.origin, scope, kinds)
        if ids is None:
            return None
        if not ids:
            self.names.report(
                "C102", f"`{selection.names[0]}` names nothing", selection.origin, "add members to the group"
            )
            return None
        if len(ids) > 1 and selection.chooser is None:
            name = selection.names[0]
            self.names.report(
                "C116",
                f"`{name}` are several awards",
                selection.origin,
                f"write `any of {name}` or `all of {name}`",
                fix=Fix(f"write `any of {name}`", (Edit(selection.origin, f"any of {name}"),)),
            )
            return None
        parts: list[c.Expr] = []
        for award in ids:
            levels = self.names.levels.get(award, ())
            if expr.level is not None and expr.level not in levels:
                self.names.report(
                    "C110",
                    f"`{award}` has no level `{expr.level}`",
                    expr.origin,
                    f"its levels are {listed(levels)}" if levels else "it has no levels",
                )
                return None
            if qualifies:
                wanted = (
                    [f"{award}.{expr.level}"] if expr.level else [f"{award}.{level}" for level in levels] or [award]
                )
                tests = tuple(c.Qualifies(rule=rule, type=c.FLAG, origin=expr.origin) for rule in wanted)
                node: c.Expr = tests[0] if len(tests) == 1 else c.AnyOf(parts=tests, type=c.FLAG, origin=expr.origin)
            else:
                node = c.Holds(award=award, level=expr.level, type=c.FLAG, origin=expr.origin)
            parts.append(node)
        if len(parts) == 1:
            return parts[0]
        named = tuple(
            c.Requirement(
                code=f"{scope.code}.{award.split('.', 1)[1]}",
                title=self.names.titles.get(award, words(award)),
                value=part,
                part="condition",
                type=c.FLAG,
                origin=expr.origin,
            )
            for award, part in zip(ids, parts, strict=True)
        )
        return self._quantified(selection.chooser, named, expr)

    def _quantified(self, chooser: d.Chooser | None, parts: tuple[c.Expr, ...], expr: d.Node) -> c.Expr | None:
        word = chooser.word if chooser is not None else "any"
        if word == "all":
            return c.AllOf(parts=parts, type=c.FLAG, origin=expr.origin)
        if word in ("any", "at least") and (chooser is None or chooser.word == "any"):
            return c.AnyOf(parts=parts, type=c.FLAG, origin=expr.origin)
        if chooser is not None and word == "at least":
            least = self.count_of(chooser)
            if least > len(parts):
                self.names.report(
                    "C106", f"{least} of {len(parts)} can never be met", chooser.origin, f"write at most {len(parts)}"
                )
            return c.AnyOf(parts=parts, least=least, type=c.FLAG, origin=expr.origin)
        self.names.report(
            "C106",
            f"`{word} of` does not choose among conditions",
            expr.origin,
            "write `any of`, `all of` or `at least 2 of`",
        )
        return None

    def _choose(self, expr: d.Choose, scope: Scope) -> c.Expr | None:
        """Lower a chooser over clauses or names."""
        if expr.names:
            lowered = [self.lower(d.Name(name=name, origin=expr.origin), scope) for name in expr.names]
            parts = [part for part in lowered if part is not None]
            if len(parts) != len(lowered):
                return None
        elif expr.chooser.word == "first":
            return self.first(expr.clauses, scope, expr)
        else:
            parts = self.clauses(expr.clauses, scope)
            if not parts:
                if not expr.clauses:
                    self.names.report(
                        "C117",
                        f"`{expr.chooser.word} of` has no parts",
                        expr.origin,
                        "write at least one labelled part",
                    )
                return None
        return self.join(expr.chooser, parts, expr)

    def join(self, chooser: d.Chooser, parts: list[c.Expr], expr: d.Node, cap: c.Expr | None = None) -> c.Expr | None:
        """Make a whole of parts by a chooser.

        Reports:
            C104 parts of several types; C106 a chooser that does not fit them.
        """
        type_ = parts[0].type
        for part in parts[1:]:
            if not alike(type_, part.type):
                self.names.report(
                    "C104",
                    f"this is {part.type}, the part before it is {type_}",
                    part.origin,
                    "the parts need one unit",
                )
                return None
        if type_.kind == "flag":
            return self._quantified(chooser, tuple(parts), expr)
        if not type_.is_numeric:
            self.names.report(
                "C106", f"`{chooser.word} of` does not choose among {type_}", expr.origin, "write conditions or figures"
            )
            return None
        if chooser.word == "best":
            return c.Best(parts=tuple(parts), type=type_, origin=expr.origin)
        if chooser.word in ("total", "all"):
            return c.Total(parts=tuple(parts), cap=cap, type=type_, origin=expr.origin)
        self.names.report(
            "C106", f"`{chooser.word} of` does not choose among {type_}", expr.origin, "write `best of` or `total of`"
        )
        return None

    def first(self, clauses: Sequence[d.Clause], scope: Scope, expr: d.Node) -> c.Case | None:
        """Lower a first-match list of cases to a choice among their names.

        Reports:
            C605 the last case is not `otherwise`; C111 another clause among cases.
        """
        cases: list[d.Case] = []
        for clause in clauses:
            if isinstance(clause, d.Case):
                cases.append(clause)
            else:
                self.names.report(
                    "C111",
                    "only cases stand here",
                    clause.origin,
                    "write `name when condition`, and `name otherwise` last",
                )
                return None
        if not cases or cases[-1].when is not None or any(case.when is None for case in cases[:-1]):
            at = cases[-1].origin if cases else expr.origin
            self.names.report(
                "C605",
                "the last case must be `otherwise`, and only that one",
                at,
                "add `name otherwise` as the last line",
            )
            return None
        type_ = c.Type(kind="choice", choices=tuple(dict.fromkeys(case.name for case in cases)))
        branches: list[c.Branch] = []
        for case in cases:
            inner = scope.under(case.name)
            test = self.condition(case.when, inner) if case.when is not None else None
            if case.when is not None and test is None:
                continue
            value = literal(case.name, type_, case)
            branches.append(
                c.Branch(name=case.name, when=test, value=value, basis=self.names.basis(case.notes), origin=case.origin)
            )
        if len(branches) != len(cases):
            return None
        return c.Case(branches=tuple(branches), type=type_, origin=expr.origin)


def _is_empty_cell(name: str, row: Mapping[str, d.Cell]) -> bool:
    return name.startswith("row.") and isinstance(row.get(name.removeprefix("row.")), d.Dash)


def _is_month_start(expr: c.Expr) -> bool:
    """Whether the date is surely the first of a month, so that adding months never misses a day."""
    match expr:
        case c.Edge(edge="start"):
            return True
        case c.Shift(date=inner, by=by):
            return by.days == 0 and _is_month_start(inner)
        case c.Literal(value=value):
            return isinstance(value, date) and value.day <= 28
        case _:
            return False


def _hull(a: c.Type, b: c.Type) -> c.Type:
    if a.kind == "choice" and b.kind == "choice":
        return c.Type(kind="choice", choices=tuple(dict.fromkeys((*a.choices, *b.choices))))
    low = min(a.low, b.low) if a.low is not None and b.low is not None else None
    return replace(a, low=low)


def row_days(table: d.Table, row: d.Row) -> c.Days:
    """Return the days a row is in force, by its columns ``from`` and ``until`` (or ``through``)."""
    cells = zip(table.columns, row.cells, strict=False)
    values = {name: cell for name, cell in cells if name in ("from", "until", "through") and isinstance(cell, d.Day)}
    return days_of(d.Validity(start=values.get("from"), through=values.get("through"), until=values.get("until")))


def rows_in_days(table: d.Table) -> list[tuple[d.Row, c.Days]]:
    """Return the rows with their days; of one key, a later row ends an earlier one that has no end of its own."""
    dated = [(row, row_days(table, row)) for row in table.rows]
    starts: dict[object, list[date]] = {}
    for row, days in dated:
        if row.cells and days.start is not None:
            starts.setdefault(row.cells[0], []).append(days.start)
    result: list[tuple[d.Row, c.Days]] = []
    for row, days in dated:
        own = starts.get(row.cells[0], []) if row.cells else []
        later = [start for start in own if days.start is None or start > days.start]
        if days.end is None and later:
            days = c.Days(days.start, min(later), days.provisional)
        result.append((row, days))
    return result
