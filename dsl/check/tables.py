"""Tables: every row has its cells, names what exists, and is in force alone for its key."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from dsl import document as d
from dsl.core import Core
from dsl.core.types import overlap
from dsl.diagnostics import Diagnostic, Edit, Fix, Label, unknown_name
from dsl.lower.scope import swapped_dates, word_in
from dsl.lower.table_rows import (
    DATE_COLUMNS,
    OTHERWISE,
    is_otherwise,
    key_cells,
    place_of_keys,
    row_days,
    rows_in_days,
    value_columns,
)
from dsl.source import Span


def tables(document: d.Document, core: Core) -> list[Diagnostic]:
    """Return what is wrong with tables.

    Reports:
        C601 a row with too few or too many cells; C603 two rows for one key on the same days; C606 no date in a date
        column; C401 a row that ends before it begins; C607 a table without columns; C608 a band that holds nothing; C610
        keys that are no columns; C611 a band or several values in a column that is no key; C612 a row `otherwise` that is
        not the last one.
    """
    found: list[Diagnostic] = []
    added = (rule for rules in document.additions.values() for rule in rules)
    families = {rule.each_row_of for rule in (*document.rules.values(), *added)}
    for name, table in document.tables.items():
        if not table.columns:
            found.append(
                Diagnostic(
                    "C607",
                    f"the table `{name}` has no columns",
                    table.origin,
                    help="write a first row with the columns' names: `| key | figure |`",
                )
            )
            continue
        found.extend(_cells(table))
        found.extend(_dates(table))
        found.extend(_bands(table))
        found.extend(_values(name, table))
        if table.keys and name in families:
            advice = "leave the keys out, and write what rows are found by into a table of its own"
            told = f"each row of `{name}` is a rule, and none is looked up"
            found.append(Diagnostic("C610", told, place_of_keys(table), help=advice))
        elif table.keys:
            found.extend(_key_columns(table))
            found.extend(_otherwise(table))
        else:
            found.extend(_keys(name, table))
    return found


def _cells(table: d.Table) -> Iterator[Diagnostic]:
    wanted = len(table.columns)
    for row in table.rows:
        have = len(row.cells)
        if have == wanted:
            continue
        cells = "1 cell" if have == 1 else f"{have} cells"
        if have < wanted:
            last = row.cells[-1].origin if row.cells else row.origin
            missing = wanted - have
            end = _row_end(row)
            yield Diagnostic(
                "C601",
                f"this row has {cells}, and the table {wanted} columns",
                row.origin,
                help="put `-` in an empty cell",
                labels=(Label(last, "the last cell"),),
                fix=Fix("add empty cells", (Edit(end.after, " - |" * missing),)),
            )
        else:
            yield Diagnostic(
                "C601",
                f"this row has {cells}, and the table {wanted} columns",
                row.origin,
                help="take a cell away, or name a further column in the first row",
            )


def _row_end(row: d.Row) -> Span:
    """Return the span of the row's cells and bars, without its notes."""
    text = row.origin.text.split("\n", maxsplit=1)[0]
    in_text, end = False, 0
    for index, char in enumerate(text):
        if char == '"':
            in_text = not in_text
        elif char == "|" and not in_text:
            end = index + 1
    return Span(row.origin.source, row.origin.start, row.origin.start + end)


def _dates(table: d.Table) -> Iterator[Diagnostic]:
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=False):
            if column in DATE_COLUMNS and not isinstance(cell, d.Day | d.Dash):
                yield Diagnostic(
                    "C606",
                    f"the column `{column}` holds dates",
                    cell.origin,
                    help="write a date like 2022-10-03, or `-`",
                )
        days = row_days(table, row)
        if days.start is not None and days.end is not None and days.end <= days.start:
            yield Diagnostic(
                "C401",
                f"this row ends before it begins on {days.start}",
                row.origin,
                help="`from` includes its day, `until` excludes it",
                fix=swapped_dates(row.origin),
            )


