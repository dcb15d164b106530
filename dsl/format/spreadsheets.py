"""What spreadsheets make of a CSV file: another encoding, dates and figures as their country writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

SAVE_AS = "save it as `CSV UTF-8 (comma delimited)`, not as plain CSV"
"""What to do about a file in the encoding of one computer."""

_PARTED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})(/)(\d{1,2})/(\d{1,2})")
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
        if match := _YEAR_FIRST.fullmatch(cell):
            return _known(int(match[1]), int(match[3]), int(match[4]))
        return ()

    return days


def is_date(cell: str) -> bool:
    """Whether a cell looks like a date that no policy writes so."""
    return any(pattern.fullmatch(cell) for pattern in (_PARTED, _YEAR_FIRST))


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
