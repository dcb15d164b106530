"""Tables to lookups: rows with their days, keys and cells."""

from __future__ import annotations

import re

from dsl import core as c, document as d
from dsl.diagnostics import Edit, Fix, nearest
from dsl.lower.decisions import Decisions
from dsl.lower.scope import Scope, alike
from dsl.lower.table_rows import column_type, otherwise_row, own_words, rows_in_days, value_columns


class Lookups(Decisions):
    """Lowers ``table[key].column``."""

    def _select(self, expr: d.Select, scope: Scope) -> c.Expr | None:
        """Lower ``table[key].column``.

        Reports:
            C113 no such table or column; C604 no row `otherwise`; C127 a key that is no text as it stands; C610 other
            keys than the table has.
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
            columns = value_columns(table)
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
        if table.keys:
            return self.decision(expr, table, scope)
        if expr.also:
            names = [one.name if isinstance(one, d.Name) else "..." for one in (expr.where, *expr.also)]
            self.names.report(
                "C610",
                f"table `{expr.of}` is looked up by its first column alone",
                expr.origin,
                f"behind its name, say which columns are keys: `by {', '.join(names)}`",
            )
            return None
        key = self.lower(expr.where, scope)
        if key is None:
            return None
        if key.type.kind not in ("choice", "text"):
            self.names.report(
                "C104",
                f"this is {key.type.phrase}, where a word of the first column is expected",
                expr.where.origin,
                "name a choice or a text",
            )
            return None
        return self._lookup(expr, table, key, scope)

    def _lookup(self, expr: d.Select, table: d.Table, key: c.Expr, scope: Scope) -> c.Expr | None:
        rows: list[c.TableRow] = []
        index = table.columns.index(expr.column or "")
        whole = [row for row in table.rows if len(row.cells) == len(table.columns)]
        type_ = column_type(row.cells[index] for row in whole)
        words = own_words((row.cells[index] for row in whole), (*self.names.facts, *self.names.named))
        is_wrong = False
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
            if isinstance(first, d.Names) and len(first.names) > 1:
                self.names.report(
                    "C113",
                    "a row is looked up by one word",
                    first.origin,
                    "write a row for each of the words, or say `by` what rows are found behind the table's name: "
                    f"`by {table.columns[0]}`",
                )
                return None
            said, key_name = key_name, key.type.value_of(key_name)
            if key.type.kind == "text" and key_name not in (*key.type.values, "otherwise"):
                is_wrong = self._told_key(first, said, key.type) or is_wrong
            if isinstance(cell, d.Names) and len(cell.names) > 1:
                self.names.report(
                    "C113",
                    f"`{expr.of}[...].{expr.column}` is no single value in this row",
                    cell.origin,
                    "write one figure, date or name in the cell",
                )
                return None
            if isinstance(cell, d.Band | d.Several):
                return None  # reported where the cell stands
            if isinstance(cell, d.Names):
                value = self.lower(d.Name(name=cell.names[0], origin=cell.origin), scope, words)
            else:
                value = self.lower(cell, scope, type_)
            if value is None:
                return None
            if type_ is not None and not alike(type_, value.type):
                at = cell if isinstance(cell, d.Figure | d.Day | d.Text) else expr
                self.incomparable(at, value.type, type_, of_column=True)
                is_wrong = True
                continue
            type_ = type_ or value.type
            basis = self.names.basis(row.notes, (table.notes,))
            if key.type.kind == "choice" and key_name not in (*key.type.choices, "otherwise"):
                self.names.unknown("C114", "value", key_name, first.origin, (*key.type.choices, "otherwise"))
                return None
            rows.append(
                c.TableRow(
                    key=None if key_name == "otherwise" else key_name,
                    days=days,
                    cell=value,
                    basis=basis,
                    origin=row.origin,
                )
            )
        if is_wrong:
            return None
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
                fix=otherwise_row(table, expr.column or "", type_),
            )
        return c.Lookup(table=expr.of, key=key, rows=tuple(rows), type=type_, origin=expr.origin)

    def _told_key(self, cell: d.Cell, said: str, type_: c.Type) -> bool:
        """Report C127: a key beside a text that is nearly a declared value, or a word that names something else."""
        is_word = isinstance(cell, d.Names)
        spelt = dict(type_.spellings) | {value: value for value in type_.values}
        near = nearest(said, spelt) if is_word else next((one for one in spelt if _differ_in_signs(said, one)), None)
        quoted = f'"{said}"'
        if near is not None:
            right = spelt[near]
            right = right if re.fullmatch(r"[a-z]\w*(\.[a-z]\w*)*", right) else f'"{right}"'
            help_ = f"did you mean `{right}`?"
            if is_word:
                says, help_ = "is a word without quotes", f"{help_} another text stands in quotes: `{quoted}`"
            else:
                says = f"is written otherwise than the declared `{near}`"
        elif is_word and (said in self.names.facts or said in self.names.named or said in self.names.lists):
            right, says = quoted, "is a name of something else"
            help_ = f"a row is found by a text: write `{right}` where that is meant"
        else:
            return False
        fix = Fix(f"write `{right}`", (Edit(cell.origin, right),))
        said = f"`{said}` {says}" + (", where a text is expected" if is_word else "")
        self.names.report("C127", said, cell.origin, help_, fix=fix)
        return True


def _differ_in_signs(one: str, other: str) -> bool:
    """Whether two texts differ in capitals, blanks and signs alone."""
    return re.sub(r"[\W_]+", "", one.casefold()) == re.sub(r"[\W_]+", "", other.casefold())
