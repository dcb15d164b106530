"""Figures over records: for each list one pass over a partner's rows, for all figures that are asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import assert_never

from sqlglot import exp

from dsl import core as c
from dsl.builtin import BUILT_IN
from dsl.core.calendar import month_index, months_before
from dsl.core.figures import anything, value_bounds
from dsl.core.ops import definition_of, sourced
from dsl.core.ranges import NEVER
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import (
    MOST,
    OPEN,
    End,
    Flag,
    Ordered,
    Sql,
    Value,
    Word,
    bounded,
    constant,
    flag_of,
    is_settled,
    ordered_of,
)
from evaluator.columnar.days import Day
from evaluator.columnar.lacking_rows import LackingRows
from evaluator.columnar.layout import MONTH, PARTNER, PROJECTED, ROW, layout_of
from evaluator.columnar.missing import UNSAID, Gap, Missing, Own
from evaluator.columnar.source import Source, value_of
from evaluator.columnar.stages import Stages, columns_read
from evaluator.columnar.terms import FALSE, NULL, TRUE, Cannot, Term
from evaluator.columnar.written import AskedParts, Written
from evaluator.limits import MAX_ROWS


class RecordTables:
    """The figures over records that are asked for."""

    def __init__(self, core: c.Core, source: Source) -> None:
        self.core = core
        self.source = source
        self._lists: dict[tuple[str, bool], _List] = {}

    def figure(self, node: c.Aggregate, day: Day, projected: bool, sql: Sql) -> Value:
        """Return the range of a figure over records on a day."""
        declaration = BUILT_IN.get(node.records) or self.core.records[node.records]
        if day.last > self.source.as_of:
            raise Cannot("records of a day that lies ahead")
        if node.over is not None and node.over.anniversary_year:
            raise Cannot("months from an anniversary on")
        if node.records == "awards":
            raise Cannot("a figure of the register's entries")
        untold = _untold(node)
        dated = declaration.monthly or declaration.dated_by is not None
        if day.is_exact and day.at != self.source.as_of and not dated:
            return untold
        told = self.source.told(node.records, projected)
        if t.is_false(told):
            return untold
        key = (node.records, projected)
        if key not in self._lists:
            self._lists[key] = _List(declaration, self.source, projected)
        found = self._lists[key].figure(node, day, sql)
        if not day.is_exact and not dated:
            told = sql.keep(t.both(told, t.equal(day.term, t.day(self.source.as_of))))
        test = Flag(told, True)
        return sql.first([(lambda: test, lambda: found), (None, lambda: untold)])

    def lacks(self, node: c.Aggregate, day: Day, projected: bool, sql: Sql) -> Own:
        """Return what is missing where a figure over records on a day is not known."""
        declaration = BUILT_IN.get(node.records) or self.core.records[node.records]
        pointer = f"/{PROJECTED if projected else ''}records/{node.records}"
        is_today = day.at == self.source.as_of
        untold = Gap("records", pointer) if is_today else Gap("history", pointer, day.at)
        dated = declaration.monthly or declaration.dated_by is not None
        told = self.source.told(node.records, projected)
        found = self._lists.get((node.records, projected))
        if not day.is_exact:
            if not dated or found is None:
                return UNSAID
            # What is missing of a list that nobody told is of each day.
            gaps, unsaid = found.lacks(node, day)
            return gaps, t.either(t.negated(told), unsaid)
        if (not is_today and not dated) or t.is_false(told) or found is None:
            return [(untold, TRUE)], FALSE
        gaps, unsaid = found.lacks(node, day)
        return [
            (untold, t.negated(told)), *((gap, t.both(told, is_so)) for gap, is_so in gaps)
        ], t.both(told, unsaid)  # fmt: skip

    def join(self) -> None:
        """Join what is asked to the partners."""
        for one in self._lists.values():
            one.join()


def _untold(node: c.Aggregate) -> Value:
    """Return what a figure can be over records of which nothing is known."""
    if node.type.kind == "date":
        return Ordered(OPEN, OPEN, is_day=True)
    found = anything(node)
    return bounded(found.low, found.high)  # type: ignore[union-attr,arg-type]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a figure: whether each is inside, as a column that is NULL where that is not known."""

    inside: Flag
    open: Term
    """Whether rows that nobody told of may be inside too; never unknown."""


