"""Decision tables to first matches: the rows of a table that says which columns are its keys.

A row becomes a branch: its key cells are the condition, the cell that is read is its value. On days with other rows in
force it is another first match. The meaning is that of cases written by hand; what is known of the keys of a table
beside it is that some row is always for them, and that is looked at when all is lowered (``_look``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from dsl import core as c, document as d
from dsl.core.bounds import Bounding
from dsl.core.places import places
from dsl.core.ranges import Numbers
from dsl.core.references import references
from dsl.core.walk import walk
from dsl.diagnostics import Edit, Fix, Label, listed
from dsl.lower.expressions import Expressions
from dsl.lower.key_values import CellValues, Interval, Key, KeyValues
from dsl.lower.scope import Scope, alike, literal, word_in
from dsl.lower.table_rows import (
    OTHERWISE,
    column_type,
    first_match,
    is_otherwise,
    key_cells,
    otherwise_row,
    own_words,
    place_of_keys,
    row_name,
    rows_in_days,
    stretches,
    value_columns,
)
from dsl.source import Span

KEY_KINDS = frozenset({"flag", "choice", "text", "date"}) | c.NUMERIC
YES = {"yes": True, "no": False}


@dataclass(frozen=True)
class _Row:
    """A row as decided: its condition (None: always), the values that it is for, the cell that is read."""

    row: d.Row
    days: c.Days
    test: c.Expr | None
    values: tuple[CellValues, ...]
    cell: c.Expr


@dataclass(frozen=True)
class _Test:
    """What a key cell asks, and which values meet it."""

    asks: c.Expr
    values: CellValues


class Decisions(Expressions):
    """Lowers ``table[key, key].column`` of tables with keys."""

    def decision(self, expr: d.Select, table: d.Table, scope: Scope) -> c.Expr | None:
        """Lower what a table with keys says.

        Reports:
            C610 other keys than the table has; C104 a key that no row can be found by, or a cell of another type; C113 a
            cell that is empty or no single value; C114, C127 a word that is no value of the key; C608 a band of figures
            that are not known.
        """
        asked = (expr.where, *expr.also)
        if expr.column in table.keys:
            self._tell(
                "C113", f"`{expr.column}` is a key of `{expr.of}`", expr.origin, f"read {listed(value_columns(table))}"
            )
            return None
        if len(asked) != len(table.keys):
            self._other_keys(expr, table, asked)
            return None
        lowered = [self.lower(one, scope) for one in asked]
        keys = [one for one in lowered if one is not None]
        if len(keys) < len(asked) or not is_sound(table):
            return None  # reported where it stands
        for key, at in zip(keys, asked, strict=True):
            if key.type.kind not in KEY_KINDS:
                advice = "a row is found by a number, an amount, a day, a choice, a text or a condition"
                self._tell("C104", f"this is {key.type.phrase}, where a key is expected", at.origin, advice)
                return None
        rows = self._rows(expr, table, keys, scope)
        if rows is None:
            return None
        if not rows:
            self._tell("C113", f"table `{expr.of}` has no rows", table.origin, "write a row, or `| otherwise | ... |`")
            return None
        type_ = rows[0].cell.type
        self.names.later.append(lambda core: self._look(core, expr, table, keys, rows))
        return self._first(expr, table, rows, type_)

    def _first(self, expr: d.Select, table: d.Table, rows: Sequence[_Row], type_: c.Type) -> c.Expr:
        branches = [
            c.Branch(
                name=row_name(table, one.row),
                when=one.test,
                value=one.cell,
                basis=self.names.basis(one.row.notes, (table.notes,)),
                days=one.days,
                origin=one.row.origin,
            )
            for one in rows
        ]
        versions = [
            c.DatedValue(
                days,
                c.Case(
                    branches=tuple(branches[index] for index in within), table=expr.of, type=type_, origin=expr.origin
                ),
            )
            for days, within in stretches([one.days for one in rows])
        ]
        if len(versions) == 1 and versions[0].days == c.ALWAYS:
            return versions[0].value
        return c.Dated(versions=tuple(versions), type=type_, origin=expr.origin)

    # ---- rows

    def _rows(self, expr: d.Select, table: d.Table, keys: Sequence[c.Expr], scope: Scope) -> list[_Row] | None:
        index = table.columns.index(expr.column or "")
        cells = [row.cells[index] for row in table.rows]
        type_ = column_type(cells)
        words = own_words(cells, (*self.names.facts, *self.names.named))
        found: list[_Row] = []
        is_wrong = False
        for row, days in rows_in_days(table):
            value = self._value(expr, row, row.cells[index], type_, words, scope)
            asked = self._asked(table, row, keys, scope)
            if value is None or asked is None:
                is_wrong = True
                continue
            type_ = type_ or value.type
            tests = tuple(one.asks for one in asked if one is not None)
            test = c.AllOf(parts=tests, type=c.FLAG, origin=row.origin) if len(tests) > 1 else next(iter(tests), None)
            values = tuple(one.values if one is not None else None for one in asked)
            found.append(_Row(row, days, test, values, value))
        return None if is_wrong else found

    def _value(
        self, expr: d.Select, row: d.Row, cell: d.Cell, type_: c.Type | None, words: c.Type, scope: Scope
    ) -> c.Expr | None:
        """Lower the cell of a row that is read."""
        if isinstance(cell, d.Dash):
            said = f"`{expr.column}` is read, and this row has none"
            self._tell("C113", said, cell.origin, "write it, or `unknown` where nobody published it")
            return None
        if isinstance(cell, d.Names) and len(cell.names) > 1:
            said = f"`{expr.of}[...].{expr.column}` is no single value in this row"
            self._tell("C113", said, cell.origin, "write one figure, date or name in the cell")
            return None
        if isinstance(cell, d.Band | d.Several):
            return None  # reported where the cell stands
        if isinstance(cell, d.Names):
            value = self.lower(d.Name(name=cell.names[0], origin=cell.origin), scope, words)
        else:
            value = self.lower(cell, scope, type_)
        if value is not None and type_ is not None and not alike(type_, value.type):
            self._mistyped(cell, value.type, type_)
            return None
        return value

    def _asked(self, table: d.Table, row: d.Row, keys: Sequence[c.Expr], scope: Scope) -> list[_Test | None] | None:
        """Return what the key cells of a row ask, None for one that asks nothing; nothing where one of them is wrong."""
        if is_otherwise(table, row):
            return [None] * len(keys)
        found: list[_Test | None] = []
        is_wrong = False
        for key, cell in zip(keys, key_cells(table, row), strict=True):
            if isinstance(cell, d.Dash):
                found.append(None)
                continue
            test = self._test(key, cell, scope)
            is_wrong = is_wrong or test is None
            found.append(test)
        return None if is_wrong else found

    def _test(self, key: c.Expr, cell: d.Cell, scope: Scope) -> _Test | None:
        match cell:
            case d.Names(names=names):
                return _any_of([self._word(key, name, cell, scope) for name in names], cell)
            case d.Several(values=values):
                return _any_of([self._test(key, one, scope) for one in values], cell)
            case d.Band():
                return self._band(key, cell, scope)
            case d.Text(text=text) if key.type.kind == "choice":
                return self._word(key, text, cell, scope)
            case d.Text() | d.Figure() | d.Day():
                value = self._figure_of(key, cell, scope)
                if value is None:
                    return None
                told = value.value
                values_: CellValues = frozenset({told}) if isinstance(told, str) else (Interval(_at(told), _at(told)),)
                return _Test(_compare("=", key, value, cell), values_)
            case d.Dash():
                raise AssertionError("an empty cell asks nothing")

    def _word(self, key: c.Expr, name: str, cell: d.Cell, scope: Scope) -> _Test | None:
        if key.type.kind == "flag":
            if name not in YES:
                told = f"this key is a condition, and `{name}` is not `yes` or `no`"
                self._tell("C114", told, cell.origin, "write `yes`, `no`, or `-` where either will do")
                return None
            asks = key if YES[name] else c.Not(part=key, type=c.FLAG, origin=cell.origin)
            return _Test(asks, frozenset({name}))
        if key.type.kind == "choice":
            told = key.type.value_of(name)
            if told not in key.type.choices:
                if self._is_first("C114", cell.origin):
                    self.names.unknown("C114", "value", name, word_in(cell.origin, name), key.type.choices)
                return None
            return _Test(_compare("=", key, literal(told, key.type, cell), cell), frozenset({told}))
        if key.type.kind == "text":
            told = key.type.value_of(name)
            if told not in key.type.values:
                at = word_in(cell.origin, name)
                fix = Fix(f'write `"{name}"`', (Edit(at, f'"{name}"'),))
                said = f"`{name}` is a word without quotes, where a text is expected"
                self._tell("C127", said, at, f'write `"{name}"` where the text is meant', fix=fix)
                return None
            return _Test(_compare("=", key, literal(told, c.TEXT, cell), cell), frozenset({told}))
        if name == OTHERWISE:
            return None  # reported where it stands
        advice = f"write a value of the key, for example {_example(key.type)}"
        self._tell("C104", f"`{name}` is a word, where {key.type.phrase} is expected", cell.origin, advice)
        return None

    def _figure_of(self, key: c.Expr, cell: d.Text | d.Figure | d.Day, scope: Scope) -> c.Literal | None:
        """Lower a figure, day or text of a key cell, which is known and of the type of the key."""
        if isinstance(cell, d.Figure) and cell.value is None:
            advice = "write the figure, with `?` behind it where it is second-hand"
            self._tell("C608", "which rows count can't hang on a figure that nobody knows", cell.origin, advice)
            return None
        value = self.lower(cell, scope, key.type)
        if value is None:
            return None
        if key.type.kind == "flag" or not alike(value.type, key.type):
            self._mistyped(cell, value.type, key.type)
            return None
        return value if isinstance(value, c.Literal) else None

    def _band(self, key: c.Expr, band: d.Band, scope: Scope) -> _Test | None:
        if key.type.kind not in (*c.NUMERIC, "date"):
            advice = f"write {_example(key.type)}, or several of its values with commas between them"
            self._tell("C104", f"this is a band, and the key is {key.type.phrase}", band.origin, advice)
            return None
        low, high = band.low, band.high
        if isinstance(low, d.Figure) and isinstance(high, d.Figure) and low.unit is None:
            low = replace(low, unit=high.unit)  # `5 to 10 USD`
        ends = [self._figure_of(key, end, scope) if end is not None else None for end in (low, high)]
        if any(end is not None and value is None for end, value in zip((low, high), ends, strict=True)):
            return None
        tests: list[c.Expr] = []
        ops: tuple[tuple[c.Literal | None, Literal[">", ">=", "<", "<="]], ...] = (
            (ends[0], ">" if band.above else ">="),
            (ends[1], "<" if band.below else "<="),
        )
        for value, op in ops:
            if value is not None:
                tests.append(_compare(op, key, value, band))
        if not tests:
            return None  # reported where the cell stands
        asks = c.AllOf(parts=tuple(tests), type=c.FLAG, origin=band.origin) if len(tests) > 1 else tests[0]
        low_at, high_at = (None if one is None else _at(one.value) for one in ends)
        return _Test(asks, (Interval(low_at, high_at, band.above, band.below),))

    # ---- all rows together

    def _look(self, core: c.Core, expr: d.Select, table: d.Table, keys: Sequence[c.Expr], rows: Sequence[_Row]) -> None:
        """Look whether some row is for whatever the keys are, and which rows are for the same.

        Reports:
            C604 values that no row is for; C603 two rows for the same values; C609 a row that is never come to.
        """
        if any(_goes_round(key, core) for key in keys):
            return  # a circle of measures is reported where they stand (C501)
        bounding = Bounding(core)
        days = (date.min, *core.change_days)
        found = [
            Key(name, _within(key, bounding), _step(key, core, days))
            for name, key in zip(table.keys, keys, strict=True)
        ]
        values = KeyValues(found, [one.values for one in rows])
        for stretch, within in stretches([one.days for one in rows]):
            since = f" from {stretch.start}" if stretch.start is not None else ""
            since = since or (f" before {stretch.end}" if stretch.end is not None else "")
            if table.match == "first match":
                self._shadowed(rows, values, within)
            else:
                self._overlaps(table, rows, values, within, since)
            example = values.missing(within)
            if example is not None:
                asked = f"table `{expr.of}` has no row for {example}{since}"
                advice = "add a row for it, or a last row `otherwise`"
                if re.search(r"\d\.\d", example) and _has_closed_band(table):
                    advice += "; of bands that meet one leaves its end out: `5 to < 10`"
                fix = otherwise_row(table, expr.column or "", rows[0].cell.type)
                self._tell("C604", asked, table.origin, advice, fix=fix, labels=(Label(expr.origin, "read here"),))

    def _overlaps(
        self, table: d.Table, rows: Sequence[_Row], values: KeyValues, within: Sequence[int], since: str
    ) -> None:
        plain = [index for index in within if not is_otherwise(table, rows[index].row)]
        for at, index in enumerate(plain):
            for before in plain[:at]:
                example = values.common(before, index)
                if example is not None:
                    self._tell(
                        "C603",
                        f"this row and another one are for {example}{since}",
                        rows[index].row.origin,
                        "let each row be for values of its own, or say `first match` behind the keys",
                        fix=first_match(table),
                        labels=(Label(rows[before].row.origin, "the other row"),),
                    )

    def _shadowed(self, rows: Sequence[_Row], values: KeyValues, within: Sequence[int]) -> None:
        for at, index in enumerate(within):
            before = within[:at]
            row = rows[index].row
            # What is for no values at all is told where it stands; the last row may be for all that is left.
            if not before or values.is_empty(index) or (rows[index].test is None and index == within[-1]):
                continue
            if values.missing(before, values.boxes[index]) is None:
                covering = [one for one in before if values.missing([one], values.boxes[index]) is None]
                met = covering[:1] or [one for one in before if values.common(one, index) is not None]
                self._tell(
                    "C609",
                    "this row is never come to: the rows above it are for all of its values",
                    row.origin,
                    "put it above them, or delete it: the first row that is for the values counts",
                    labels=tuple(Label(rows[one].row.origin, "this one counts") for one in met[:3]),
                )

    # ---- words

    def _other_keys(self, expr: d.Select, table: d.Table, asked: Sequence[d.Expr]) -> None:
        many = len(table.keys)
        right = ", ".join(table.keys)
        all_known = all(key in self.names.facts or key in self.names.named for key in table.keys)
        start = expr.origin.start + expr.origin.text.find("[") + 1
        end = expr.origin.start + expr.origin.text.rfind("]")
        fix = None
        if all_known and expr.origin.start < start <= end:
            fix = Fix(f"write `[{right}]`", (Edit(replace(expr.origin, start=start, end=end), right),))
        self.names.report(
            "C610",
            f"table `{expr.of}` is looked up by {many} key{'s' * (many != 1)}, and {'here is' if len(asked) == 1 else 'here are'} {len(asked)}",
            expr.origin,
            f"write a value for each of {listed(table.keys)}, in this order: `{expr.of}[{right}]`",
            fix=fix,
            labels=(Label(place_of_keys(table), "its keys"),),
        )

    def _mistyped(self, cell: d.Cell, is_: c.Type, wanted: c.Type) -> None:
        if not self._is_first("C104", cell.origin):
            return
        if wanted.kind == "flag":
            told = f"this is {is_.phrase}, where a condition is expected"
            self.names.report("C104", told, cell.origin, "write `yes`, `no`, or `-` where either will do")
        elif isinstance(cell, d.Text | d.Figure | d.Day):
            self.incomparable(cell, is_, wanted, of_column=True)
        else:
            told = f"this is {is_.phrase}, where {wanted.phrase} is expected"
            self.names.report("C104", told, cell.origin, "write in a column values of one kind")

    def _is_first(self, code: str, span: Span) -> bool:
        """Whether this was not reported of a part of a table yet: it may be read at several places."""
        place = (code, span.source.name, span.start)
        is_new = place not in self.names.told_of_tables
        self.names.told_of_tables.add(place)
        return is_new or span.start == span.end

    def _tell(
        self, code: str, message: str, span: Span, help_: str, *, fix: Fix | None = None, labels: Sequence[Label] = ()
    ) -> None:
        if self._is_first(code, span):
            self.names.report(code, message, span, help_, fix=fix, labels=labels)


def is_sound(table: d.Table) -> bool:
    """Whether a table with keys is as its keys say; what is wrong is reported where it stands (``dsl.check.tables``)."""
    width = len(table.columns)
    if len(set(table.keys)) < len(table.keys) or not set(table.keys) <= set(table.columns):
        return False
    others = [row for row in table.rows if is_otherwise(table, row)]
    return all(len(row.cells) == width for row in table.rows) and others in ([], [table.rows[-1]])


def _any_of(tests: Sequence[_Test | None], cell: d.Cell) -> _Test | None:
    found = [one for one in tests if one is not None]
    if len(found) < len(tests) or not found:
        return None
    if len(found) == 1:
        return found[0]
    asks = c.AnyOf(parts=tuple(one.asks for one in found), type=c.FLAG, origin=cell.origin)
    words = [one.values for one in found if isinstance(one.values, frozenset)]
    if len(words) == len(found):
        return _Test(asks, frozenset().union(*words))
    return _Test(asks, tuple(one for each in found if isinstance(each.values, tuple) for one in each.values))


def _compare(op: Literal[">", ">=", "<", "<=", "="], key: c.Expr, value: c.Expr, cell: d.Cell) -> c.Compare:
    return c.Compare(op=op, left=key, right=value, type=c.FLAG, origin=cell.origin)


def _at(value: c.Figure | None) -> Decimal:
    if isinstance(value, date):
        return Decimal(value.toordinal())
    if not isinstance(value, Decimal):
        raise AssertionError("a key cell holds a number, a day or words")
    return value


def _goes_round(node: c.Expr, core: c.Core) -> bool:
    """Whether a figure or measure that a node rests on rests on itself."""
    below: dict[str, set[str]] = {}
    waiting = [node]
    while waiting:
        for name in _names_in(waiting.pop()):
            if name in core.named and name not in below:
                value = core.named[name].value
                below[name] = _names_in(value)
                waiting.append(value)
    # What is left after taking away again and again the names that rest on none of the others goes round.
    left = set(below)
    while ends := {name for name in left if not below[name] & left}:
        left -= ends
    return bool(left)


def _names_in(node: c.Expr) -> set[str]:
    return {one.name for inner in walk(node) for one in references(inner) if one.to == "named"}


def _within(key: c.Expr, bounding: Bounding) -> c.Type:
    """Return the type of a key, its ends those that it has whatever is told."""
    if not key.type.is_numeric:
        return key.type
    known = bounding.of(key, c.ALWAYS)
    if not isinstance(known, Numbers):
        raise AssertionError("a number has a range of numbers")
    return replace(key.type, low=known.low, high=known.high)


def _step(key: c.Expr, core: c.Core, days: Sequence[date]) -> Decimal | None:
    """Return the step between the values of a key, where there surely is one: of counts, of days, and behind a rounding."""
    if key.type.kind == "date":
        return Decimal(1)
    if key.type.kind == "count" and all(places(key, day, core) == 0 for day in days):
        return Decimal(1)
    while isinstance(key, c.Named) and not key.supplied and key.name in core.named:
        key = core.named[key.name].value
    rounded = isinstance(key, c.Rounded | c.Ratio) or (isinstance(key, c.Aggregate) and key.rounding is not None)
    if rounded and isinstance(key, c.Rounded | c.Ratio | c.Aggregate) and key.rounding is not None:
        return key.rounding.step
    return None


def _has_closed_band(table: d.Table) -> bool:
    return any(
        isinstance(node, d.Band) and node.low is not None and node.high is not None and not node.below
        for row in table.rows
        for node in d.walk(row)
    )


def _example(type_: c.Type) -> str:
    if type_.kind == "flag":
        return "`yes` or `no`"
    if type_.values:
        return f"`{type_.values[0]}`"
    unit = {"money": f" {type_.unit}", "points": " points", "percent": " %"}.get(type_.kind, "")
    return {"text": '`"..."`', "date": "`2022-10-03`"}.get(type_.kind, f"`5{unit}`")