def _keys(name: str, table: d.Table) -> Iterator[Diagnostic]:
    by_key: dict[str, list[d.Row]] = {}
    days_of_row = {id(row): days for row, days in rows_in_days(table)}
    for row in table.rows:
        first = row.cells[0] if row.cells else None
        key = first.names[0] if isinstance(first, d.Names) else first.text if isinstance(first, d.Text) else None
        if key is None or len(row.cells) != len(table.columns):
            continue
        for other in by_key.get(key, []):
            if overlap(days_of_row[id(row)], days_of_row[id(other)]):
                yield Diagnostic(
                    "C603",
                    f"`{key}` has two rows on the same days",
                    row.origin,
                    help="date the rows with the columns `from` and `until`, or delete one",
                    labels=(Label(other.origin, "the other row"),),
                )
                break
        by_key.setdefault(key, []).append(row)


def _key_columns(table: d.Table) -> Iterator[Diagnostic]:
    for index, key in enumerate(table.keys):
        at = word_in(place_of_keys(table), key)
        if key in table.keys[:index]:
            yield Diagnostic("C610", f"`{key}` is a key twice", at, help="name every key once")
        elif key in DATE_COLUMNS:
            advice = "leave it out: its cells say on which days a row is in force"
            yield Diagnostic("C610", f"`{key}` is no key", at, help=advice)
        elif key not in table.columns:
            columns = [name for name in table.columns if name not in DATE_COLUMNS]
            yield unknown_name("C610", "column", key, at, columns)
        elif table.columns.count(key) > 1:
            yield Diagnostic("C610", f"the table has two columns `{key}`", at, help="give one of them another name")
    if not value_columns(table):
        advice = "name a further column in the first row, with what the rows say"
        yield Diagnostic("C610", "all columns of this table are keys", place_of_keys(table), help=advice)


def _otherwise(table: d.Table) -> Iterator[Diagnostic]:
    for row in table.rows:
        cells = key_cells(table, row)
        if is_otherwise(table, row):
            for cell in cells[1:]:
                if not isinstance(cell, d.Dash):
                    fix = Fix("write `-`", (Edit(cell.origin, "-"),))
                    advice = "write `-`: the row is for all values that no other row is for"
                    yield Diagnostic("C612", "a row `otherwise` has no further keys", cell.origin, help=advice, fix=fix)
            if row is not table.rows[-1]:
                advice = "put it last: it is for all values that no other row is for"
                yield Diagnostic("C612", "the row `otherwise` is not the last one", row.origin, help=advice)
            continue
        for cell in cells[1:]:
            if isinstance(cell, d.Names) and OTHERWISE in cell.names:
                fix = Fix("write `-`", (Edit(cell.origin, "-"),))
                advice = f"write `-` for any value; `{OTHERWISE}` stands in the first key of the last row"
                yield Diagnostic("C612", f"`{OTHERWISE}` is said of a whole row", cell.origin, help=advice, fix=fix)


def _values(name: str, table: d.Table) -> Iterator[Diagnostic]:
    """Yield bands, and several values that are no words, where a cell says one thing."""
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=False):
            if not isinstance(cell, d.Band | d.Several) or column in table.keys or column in DATE_COLUMNS:
                continue
            what = "this is a band" if isinstance(cell, d.Band) else "these are several values"
            keys = ", ".join((*table.keys, column))
            advice = f"a cell says one value; where rows are found by it, write `by {keys}` behind the name of `{name}`"
            yield Diagnostic("C611", f"{what}, and the column `{column}` is no key", cell.origin, help=advice)


def _bands(table: d.Table) -> Iterator[Diagnostic]:
    for row in table.rows:
        for node in d.walk(row):
            if not isinstance(node, d.Band):
                continue
            low, high = (_number(end) for end in (node.low, node.high))
            if node.low is None and node.high is None:
                yield Diagnostic("C608", "a band has an end", node.origin, help="write for example `5 to 10`")
            elif low is None or high is None or node.low is None or node.high is None:
                continue
            elif low > high:
                ends = (node.low.origin, node.high.origin)
                edits = (Edit(ends[0], ends[1].text), Edit(ends[1], ends[0].text))
                fix = Fix("let the ends change places", edits) if not node.below else None
                advice = "the lower end stands first"
                yield Diagnostic(
                    "C608", "this band is turned round: nothing lies in it", node.origin, help=advice, fix=fix
                )
            elif low == high and (node.below or node.above):
                advice = f"write `{node.low.origin.text}` alone for this one value"
                yield Diagnostic("C608", "this band leaves its only value out", node.origin, help=advice)


def _number(end: d.Figure | d.Day | None) -> Decimal | None:
    if isinstance(end, d.Day):
        return Decimal(end.day.toordinal())
    return end.value if end is not None else None
