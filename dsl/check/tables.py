"""Tables: every row has its cells, names what exists, and is in force alone for its key."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import document as d
from dsl.core import Core
from dsl.core.types import overlap
from dsl.diagnostics import Diagnostic, Edit, Fix, Label
from dsl.lower.scope import swapped_dates
from dsl.lower.tables import row_days, rows_in_days
from dsl.source import Span

DATE_COLUMNS = ("from", "until", "through")


def tables(document: d.Document, core: Core) -> list[Diagnostic]:
    """Return what is wrong with tables.

    Reports:
        C601 a row with too few or too many cells; C603 two rows for one key on the same days; C606 no date in a date
        column; C401 a row that ends before it begins; C607 a table without columns.
    """
    found: list[Diagnostic] = []
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
