"""What spreadsheets make of a CSV file: another encoding, dates and figures as their country writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

SAVE_AS = "save it as `CSV UTF-8 (comma delimited)`, not as plain CSV"
"""What to do about a file in the encoding of one computer."""
AS_XLSX = "save it as `Excel Workbook (*.xlsx)`"
"""What to do about a workbook of an older Excel."""

_MIDNIGHT = r"(?:[ T]0?0:00(?::00)?)?"
_PARTED = re.compile(rf"(\d{{1,2}})([/-])(\d{{1,2}})\2(\d{{4}}){_MIDNIGHT}")
_DOTTED = re.compile(rf"(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){_MIDNIGHT}")
_YEAR_FIRST = re.compile(rf"(\d{{4}})([/-])(\d{{1,2}})\2(\d{{1,2}}){_MIDNIGHT}")
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_DECIMAL_COMMA = re.compile(r"(\d{1,3}(?:[. ]?\d{3})*),(\d{1,2})(\??(?: .*)?)")
_DOLLARS = re.compile(r"(?:US ?)?\$ ?([\d,]+(?:\.\d+)?\??)|([\d,]+(?:\.\d+)?\??) ?(?:US ?)?\$")
_EITHER = re.compile(r"([1-9]\d{0,2})\.(\d{3})(\??(?: .*)?)")


class Unreadable(ValueError):
    """A file is in an encoding that its bytes do not tell; the text says where and what to do."""


def csv_text(data: bytes) -> str:
    """Return the text of a CSV file in UTF-8, or in UTF-16 where its first bytes say so.

    Raises:
        Unreadable: it is in neither; Windows-1252 and its like can't be told from each other, so none is guessed.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16").replace("\r\n", "\n")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        start = data.rfind(b"\n", 0, error.start) + 1
        around = data[start:].split(b"\n", 1)[0].decode("cp1252", errors="replace").strip()
        raise Unreadable(f"line {line} is not UTF-8: `{around[:60]}`") from error


def reads_day(cells: Iterable[str]) -> Callable[[str], tuple[date, ...]]:
    """Return what gives the days that a date in a spreadsheet's manner may mean, in the order all of its file agree on.

    A spreadsheet writes all dates of a file one way: `10/23/2022` somewhere says how `10/3/2022` is meant.
    """
    parted = [match for cell in cells if (match := _PARTED.fullmatch(cell.strip()))]
    orders = [first for first in ("month", "day") if all(_parted(match, first) is not None for match in parted)]

    def days(cell: str) -> tuple[date, ...]:
        if match := _PARTED.fullmatch(cell):
            found = [day for first in orders if (day := _parted(match, first)) is not None]
            return tuple(dict.fromkeys(found))
        if match := _DOTTED.fullmatch(cell):  # no country writes the month first with points
            return _known(int(match[3]), int(match[2]), int(match[1]))
        if match := _YEAR_FIRST.fullmatch(cell):
            return _known(int(match[1]), int(match[3]), int(match[4]))
        return ()

    return days


def is_date(cell: str) -> bool:
    """Whether a cell looks like a date that no policy writes so."""
    return not _ISO.fullmatch(cell) and any(one.fullmatch(cell) for one in (_PARTED, _DOTTED, _YEAR_FIRST))


def has_two_readings(cell: str) -> bool:
    """Whether a date could be another day in a file that writes the month first, or the day first."""
    match = _PARTED.fullmatch(cell)
    return match is not None and len({_parted(match, first) for first in ("month", "day")} - {None}) > 1


def as_figure(cell: str) -> str | None:
    """Return a figure as policies write it, None where that is not plain.

    Examples:
        >>> as_figure("$5,100"), as_figure("1.234,50 EUR"), as_figure("5 EUR")
        ('5,100 USD', '1,234.5 EUR', None)
    """
    if match := _DOLLARS.fullmatch(cell):
        return f"{match[1] or match[2]} USD"
    if match := _DECIMAL_COMMA.fullmatch(cell):
        part = match[2].rstrip("0")
        return f"{int(re.sub('[. ]', '', match[1])):,}{f'.{part}' if part else ''}{match[3]}"
    return None


def two_figures(cell: str) -> tuple[str, str] | None:
    """Return both readings of a figure whose point may part thousands or decimals, None for other cells."""
    match = _EITHER.fullmatch(cell)
    if match is None:
        return None
    whole, rest, behind = match.groups()
    part = rest.rstrip("0")
    return f"{whole},{rest}{behind}", f"{whole}{f'.{part}' if part else ''}{behind}"


def _parted(match: re.Match[str], first: str) -> date | None:
    one, two, year = int(match[1]), int(match[3]), int(match[4])
    return next(iter(_known(year, one, two) if first == "month" else _known(year, two, one)), None)


def _known(year: int, month: int, day: int) -> tuple[date, ...]:
    try:
        return (date(year, month, day),)
    except ValueError:
        return ()
