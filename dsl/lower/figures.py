"""Figures of records and people: aggregates, their periods, growth and change."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Literal, assert_never

from dsl import core as c, document as d
from dsl.diagnostics import Edit, Fix, listed
from dsl.lower.expressions import Expressions
from dsl.lower.scope import Scope, duration_of, insert
from dsl.source import Span


class Figures(Expressions):
    """Lowers figures of records and people."""

    def _aggregate(self, expr: d.Aggregate, scope: Scope, rounding: c.RoundTo | None = None) -> c.Expr | None:
        """Lower a figure of records.

        Reports:
            C101 unknown records; C108 a period missing or needless; C109 a field missing or of the wrong type.
        """
        chosen = self.chosen_records(expr, scope)
        if chosen is None:
            return None
        records, inner, where = chosen
        name = records.name
        if expr.function == "count" and expr.field is not None and not expr.distinct:
            self.names.report(
                "C109",
                f"`count` counts rows of `{name}`, not a field",
                expr.origin,
                f"write `count {name}`, or `count distinct {expr.field} of {name}` for its different values",
            )
            return None
        if expr.function != "count" and expr.distinct:
            self.names.report(
                "C109",
                f"`{expr.function}` has no `distinct`",
                expr.origin,
                f"write `count distinct`, or `{expr.function}` alone: every row has its part in it",
            )
            return None
        value: c.Expr | None = None
        if expr.field is not None:
            if expr.field not in records.fields:
                self.names.unknown("C109", "field", expr.field, expr.origin, records.fields)
                return None
            value = _field(records, expr.field, expr)
        if (expr.function != "count" or expr.distinct) and value is None:
            options = [own for own, field in records.fields.items() if field.type.is_numeric or expr.distinct]
            self.names.report(
                "C109",
                f"`{expr.function}` needs a field of `{name}`",
                expr.origin,
                f"name it: {listed(f'{expr.function} {own} of {name}' for own in options)}",
                fix=insert(expr.origin, expr.records.origin.start, f"{options[0]} of ", f"write `{options[0]} of`")
                if options
                else None,
            )
            return None
        together = self._together(expr, records, inner)
        if together is None:
            return None
        of_group = scope.group is not None and scope.group.records is records
        if scope.group is not None and of_group and expr.over is None:
            over: c.Period | Literal[False] | None = scope.group.over
        else:
            over = self.months_of(expr.over, records, expr)
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
        if expr.function in ("earliest", "latest") and value is not None and value.type.kind != "date":
            self.names.report(
                "C109",
                f"`{expr.function}` needs a field with dates",
                expr.origin,
                f"choose one of {listed(n for n, f in records.fields.items() if f.type.kind == 'date') or 'none'}",
            )
            return None
        if expr.function in ("largest", "smallest") and not numeric:
            self.names.report(
                "C109",
                f"`{expr.function}` needs a field with numbers",
                expr.origin,
                "write `earliest` or `latest` of a field with dates",
            )
            return None
        if expr.function == "average" and rounding is None:
            self.no_rounding(expr)
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
            alike=together[0],
            total=together[1],
            where=where,
            over=over or None,
            rounding=rounding,
            of_group=of_group,
            type=type_,
            origin=expr.origin,
        )

    def no_rounding(self, expr: d.Aggregate | d.Grouped) -> None:
        """Report an average without its rounding (C107)."""
        self.names.report(
            "C107",
            "an average can be a fraction",
            expr.origin,
            "write its rounding: `, rounded down to 0.01`",
            fix=insert(expr.origin, expr.origin.end, ", rounded down to 0.01", "round down"),
        )

    def chosen_records(
        self, expr: d.Aggregate | d.Grouped, scope: Scope
    ) -> tuple[c.RecordsDecl, Scope, c.Expr | None] | None:
        """Return the list of a figure, the scope of what is asked of each of its records, and what these must meet.

        Reports:
            C101 unknown records; C610 several conditions; C109 a column behind them.
        """
        of = expr.records
        name = of.name if isinstance(of, d.Name) else of.of
        records = self.names.records.get(name)
        if records is None:
            self.names.unknown("C101", "records", name, of.origin, self.names.records)
            return None
        inner = replace(scope, records=records, group=None)
        if isinstance(of, d.Name):
            return records, inner, None
        if of.also:
            advice = f"join what they meet with `and`: `{of.of}[... and ...]`"
            self.names.report("C610", "records are chosen by one condition", of.origin, advice)
            return None
        where = self.condition(of.where, inner)
        if where is None:
            return None
        if of.column is not None:
            self.names.report(
                "C109",
                f"behind `{name}[...]` stands no `.{of.column}`",
                of.origin,
                f"name the field before it: `{expr.function} {of.column} of {name}[...]`",
            )
            return None
        return records, inner, where

    def _together(
        self, expr: d.Aggregate, records: c.RecordsDecl, inner: Scope
    ) -> tuple[tuple[c.Expr, ...], c.Compare | None] | None:
        """Lower what makes records count as one, and what they must have together.

        Reports:
            C109 another figure than a distinct count, a field missing or of the wrong type; C104 another unit.
        """
        total = expr.total
        if (expr.alike or total is not None) and not (expr.function == "count" and expr.distinct):
            what, at = ("`with`", total.origin) if total is not None else ("several fields", expr.origin)
            self.names.report(
                "C109",
                f"{what} can stand in a distinct count only",
                at,
                "write for example `count distinct customer, workload of sales with sum revenue >= 250 USD over last month`",
            )
            return None
        for name in expr.alike:
            if name not in records.fields:
                self.names.unknown("C109", "field", name, expr.origin, records.fields)
                return None
        fields: tuple[c.Expr, ...] = tuple(_field(records, name, expr) for name in expr.alike)
        if total is None:
            return fields, None
        if total.field not in records.fields:
            self.names.unknown("C109", "field", total.field, total.origin, records.fields)
            return None
        if total.function != "sum" or not records.fields[total.field].type.is_numeric:
            self.names.report(
                "C109",
                "records that count as one have a sum of numbers together",
                total.origin,
                f"write `with sum` and one of {listed(n for n, f in records.fields.items() if f.type.is_numeric)}",
            )
            return None
        left = d.Name(name=total.field, origin=total.origin)
        test = self.lower(d.Compare(op=total.op, left=left, right=total.at, origin=total.origin), inner)
        return (fields, test) if isinstance(test, c.Compare) else None

    def months_of(
        self, period: d.Period | None, records: c.RecordsDecl, expr: d.Aggregate | d.Grouped
    ) -> c.Period | Literal[False] | None:
        """Return the window; None where none is needed, False after a diagnostic.

        Reports:
            C108 a period missing or needless.
        """
        if period is None:
            if records.monthly:
                self.names.report(
                    "C108",
                    f"`{records.name}` has a row a month, and no period says which months",
                    expr.origin,
                    "write for example `over trailing 12 months`",
                    fix=Fix("take the trailing 12 months", (Edit(_behind_records(expr), " over trailing 12 months"),)),
                )
                return False
            return None
        if not records.monthly:
            self.names.report(
                "C108",
                f"`{records.name}` is not monthly, so it has no period",
                period.origin,
                "drop `over ...`, or declare the records `monthly`",
                fix=_without_period(expr.origin, period.origin),
            )
            return False
        return self._window(period, None)

    def _window(self, period: d.Period, first: c.Period | None) -> c.Period | Literal[False]:
        length = 1
        if period.length is not None and period.word not in ("trailing", "previous"):
            self.names.report(
                "C108", f"`{period.word}` has its own length", period.origin, f"write `{period.word}` alone"
            )
            return False
        if period.length is not None:
            duration = duration_of(period.length)
            if duration is None or duration.months < 1 or period.length.provisional:
                self.names.report(
                    "C108",
                    "a period is a number of months",
                    period.origin,
                    "write for example `trailing 12 months`",
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


def _field(records: c.RecordsDecl, name: str, at: d.Node) -> c.Field:
    own = records.fields[name]
    return c.Field(name=name, formula=own.formula, type=own.type, origin=at.origin)


def _behind_records(expr: d.Aggregate | d.Grouped) -> Span:
    """Return where a period stands: before what is asked of each group, behind all else."""
    is_before = isinstance(expr, d.Grouped) and expr.function != "count"
    return expr.records.origin.after if is_before else expr.origin.after


def _without_period(whole: Span, period: Span) -> Fix | None:
    at = whole.text.rfind("over", 0, period.start - whole.start)
    if at < 0:
        return None
    start = len(whole.text[:at].rstrip())
    return Fix("delete the period", (Edit(Span(whole.source, whole.start + start, period.end), ""),))