class _List:
    """One list of records, as told or as projected."""

    def __init__(self, declaration: c.RecordsDecl, source: Source, projected: bool) -> None:
        self.declaration = declaration
        self.source = source
        self.projected = projected
        self.table = f"records/{declaration.name}"
        self.name = f"records_{declaration.name}_{int(projected)}"
        self.stages = Stages("r")
        self.sql = Sql(self.stages)
        self._aggregates: dict[Term, str] = {}
        self._counts = 0
        self._values: dict[tuple[int, Day], tuple[c.Expr, Written, list[Term]]] = {}
        """What is asked of each row, and of which rows that is said only in part."""
        self._missing = _OfRow(self.sql)
        columns = [one.name for one in layout_of(source.core)[self.table].columns if one.name not in (PARTNER, ROW)]
        self._lacking = LackingRows(source, self.stages, declaration.name, declaration.name, projected, columns)

    def _rows(self) -> exp.Select | str:
        return self.source.table(self.table, self.projected)

    @property
    def is_empty(self) -> bool:
        """Whether it has no rows at all."""
        return self.source.is_empty(self.table, self.projected)

    def figure(self, node: c.Aggregate, day: Day, outer: Sql) -> Value:
        """Return the range of a figure, of partners who tell the list."""
        window = None if node.over is None else _months_before(day, node.over.months, node.over.back)
        rows = self._inside(node, day, window)
        value = self.on(node.value, day) if node.value is not None else None
        alike = [self.on(one, day) for one in node.alike]
        total = None if node.total is None else (self.on(node.total.left, day), self.on(node.total.right, day))
        unsaid, self.sql.open = t.either(*self.sql.open), []
        if not t.is_false(unsaid):
            # Of a row something is asked that is not said here, and whether it is inside may rest on that.
            some = self._number_of_rows(unsaid)
            outer.open.append(outer.keep(t.compared(exp.GT, some, t.number(0))))
        match node.function:
            case "count" if node.total is not None or alike:
                return self._together(node, rows, [_there(value), *alike], total, outer)
            case "count" if node.distinct:
                return self._distinct(rows, value, outer)
            case "count":
                return self._count(rows, outer)
            case "sum":
                return self._sum(node, rows, ordered_of(_there(value)), outer)
            case "average":
                return self._average(node, rows, ordered_of(_there(value)), outer)
            case "largest" | "smallest":
                return self._extreme(node, rows, ordered_of(_there(value)), outer)
            case "earliest" | "latest":
                return self._edge(node, rows, ordered_of(_there(value)), outer)
            case _:
                assert_never(node.function)

    def lacks(self, node: c.Aggregate, day: Day) -> Own:
        """Return what is missing where a figure is not known, of partners who tell the list."""
        outer, self.sql.open = self.sql.open, []
        try:
            return self._lacks(node, day)
        finally:
            self.sql.open = outer

    def _lacks(self, node: c.Aggregate, day: Day) -> Own:
        window = None if node.over is None else _months_before(day, node.over.months, node.over.back)
        may = self.stages.keep(t.perhaps(self._inside(node, day, window).inside.term))
        asked = [one for one in (node.where, node.value, *node.alike) if one is not None]
        others: list[tuple[Gap, Term]] = []
        if node.total is not None:
            if not t.is_true(is_settled(self.on(node.total.right, day))):
                if not isinstance(node.total.right, c.Literal):
                    return UNSAID
                others.append((Gap("figure", node.total.right.origin.place), TRUE))
            asked.append(node.total.left)
        mask = self._missing.of_all([self.written(one, day) for one in asked])
        tests: dict[str, list[Term]] = {}
        for gap, is_so in self._missing.digits.gaps(mask):
            if gap.kind != "field":
                return UNSAID
            tests.setdefault(gap.pointer, []).append(is_so)
        if not t.is_false(mask.unsaid):
            return UNSAID
        if window is not None and self._lacking.may_lack(MONTH):
            tests.setdefault(MONTH, []).append(t.untold(t.column(MONTH)))
        since = self.declaration.dated_by
        if since is not None and self._lacking.may_lack(f"f_{since}"):
            tests.setdefault(since, []).append(t.untold(t.column(f"f_{since}")))
        pointer = self._lacking.pointer
        others += [(Gap("rows", pointer), self.source.partial(self.declaration.name, self.projected))]
        if window is not None:
            others.append((Gap("months", pointer), self._missing_months(window)))
        others = [(gap, is_so) for gap, is_so in others if not t.is_false(is_so)]
        keep = self.stages.keep
        lacking = [(field, keep(t.both(may, t.either(*found)))) for field, found in tests.items()]
        if not day.is_exact:
            # Of several days the places of rows are not gathered.
            return others, self._lacking.some([test for _, test in lacking])
        return self._lacking.gaps(lacking, others)

    # ---- rows

    def _inside(self, node: c.Aggregate, day: Day, window: tuple[Term, Term] | None) -> _Rows:
        tests: list[Value] = []
        open_: list[Term] = [self.source.partial(self.declaration.name, self.projected)]
        if window is not None:
            month = t.column(MONTH)
            known = self.source.is_full(self.table, MONTH, self.projected)
            first, last = window
            tests.append(self.sql.flag(t.both(t.at_least(month, first), t.at_least(last, month)), known))
            open_.append(self._missing_months(window))
        if self.declaration.dated_by is not None:
            since = self._field(self.declaration.dated_by)
            tests.append(self.sql.compare("<=", since, day.value))
        if node.where is not None:
            tests.append(self.on(node.where, day))
        return _Rows(flag_of(self.sql.all_of(tests)), self.source.stages.keep(t.either(*open_)))

    def _missing_months(self, window: tuple[Term, Term]) -> Term:
        """Return whether the list does not tell of a month of a window; never unknown."""
        keep = self.source.stages.keep
        name = self.declaration.name
        about = self.source.partners(self.projected)
        ends: list[Term] = []
        some = self.aggregate(exp.Count(this=exp.Star()))
        for end, how in (("from", exp.Min), ("through", exp.Max)):
            told = self.source.column(about, f"covers_{end}_{name}")
            ends.append(keep(t.fallen_back(told, self.aggregate(how(this=t.column(MONTH))))))
        whole = t.both(t.compared(exp.LTE, ends[0], window[0]), t.at_least(ends[1], window[1]))
        nothing = t.both(t.untold(ends[0]), t.untold(some))
        # Of a list without rows that does not say what it covers all months are told: there is nothing in them.
        return keep(t.negated(t.either(t.surely(whole), nothing)))

    def on(self, node: c.Expr, day: Day) -> Value:
        """Write what is asked of each row."""
        return self.written(node, day).value

    def written(self, node: c.Expr, day: Day) -> Written:
        """Write what is asked of each row, with what it is made of."""
        key = (id(node), day)
        if key not in self._values:
            outer, self.sql.open = self.sql.open, []
            definition = definition_of(type(node))
            if definition is None:
                value = self._read(sourced(node), day)
                formula = node.formula if isinstance(node, c.Field) else None
                found = Written(node, value, day=day)
                if formula is not None:
                    found = Written(node, value, (self.written(formula, day),), ("value",), day=day)
            else:
                parts = _RowParts(self.sql, lambda part: self.written(part, day))
                value = definition(self.sql, node, parts, day.at)
                found = Written(node, value, tuple(parts.parts), tuple(parts.roles), day=day)
            self._values[key] = (node, found, self.sql.open)
            self.sql.open = outer
        _, found, unsaid = self._values[key]
        self.sql.open += unsaid
        return found

    def _read(self, node: c.Sourced, day: Day) -> Value:
        match node:
            case c.Literal(value=None, least=least):
                if not node.type.is_numeric:
                    return self.sql.unknown(node.type)
                return bounded(node.type.low if least is None else least, node.type.high)
            case c.Literal(value=value):
                return constant(value)  # type: ignore[arg-type]
            case c.Today():
                return day.value
            case c.Anniversary(which="attained"):
                # Outside of a check it is the day of the question, as in the interpreter.
                return day.value
            case c.AskedThisYear(even=even):
                return constant(even)
            case c.Field(name=name, formula=formula):
                return self.on(formula, day) if formula is not None else self._field(name)
            case (
                c.Fact() | c.Named() | c.Qualifies() | c.OnDate() | c.AsProjected() | c.People() | c.OfRecords()
                | c.Holds() | c.Paid() | c.Lapsed() | c.InRenewal() | c.Anniversary()
                | c.DifferentPeople() | c.Sometime() | c.InProgress()
            ):  # fmt: skip
                raise Cannot("what is asked of records besides their own fields")
            case _:
                assert_never(node)

    def _field(self, name: str) -> Value:
        column = f"f_{name}"
        known = self.source.is_full(self.table, column, self.projected)
        type_ = self.declaration.fields[name].type
        if self.declaration.name == "certifications" and name == "certification":
            spellings = tuple(self.source.core.certifications.items())
            type_ = c.Type(kind="text", spellings=spellings)
        span = self.source.known.spans.get((f"{PROJECTED if self.projected else ''}{self.table}", column))
        return value_of(t.column(column), known, type_, self.stages, span)

    # ---- figures

    def aggregate(self, term: Term) -> Term:
        """Return a column with an aggregate over a partner's rows; NULL where it has none."""
        if self.is_empty:
            return NULL
        return self.source.column(self.name, self._aggregates.setdefault(term, f"a{len(self._aggregates)}"))

    def _sum_of(self, term: Term) -> Term:
        """Return the sum of a term that is never unknown, in a type that files keep."""
        return t.fallen_back(self.aggregate(exp.Sum(this=term)), t.number(0))

    def _number_of_rows(self, test: Term) -> Term:
        return self._sum_of(t.chosen([(test, t.number(1))], t.number(0)))

    def _perhaps(self, rows: _Rows, outer: Sql) -> Term:
        """Return whether some row may be inside or not; never unknown."""
        if rows.inside.known:
            return FALSE
        some = self._number_of_rows(t.untold(rows.inside.term))
        return outer.keep(t.compared(exp.GT, some, t.number(0)))

    def _count(self, rows: _Rows, outer: Sql) -> Value:
        low = outer.keep(self._number_of_rows(t.surely(rows.inside.term)))
        high = low if rows.inside.known else outer.keep(self._number_of_rows(t.perhaps(rows.inside.term)))
        return self._open_above(low, high, rows, outer)

    def _open_above(self, low: Term, high: Term, rows: _Rows, outer: Sql) -> Ordered:
        first = End(low, True)
        if t.is_false(rows.open) and low == high:
            return Ordered(first, first, 0, 0, MAX_ROWS)
        last = outer.keep(t.chosen([(rows.open, NULL)], high))
        return Ordered(first, OPEN if t.is_null(last) else End(last, t.is_false(rows.open)), 0, 0, MAX_ROWS)

    def _distinct(self, rows: _Rows, value: Value | None, outer: Sql) -> Value:
        key, known = _key(_there(value))
        sure, may = t.surely(rows.inside.term), t.perhaps(rows.inside.term)

        def different(inside: Term) -> Term:
            counted = exp.Count(this=exp.Distinct(expressions=[t.chosen([(inside, key)])]))
            return t.fallen_back(self.aggregate(counted), t.number(0))

        low = outer.keep(different(sure))
        if known and rows.inside.known:
            return self._open_above(low, low, rows, outer)
        some = outer.keep(t.compared(exp.GT, self._number_of_rows(sure), t.number(0)))
        unsettled = self._number_of_rows(t.both(may, t.untold(key)))
        least = outer.keep(t.chosen([(t.both(some, t.equal(low, t.number(0))), t.number(1))], low))
        most = outer.keep(exp.Add(this=t.closed(different(may)), expression=t.closed(unsettled)))
        return self._open_above(least, most, rows, outer)

    def _together(
        self, node: c.Aggregate, rows: _Rows, values: Sequence[Value], total: tuple[Value, Value] | None, outer: Sql
    ) -> Value:
        """Return how many different keys there are, of several values, or of those whose records have enough together.

        That is said where all of the records is known: what may be one more the row engine tells. What they are to have
        together may be open: then from those that surely have enough to those that may.
        """
        keys = [_key(value) for value in values]
        sure = t.surely(rows.inside.term)
        gone = [t.untold(key) for key, known in keys if not known]
        amount = None if total is None else ordered_of(total[0])
        if amount is not None and not (amount.is_point and amount.known):
            gone.append(t.negated(t.surely(t.equal(amount.low.term, amount.high.term))))
        unclear = t.both(t.perhaps(rows.inside.term), t.either(t.negated(sure), *gone))
        some = t.compared(exp.GT, self._number_of_rows(unclear), t.number(0))
        outer.open += [rows.open, outer.keep(some)]
        low, high = self._number_of_keys(node, sure, [key for key, _ in keys], total)
        first = End(outer.keep(low), True)
        return Ordered(first, first if low == high else End(outer.keep(high), True), 0, 0, MAX_ROWS)

    def _number_of_keys(
        self, node: c.Aggregate, inside: Term, keys: Sequence[Term], total: tuple[Value, Value] | None
    ) -> tuple[Term, Term]:
        """Return of how many keys there are records, that surely, or perhaps, have enough together where that is asked."""
        if self.is_empty:
            return t.number(0), t.number(0)
        names = [f"k{index}" for index in range(len(keys))]
        outputs = {PARTNER: t.column(PARTNER), "inside": inside, **dict(zip(names, keys, strict=True))}
        own: list[exp.Expression] = []
        counted = Flag(TRUE, True)
        around = Stages("g")
        if total is not None and node.total is not None:
            amount = ordered_of(total[0])
            least, most = min(0, amount.least * MAX_ROWS), max(0, amount.most * MAX_ROWS)
            if max(-least, most) >= MOST:
                raise Cannot("a number that may pass 38 digits")
            outputs["amount"] = amount.low.term
            own.append(t.alias(_wide(exp.Sum(this=t.column("amount"))), "total"))
            end = End(t.column("total"), True)
            whole = Ordered(end, end, amount.places, least, most)
            counted = flag_of(Sql(around).compare(node.total.op, whole, total[1]))
        of_rows = self.stages.over(t.selected([exp.Star()], self._rows(), "rows_of_list"), outputs)
        groups = [t.column(PARTNER), *map(t.column, names)]
        grouped = t.selected([*groups, *own], of_rows, "rows_of_partner").where(t.column("inside"), copy=False)
        of_keys = grouped.group_by(*(one for one in groups), copy=False)
        tests = {"n": t.surely(counted.term)}
        if not counted.known:
            tests["m"] = t.perhaps(counted.term)
        kept = around.over(of_keys, {PARTNER: t.column(PARTNER), **{f"is_{one}": test for one, test in tests.items()}})
        numbers = [t.alias(exp.Count(this=t.chosen([(t.column(f"is_{one}"), t.number(1))])), one) for one in tests]
        per_partner = t.selected([t.column(PARTNER), *numbers], kept, "keys_of_partner")
        name = f"{self.name}_keys_{self._counts}"
        self._counts += 1
        self.source.join(name, per_partner.group_by(t.column(PARTNER), copy=False))
        found = [t.fallen_back(self.source.column(name, one), t.number(0)) for one in tests]
        return found[0], found[-1]

    def _sum(self, node: c.Aggregate, rows: _Rows, value: Ordered, outer: Sql) -> Ordered:
        sure, unsure = t.surely(rows.inside.term), t.untold(rows.inside.term)

        def total(end: End, first: type[exp.Expression]) -> Term:
            zero = t.number(0)
            if t.is_null(end.term):
                # It is open where any row is inside.
                some = self._number_of_rows(t.perhaps(rows.inside.term))
                return t.chosen([(t.equal(some, zero), zero)])
            nearer = t.chosen([(t.compared(first, end.term, zero), end.term)], zero)
            each = t.chosen([(sure, end.term), *([] if rows.inside.known else [(unsure, nearer)])], zero)
            found = self._sum_of(t.fallen_back(each, zero))
            if end.known:
                return found
            gone = self._number_of_rows(t.both(t.perhaps(rows.inside.term), t.untold(end.term)))
            return t.chosen([(t.compared(exp.GT, gone, zero), NULL)], found)

        low = total(value.low, exp.LT)
        is_point = value.is_point and rows.inside.known
        high = low if is_point else total(value.high, exp.GT)
        bounds = value_bounds(node)
        floor_stays = bounds[0] is not None and bounds[0] >= 0
        top_stays = bounds[1] is not None and bounds[1] <= 0
        if not t.is_false(rows.open):
            low = low if floor_stays else t.chosen([(rows.open, NULL)], low)
            high = high if top_stays else t.chosen([(rows.open, NULL)], high)
            is_point = False
        shut = t.is_false(rows.open)
        known = (value.low.known and (shut or floor_stays), value.high.known and (shut or top_stays))
        least, most = min(0, value.least * MAX_ROWS), max(0, value.most * MAX_ROWS)
        return outer.number(_wide(low), None if is_point else _wide(high), known, value.places, least, most)

    def _average(self, node: c.Aggregate, rows: _Rows, value: Ordered, outer: Sql) -> Value:
        if node.rounding is None:
            raise AssertionError("an average has its rounding")
        size = outer.keep(self._number_of_rows(t.surely(rows.inside.term)))
        total = self._sum(node, _Rows(rows.inside, FALSE), value, outer)
        # What may be more, or less, the row engine reckons.
        outer.open += [rows.open, self._perhaps(rows, outer)]
        end = End(outer.keep(t.chosen([(t.equal(size, t.number(0)), t.number(1))], size)), True)
        divisor = Ordered(end, end, 0, 1, MAX_ROWS)
        return outer.ratio(total, divisor, Decimal(1), node.rounding, growth=False)

    def _extreme(self, node: c.Aggregate, rows: _Rows, value: Ordered, outer: Sql) -> Value:
        how = exp.Max if node.function == "largest" else exp.Min
        sure = t.surely(rows.inside.term)
        outer.open += [rows.open, self._perhaps(rows, outer)]
        if not value.known:
            gone = t.either(*(t.untold(end.term) for end in (value.low, value.high) if not end.known))
            outer.open.append(outer.keep(t.compared(exp.GT, self._number_of_rows(t.both(sure, gone)), t.number(0))))

        def of(end: End) -> Term:
            if t.is_null(end.term):
                return t.number(0)
            return t.fallen_back(self.aggregate(how(this=t.chosen([(sure, end.term)]))), t.number(0))

        high = None if value.is_point else of(value.high)
        return outer.number(of(value.low), high, (True, True), value.places, min(0, value.least), max(0, value.most))

    def _edge(self, node: c.Aggregate, rows: _Rows, value: Ordered, outer: Sql) -> Value:
        how = exp.Min if node.function == "earliest" else exp.Max
        nothing = NEVER if node.function == "earliest" else date.min
        sure = t.surely(rows.inside.term)
        outer.open += [rows.open, self._perhaps(rows, outer)]
        if not value.low.known:
            outer.open.append(
                outer.keep(
                    t.compared(exp.GT, self._number_of_rows(t.both(sure, t.untold(value.low.term))), t.number(0))
                )
            )
        found = self.aggregate(how(this=t.chosen([(sure, value.low.term)]))) if not t.is_null(value.low.term) else NULL
        end = End(outer.keep(t.fallen_back(found, t.day(nothing))), True)
        return Ordered(end, end, is_day=True)

    def join(self) -> None:
        """Join the figures to the partners."""
        self._lacking.join()
        if not self._aggregates:
            return
        outputs = columns_read(self._aggregates)
        rows = self.stages.over(t.selected([exp.Star()], self._rows(), "rows_of_list"), outputs)
        own = [t.alias(term, name) for term, name in self._aggregates.items()]
        grouped = t.selected([t.column(PARTNER), *own], rows, "rows_of_partner")
        self.source.join(self.name, grouped.group_by(t.column(PARTNER), copy=False))


