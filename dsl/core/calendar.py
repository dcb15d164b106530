"""Dates and durations: adding months, anniversaries, months as numbers."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Literal

from dsl.core import Duration

_LAST_YEAR = date.max.year


def month_index(day: date) -> int:
    """Return the month as a number that counts up by one a month."""
    return day.year * 12 + day.month - 1


def month_of(text: str) -> int:
    """Return the month index of ``YYYY-MM``."""
    year, month = text.split("-")
    return int(year) * 12 + int(month) - 1


def month_text(index: int) -> str:
    """Write a month index as ``YYYY-MM``."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def add(day: date, duration: Duration, *, back: bool = False) -> date:
    """Shift a date by months, then days; a day that the month does not have becomes its last one.

    Past the calendar's ends the first or last day there is comes back.
    """
    sign = -1 if back else 1
    index = month_index(day) + sign * duration.months
    year, month = index // 12, index % 12 + 1
    if year < 1:
        return date.min
    if year > _LAST_YEAR:
        return date.max
    moved = date(year, month, min(day.day, monthrange(year, month)[1]))
    try:
        return moved + timedelta(days=sign * duration.days)
    except OverflowError:
        return date.min if sign < 0 else date.max


def add_years(day: date, years: int) -> date:
    """Return the anniversary of a date; 29 February falls on the 28th in common years."""
    return add(day, Duration(months=12 * abs(years)), back=years < 0)


def next_anniversary(original: date, after: date) -> date:
    """Return the first anniversary of ``original`` later than ``after``, always reckoned from the original date."""
    years = after.year - original.year
    candidate = add_years(original, years)
    return candidate if candidate > after else add_years(original, years + 1)


def months_before(day: date, months: int, back: int) -> tuple[int, int]:
    """Return first and last month index of a window of full months that ends ``back`` months before the last full month."""
    last = month_index(day) - 1 - back
    return last - months + 1, last


def day_after(day: date) -> date:
    """Return the day after one; nothing is behind the last day there is."""
    return day if day == date.max else day + timedelta(days=1)


def edge(day: date, which: Literal["start", "end"], months: int = 1) -> date:
    """Return the first or last day of the month of a day, or of the quarter (3 months) or year (12) that it lies in."""
    first = day.replace(month=day.month - (day.month - 1) % months, day=1)
    if which == "start":
        return first
    last = first.month + months - 1
    return date(day.year, last, monthrange(day.year, last)[1])


def month_start(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """Return the last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
