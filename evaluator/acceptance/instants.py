"""Instants in facts: when somebody earned or joined, where a day alone would not say it.

A question is asked for a day, and the last instant of that day in UTC stands for it: what comes about on a day counts on
it, as a first day of the policies does. What is earned at an instant counts 24 hours later: from the day in UTC in which
the hours end, wherever the clock stood that told the instant. Who tells a day tells the day from which it counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from evaluator.limits import FIRST_YEAR, LAST_YEAR

_AFTER = timedelta(hours=24)
_DAY_LENGTH = len("2022-10-03")

PATTERN = (
    r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
"""An instant of RFC 3339 in the years ``FIRST_YEAR`` to ``LAST_YEAR``; the calendar is asked besides."""

if not PATTERN.startswith(f"^({'|'.join(str(year) for year in range(FIRST_YEAR // 100, LAST_YEAR // 100 + 1))})"):
    raise AssertionError("instants have the years of days")


def counts_from(told: str) -> date:
    """Return the first day on which counts what is told to be earned, or joined.

    Args:
        told: a day, which is that day; or an instant, as the facts' schema accepts it.
    """
    return date.fromisoformat(told) if len(told) == _DAY_LENGTH else (_instant(told) + _AFTER).date()


def day_of(told: str) -> date:
    """Return the day in which something comes about that is told by a day or an instant; days are those of UTC."""
    return date.fromisoformat(told) if len(told) == _DAY_LENGTH else _instant(told).date()


def of_event(event: Mapping[str, Any]) -> date:
    """Return the day on which what the partner does takes effect: who joins at an instant counts 24 hours later."""
    return counts_from(event["on"]) if "joins" in event else day_of(event["on"])


def is_instant(told: str) -> bool:
    """Whether a text that the facts' schema accepts is an instant, and no day."""
    return len(told) > _DAY_LENGTH


def _instant(told: str) -> datetime:
    # Parts of a second end in the second that they began in.
    text = told.upper()
    if "." in text:
        whole, rest = text.split(".")
        text = whole + rest.lstrip("0123456789")
    return datetime.fromisoformat(text).astimezone(UTC)
