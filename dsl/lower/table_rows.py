"""Rows of a table: the days they are in force, the keys they are found by, what their cells are of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from dsl import core as c, document as d
from dsl.core.types import number
from dsl.diagnostics import Edit, Fix
from dsl.lower.scope import days_of, insert, unit_type
from dsl.source import Span

DATE_COLUMNS = ("from", "until", "through")
OTHERWISE = "otherwise"
DatedRow: TypeAlias = tuple[d.Row, c.Days]

_HEAD = re.compile(r'table\s+\w+(?:\s+"[^"\n]*")?\s+(by\s+\w+(?:\s*,\s*\w+)*)(?:\s+unique\b)?')


def row_days(table: d.Table, row: d.Row) -> c.Days:
    """Return the days of a row: its columns ``from`` and ``until`` (or ``through``)."""
    cells = zip(table.columns, row.cells, strict=False)
    values = {name: cell for name, cell in cells if name in DATE_COLUMNS and isinstance(cell, d.Day)}
    return days_of(d.Validity(start=values.get("from"), through=values.get("through"), until=values.get("until")))


def is_empty_cell(name: str, row: Mapping[str, d.Cell]) -> bool:
    """Whether a name speaks of a cell of the row that is empty."""
    return name.startswith("row.") and isinstance(row.get(name.removeprefix("row.")), d.Dash)


def key_cells(table: d.Table, row: d.Row) -> tuple[d.Cell, ...]:
    """Return the cells that a row is found by: those of the key columns, else the first one."""
    if not table.keys:
        return row.cells[:1]
    cells = dict(zip(table.columns, row.cells, strict=False))
    return tuple(cells[key] for key in table.keys if key in cells)


def is_otherwise(table: d.Table, row: d.Row) -> bool:
    """Whether a row of a table with keys is the one for all values that no other row is for."""
    first = next(iter(key_cells(table, row)), None)
    return bool(table.keys) and isinstance(first, d.Names) and first.names == (OTHERWISE,)


def value_columns(table: d.Table) -> list[str]:
    """Return the columns that can be read: no keys, no days."""
    keys = table.keys or table.columns[:1]
    return [name for name in table.columns if name not in keys and name not in DATE_COLUMNS]


def rows_in_days(table: d.Table) -> list[DatedRow]:
    """Return the rows with their days; of one key, a later row ends an earlier one that has no end of its own."""
    dated = [(row, row_days(table, row)) for row in table.rows]
    starts: dict[object, list[date]] = {}
    for row, days in dated:
        if row.cells and days.start is not None:
            starts.setdefault(key_cells(table, row), []).append(days.start)
    result: list[DatedRow] = []
    for row, days in dated:
        own = starts.get(key_cells(table, row), []) if row.cells else []
        later = [start for start in own if days.start is None or start > days.start]
        if days.end is None and later:
            days = c.Days(days.start, min(later), days.provisional)
        result.append((row, days))
    return result


def rows_by_key(table: d.Table) -> dict[str, list[DatedRow]]:
    """Return the rows of each key with their days, as they stand; without keys of its own a table has words as keys alone."""
    found: dict[str, list[DatedRow]] = {}
    for row, days in rows_in_days(table):
        first = row.cells[0] if row.cells else None
        if table.keys or isinstance(first, d.Names | d.Text):
            found.setdefault(row_name(table, row), []).append((row, days))
    return found


def row_name(table: d.Table, row: d.Row) -> str:
    """Return what a row is called: its key cells, as they are written."""
    if is_otherwise(table, row):
        return OTHERWISE
    cells = key_cells(table, row)
    return ", ".join(cell_text(cell, in_quotes=bool(table.keys)) for cell in cells)


def cell_text(cell: d.Cell, *, in_quotes: bool = True) -> str:
    """Return a cell as policies write it."""
    match cell:
        case d.Names(names=names):
            return ", ".join(names)
        case d.Text(text=text):
            return f'"{text}"' if in_quotes else text
        case d.Figure(value=value, unit=unit, provisional=provisional, least=least):
            said = number(value) if value is not None else "unknown"
            said = f"unknown at least {number(least)}" if least is not None else said
            return f"{said}{'?' if provisional else ''}{f' {unit}' if unit else ''}"
        case d.Day(day=day, provisional=provisional):
            return f"{day}{'?' if provisional else ''}"
        case d.Dash():
            return "-"
        case d.Band(low=low, high=high, above=above, below=below):
            if low is not None and high is not None:
                return f"{cell_text(low)} to {'< ' if below else ''}{cell_text(high)}"
            if low is not None:
                return f"{'>' if above else '>='} {cell_text(low)}"
            return f"{'<' if below else '<='} {cell_text(high)}" if high is not None else "-"
        case d.Several(values=values):
            return ", ".join(map(cell_text, values))


def column_type(cells: Iterable[d.Cell]) -> c.Type | None:
    """Return the type of most figures of a column, of the first of those with as many; None where all have one unit.

    One slip in the first row is told there, and not in all the rows that are right.
    """
    figures = [cell for cell in cells if isinstance(cell, d.Figure) and (cell.value, cell.least) != (None, None)]
    units = Counter(figure.unit for figure in figures)
    if len(units) < 2:
        return None
    unit, _ = units.most_common(1)[0]
    return unit_type(next(figure for figure in figures if figure.unit == unit), None)


def own_words(cells: Iterable[d.Cell], known: Iterable[str]) -> c.Type:
    """Return the choice among the words of a column that name nothing: as the words of cases are."""
    own = dict.fromkeys(name for cell in cells if isinstance(cell, d.Names) for name in cell.names)
    taken = set(known)
    return c.Type(kind="choice", choices=tuple(name for name in own if name not in taken))


def otherwise_row(table: d.Table, column: str, type_: c.Type) -> Fix | None:
    """Return the fix that adds a row for all other values, its figures unknown."""
    if not type_.is_numeric or not table.rows:
        return None
    cells = ["-"] * len(table.columns)
    cells[table.columns.index(table.keys[0]) if table.keys else 0] = OTHERWISE
    for name in value_columns(table) if table.keys else (column,):
        index = table.columns.index(name)
        unit = {"money": f" {type_.unit}", "points": " points", "percent": " %"}.get(type_.kind, "")
        if name != column:
            figures = [row.cells[index] for row in table.rows if len(row.cells) == len(table.columns)]
            if not all(isinstance(cell, d.Figure) for cell in figures):
                return None
            unit = next((f" {cell.unit}" for cell in figures if isinstance(cell, d.Figure) and cell.unit), "")
        cells[index] = f"unknown{unit}"
    last = table.rows[-1].origin
    return insert(last, last.end, f"\n  | {' | '.join(cells)} |", "add the row")


def place_of_keys(table: d.Table) -> Span:
    """Return where the keys of a table are written; the whole table where that is no policy text."""
    match = _HEAD.match(table.origin.text)
    if match is None:
        return table.origin
    at = table.origin.start
    return Span(table.origin.source, at + match.start(1), at + match.end(1))


def first_match(table: d.Table) -> Fix | None:
    """Return the fix that says that of the rows for the same values the first one counts."""
    match = _HEAD.match(table.origin.text)
    if match is None:
        return None
    keys, at = place_of_keys(table), table.origin.start
    written = Span(keys.source, keys.end, at + match.end())
    return Fix("let the first row count", (Edit(written, " first match"),))


def stretches(rows: Sequence[c.Days]) -> Iterator[tuple[c.Days, list[int]]]:
    """Yield the days between which no row begins or ends, each with the rows that are in force; days without any are left out."""
    cuts: list[date] = sorted({day for days in rows for day in (days.start, days.end) if day is not None})
    for start, end in zip([None, *cuts], [*cuts, None], strict=True):
        within = [
            index
            for index, days in enumerate(rows)
            if (days.start is None or (start is not None and days.start <= start))
            and (days.end is None or (end is not None and end <= days.end))
        ]
        if within:
            ends = any(days.ends_provisional and end is not None and days.end == end for days in rows)
            yield c.Days(start, end, False, ends), within
