"""Months, anniversaries, the ends of the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from dsl.core import Duration, calendar

DAYS = st.dates(date(1990, 1, 1), date(2050, 12, 31))


@pytest.mark.parametrize(
    ("day", "duration", "expected"),
    [
        ("2023-01-31", Duration(months=1), "2023-02-28"),
        ("2024-01-31", Duration(months=1), "2024-02-29"),
        ("2023-01-31", Duration(months=1, days=1), "2023-03-01"),
        ("2022-11-30", Duration(months=15), "2024-02-29"),
        ("2023-12-31", Duration(days=1), "2024-01-01"),
    ],
)
def test_a_month_that_lacks_the_day_takes_its_last_one(day: str, duration: Duration, expected: str) -> None:
    assert calendar.add(date.fromisoformat(day), duration) == date.fromisoformat(expected)


def test_months_go_back_over_the_turn_of_the_year() -> None:
    assert calendar.add(date(2023, 1, 31), Duration(months=2), back=True) == date(2022, 11, 30)


def test_past_the_ends_of_the_calendar_stands_its_last_day() -> None:
    assert calendar.add(date(9999, 6, 1), Duration(months=12)) == date.max
    assert calendar.add(date(9999, 12, 30), Duration(days=9)) == date.max
    assert calendar.add(date(1, 1, 1), Duration(months=1), back=True) == date.min


def test_a_leap_day_anniversary_returns_to_the_29th() -> None:
    original = date(2020, 2, 29)

    assert calendar.next_anniversary(original, date(2022, 6, 1)) == date(2023, 2, 28)
    assert calendar.next_anniversary(original, date(2023, 2, 28)) == date(2024, 2, 29)


@given(original=DAYS, after=DAYS)
def test_the_next_anniversary_comes_within_a_year_and_falls_on_the_day(original: date, after: date) -> None:
    found = calendar.next_anniversary(original, after)

    assert after < found <= after + timedelta(days=366)
    assert (found.month, found.day) in {(original.month, original.day), (2, 28)}


@given(a=DAYS, b=DAYS, months=st.integers(0, 40), days=st.integers(0, 40), back=st.booleans())
def test_shifting_never_turns_the_order_of_two_days(a: date, b: date, months: int, days: int, back: bool) -> None:
    first, last = sorted((a, b))
    duration = Duration(months=months, days=days)

    assert calendar.add(first, duration, back=back) <= calendar.add(last, duration, back=back)


@given(DAYS)
def test_months_are_written_and_read_alike(day: date) -> None:
    index = calendar.month_index(day)

    assert calendar.month_of(calendar.month_text(index)) == index
    assert calendar.month_start(day) <= day <= calendar.month_end(day)
    assert calendar.month_index(calendar.month_end(day) + timedelta(days=1)) == index + 1
