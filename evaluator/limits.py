"""How much one question may ask: bounds that fit each other, so that it is bounded work whatever it says."""

from __future__ import annotations

from datetime import date

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2100, 12, 31)
"""The days that can be asked about. The oldest rule of a partner programme is younger than the first, and yearly
checks are followed through from an award's start to the day asked: the span bounds how many there can be."""

FIRST_YEAR = 1900
LAST_YEAR = 2199
"""Years of the dates and months in facts: ends and starts that lie outside of the span asked about can still be told,
a date that stands for "never" is written ``none``."""

DIGITS = 18
PLACES = 6
"""Digits before and behind the point of a number in facts; see the bound on exact arithmetic in ``ranges``."""

MAX_RULES = 500
"""Names and patterns of rules in one question."""
MAX_ROWS = 10_000
"""Rows of one list of records."""
MAX_ENTRIES = 500
"""Entries of the register of awards: each may be checked every year by every rule that asks for it. A partner that held
every award of the programme for years has fewer."""
MAX_HISTORY = 1_000
"""Values of one fact over time."""
MAX_PROBLEMS = 100
"""Places of refused facts that are told; the rest of the facts is not looked at then."""
MAX_NAME = 200
"""Characters of a name that is told back to whoever sent it."""


class DayOutside(ValueError):
    """A day was asked about that lies outside of ``FIRST_DAY`` through ``LAST_DAY``."""

    def __init__(self, day: date) -> None:
        self.day = day
        super().__init__(f"{day} lies outside of the days that can be asked about")


SPAN_ADVICE = f"ask for a day from {FIRST_DAY} through {LAST_DAY}"


def is_inside(day: date) -> bool:
    """Whether a day can be asked about."""
    return FIRST_DAY <= day <= LAST_DAY


def shortened(name: str) -> str:
    """Return a name as it is told back: its beginning where it is long."""
    return name if len(name) <= MAX_NAME else f"{name[:MAX_NAME]}…"
