"""Tables of policies as Excel workbooks, and their rows again: figures and days are such there, and come back as they were.

A figure is a number whose format shows its unit, so that a spreadsheet reckons with it; one that is second-hand, unknown
or longer than a spreadsheet's numbers are exact stays a text, as bands and words are.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from dsl.format.csv_tables import PolicyTable, Problem
from dsl.format.spreadsheets import Unreadable
from dsl.syntax import Node

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

EXACT_DIGITS = 15
"""How many digits of a number a spreadsheet keeps."""
DAY_FORMAT = "yyyy-mm-dd"
LONGEST_NAME = 31
"""Letters that a sheet's name can have."""

_FIGURE = re.compile(r"\d{1,3}(?:,\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?")
_UNIT = re.compile(r'"\s*([^"]+?)\s*"\s*$')
_CURRENCY = re.compile(r"\[\$([A-Z]{3})\b[^\]]*\]")
_PLACES = re.compile(r"\.(0+)")


def is_workbook(data: bytes) -> bool:
    """Whether the bytes of a file are a workbook's, and no text."""
    return data.startswith(b"PK\x03\x04")


def is_old_workbook(data: bytes) -> bool:
    """Whether the bytes of a file are those of Excel before 2007."""
    return data.startswith(b"\xd0\xcf\x11\xe0")


def column_letters(index: int) -> str:
    """Return what a spreadsheet calls a column, counted from 0.

    Examples:
        >>> column_letters(1), column_letters(26)
        ('B', 'AA')
    """
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def export_workbook(table: PolicyTable) -> bytes:
    """Return a table as a workbook: a sheet with its headings, a row for every row."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = _sheet_name(table)
    headings = (*table.columns, table.notes_column)
    for column, heading in enumerate(headings, start=1):
        cell = sheet.cell(1, column)
        _write_text(cell, heading)
        cell.font = Font(bold=True)
    for number, row in enumerate(table.rows, start=2):
        nodes: Sequence[Node | None] = (*row.nodes("cell"), *[None] * len(headings))
        for column, (text, node) in enumerate(zip(table.shown(row), nodes, strict=False), start=1):
            _write(sheet.cell(number, column), text, node if column <= len(table.columns) else None)
    for column, heading in enumerate(headings, start=1):
        texts = [heading, *(table.shown(row)[column - 1] for row in table.rows)]
        sheet.column_dimensions[column_letters(column - 1)].width = min(max(map(len, texts)) + 2, 60)
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(cell: Any, text: str, node: Node | None) -> None:
    day = node.token("DATE") if node is not None and len(node.parts) == 1 else None
    if day is not None and not day.text.endswith("?"):
        cell.value = date.fromisoformat(day.text)
        cell.number_format = DAY_FORMAT
        return
    quantity = node.node("quantity") if node is not None and len(node.parts) == 1 else None
    figure = quantity.token("FIGURE") if quantity is not None else None
    if quantity is None or figure is None or not _is_exact(figure.text):
        _write_text(cell, text)
        return
    unit = quantity.token("UNIT")
    places = len(figure.text.partition(".")[2])
    cell.value = Decimal(figure.text.replace(",", ""))
    cell.number_format = f"#,##0{'.' if places else ''}{'0' * places}" + (f' "{unit.text}"' if unit is not None else "")


def _write_text(cell: Any, text: str) -> None:
    """Write a text as it stands, also where it begins as a formula does."""
    cell.value = text or None
    if text:
        cell.data_type = "s"


def _is_exact(text: str) -> bool:
    return _FIGURE.fullmatch(text) is not None and len(re.sub(r"[,.]", "", text).lstrip("0")) <= EXACT_DIGITS


def _sheet_name(table: PolicyTable) -> str:
    return table.name[:LONGEST_NAME]


def workbook_rows(table: PolicyTable, data: bytes) -> tuple[list[list[str]], list[Problem]]:
    """Return the rows of the sheet of a table as texts, its headings first, and the cells that hold nothing to read.

    Raises:
        Unreadable: the file is no workbook, or which of its sheets is meant is not known.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(data), data_only=True)
        formulas = load_workbook(io.BytesIO(data))
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise Unreadable("this is no Excel workbook") from error
    names = {sheet.title.casefold(): index for index, sheet in enumerate(book.worksheets)}
    at = names.get(_sheet_name(table).casefold(), 0 if len(book.worksheets) == 1 else None)
    if at is None:
        raise Unreadable(f"of its sheets none is called `{_sheet_name(table)}`")
    problems: list[Problem] = []
    rows: list[list[str]] = []
    headings: list[str] = []
    written = formulas.worksheets[at]
    for number, cells in enumerate(book.worksheets[at].iter_rows(), start=1):
        texts: list[str] = []
        for index, cell in enumerate(cells):
            text, wrong = _text(cell, written.cell(number, index + 1))
            texts.append(text)
            if wrong:
                column = headings[index] if index < len(headings) else ""
                problems.append(Problem(number, wrong, "write the value itself into the cell", column))
        if number == 1:
            headings = list(_without_end(texts))
        rows.append(list(_without_end(texts)))
    return rows, problems


def _without_end(texts: Sequence[str]) -> Iterator[str]:
    """Yield the cells of a row up to its last one that holds something: a sheet is as wide as what was ever formatted in it."""
    end = max((index for index, text in enumerate(texts) if text.strip()), default=-1)
    yield from texts[: end + 1]


def _text(cell: Any, written: Any) -> tuple[str, str]:
    """Return what a cell says as policies write it, and what is wrong with it."""
    value = cell.value
    match value:
        case None:
            return "", "this formula was never reckoned" if written.value is not None else ""
        case bool():
            return ("yes" if value else "no"), ""
        case int() | float() | Decimal():
            return _figure(value, cell.number_format), ""
        case datetime():
            if value.time() == time():
                return value.date().isoformat(), ""
            return value.isoformat(sep=" "), "this is a time of a day, where policies have days"
        case date():
            return value.isoformat(), ""
        case str():
            return value, f"this cell holds the error {value}" if cell.data_type == "e" else ""
        case _:
            return str(value), f"this is a {type(value).__name__}, which no policy has"


def _figure(value: float | Decimal, format_: str) -> str:
    """Return a number as policies write it, with the unit that its format shows."""
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if format_.rstrip().endswith("%") and '"' not in format_:
        return f"{_plain(number * 100, format_)} %"
    unit, currency = _UNIT.search(format_), _CURRENCY.search(format_)
    said = unit[1] if unit is not None else currency[1] if currency is not None else ""
    if not said and "$" in format_:
        return f"${_plain(number, format_)}"
    return f"{_plain(number, format_)} {said}".rstrip()


def _plain(number: Decimal, format_: str) -> str:
    """Return a number with thousands parted, and with as many digits behind the point as its format shows at the least."""
    match = _PLACES.search(format_.split(";", maxsplit=1)[0])
    shown = len(match[1]) if match is not None else 0
    exponent = number.normalize().as_tuple().exponent
    own = max(0, -exponent) if isinstance(exponent, int) else 0
    return f"{number:,.{max(shown, own)}f}"