class _RowParts(AskedParts):
    """The parts of what is asked of a row."""

    __slots__ = ()

    def metrics(self, _: c.Expr, every: c.EveryMetric) -> Value:
        """Metrics are asked of scores, and none stands in a record."""
        raise Cannot("a score in a record")


class _OfRow(Missing):
    """What is missing of what is asked of a row: the fields that it lacks, by their names."""

    def own(self, top: Written) -> Own:
        """Return what a node lacks that is read, where it is not settled."""
        if not isinstance(top.node, c.Field):
            return UNSAID
        return ([(Gap("field", top.node.name), TRUE)] if top.node.formula is None else []), FALSE


def _months_before(day: Day, months: int, back: int) -> tuple[Term, Term]:
    """Return first and last month of a window of full months before a day."""
    if day.is_exact:
        first, last = months_before(day.at, months, back)
        return t.number(first), t.number(last)
    # As many months as on any other day: the day says only from which on.
    first, last = (one - month_index(day.at) for one in months_before(day.at, months, back))
    year, month = exp.Year(this=day.term), exp.Month(this=day.term)
    index = t.added([exp.Mul(this=year, expression=t.number(12)), month, t.number(-1)])
    return t.added([index, t.number(first)]), t.added([index, t.number(last)])


def _there(value: Value | None) -> Value:
    if value is None:
        raise AssertionError("a figure of values has its value")
    return value


def _key(value: Value) -> tuple[Term, bool]:
    """Return what makes a record one with others, NULL where it is not settled, and whether it always is."""
    match value:
        case Word():
            return value.term, value.known
        case Flag():
            return value.term, value.known
        case Ordered() if value.is_point:
            return value.low.term, value.low.known
        case Ordered():
            return t.chosen([(t.equal(value.low.term, value.high.term), value.low.term)]), False
        case _:
            raise Cannot("records that are one by a duration")


def _wide(term: Term) -> Term:
    """Return a sum in the type of numbers: some engines widen it to one that files do not keep."""
    return term if t.is_null(term) else t.cast(term, "INT128")
