"""What a value can be, on which days a thing counts, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal as OneOf

TypeKind = OneOf["flag", "count", "number", "percent", "points", "money", "date", "duration", "text", "choice"]
NUMERIC: frozenset[str] = frozenset({"count", "number", "percent", "points", "money"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """What a value can be: its kind, unit (a currency, or what is counted), choices, and bounds."""

    kind: TypeKind
    unit: str | None = None
    choices: tuple[str, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    spellings: tuple[tuple[str, str], ...] = ()
    """What else may be told for a value, each with the value; of a text the values themselves too."""

    @property
    def values(self) -> tuple[str, ...]:
        """The values that rules may name by their words: all of a choice, the declared ones of a text."""
        return self.choices or tuple(dict.fromkeys(value for _, value in self.spellings))

    def value_of(self, told: str) -> str:
        """Return the value that a text is a spelling of: itself where no other claims it."""
        return next((value for spelling, value in self.spellings if spelling == told), told)

    @property
    def is_numeric(self) -> bool:
        """Whether values are decimals."""
        return self.kind in NUMERIC

    @property
    def phrase(self) -> str:
        """The type as a noun with its article, for sentences."""
        match self.kind:
            case "money":
                return f"an amount in {self.unit}" if self.unit else "an amount of money"
            case "choice":
                return "one of " + ", ".join(f"`{choice}`" for choice in self.choices)
            case "points":
                return "a number of points"
            case "percent":
                return "a percentage"
            case "number":
                return "a plain number"
            case "flag":
                return "a condition"
            case _:
                return f"a {self}"

    def __str__(self) -> str:
        if self.kind == "money":
            return f"money {self.unit}" if self.unit else "money"
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        if self.kind == "count" and self.unit:
            return f"count of {self.unit}"
        return self.kind


FLAG = Type(kind="flag")
COUNT = Type(kind="count", low=Decimal(0))
POINTS = Type(kind="points", low=Decimal(0))
PERCENT = Type(kind="percent")
DATE = Type(kind="date")
DURATION = Type(kind="duration")
TEXT = Type(kind="text")


@dataclass(frozen=True, slots=True)
class Duration:
    """Calendar months and days; a year is twelve months."""

    months: int = 0
    days: int = 0

    def __str__(self) -> str:
        """Return it in words: years where the months are whole ones.

        Examples:
            >>> str(Duration(months=12, days=1))
            '1 year and 1 day'
        """
        years, months = (0, self.months) if self.months % 12 else (self.months // 12, 0)
        counted = [(years, "year"), (months, "month"), (self.days, "day")]
        told = [f"{size} {word}{'' if size == 1 else 's'}" for size, word in counted if size]
        return " and ".join(told) or "0 days"


@dataclass(frozen=True, slots=True)
class RoundTo:
    """Direction and step of a rounding."""

    mode: OneOf["down", "up", "half up"]
    step: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Days:
    """From ``start`` (included) until ``end`` (excluded); None is open."""

    start: date | None = None
    end: date | None = None
    provisional: bool = False
    """Whether the first day is second-hand."""
    ends_provisional: bool = False
    """Whether the end is: where nothing follows, that nothing is in force any more rests on it."""

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def __str__(self) -> str:
        """Return them in words, the last day included.

        Examples:
            >>> str(Days(date(2022, 10, 3), date(2023, 1, 1)))
            'from 2022-10-03 through 2022-12-31'
            >>> str(Days(date(2022, 10, 3), date(2022, 10, 4)))
            'on 2022-10-03'
            >>> str(Days())
            'always'
        """
        last = None if self.end is None else self.end - timedelta(days=1)
        if self.start is not None and self.start == last:
            told = [f"on {last}"]
        else:
            told = [f"{word} {day}" for word, day in (("from", self.start), ("through", last)) if day is not None]
        text = " ".join(told) or "always"
        return f"{text} (provisional)" if self.provisional else text


ALWAYS = Days()


def is_empty(days: Days) -> bool:
    """Whether the end is not after the start."""
    return days.start is not None and days.end is not None and days.end <= days.start


def overlap(a: Days, b: Days) -> bool:
    """Whether the two have a day in common."""
    starts_before = b.end is None or a.start is None or a.start < b.end
    ends_after = a.end is None or b.start is None or b.start < a.end
    return starts_before and ends_after


def common_days(a: Days, b: Days) -> Days:
    """Return the days that are in both."""
    starts = [x for x in (a.start, b.start) if x is not None]
    ends = [x for x in (a.end, b.end) if x is not None]
    start = max(starts, default=None)
    provisional = any(days.provisional and days.start == start for days in (a, b))
    end = min(ends, default=None)
    return Days(start, end, provisional, any(days.ends_provisional and days.end == end for days in (a, b)))


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a figure comes from: the source's title and the place in it."""

    source: str
    place: str


@dataclass(frozen=True, slots=True)
class Basis:
    """What a requirement rests on beside its figures."""

    cites: tuple[Citation, ...] = ()
    assumes: tuple[str, ...] = ()
    seen: date | None = None
    """Observed on this day; applied to earlier days it is an assumption."""


NO_BASIS = Basis()


def number(value: Decimal) -> str:
    """Write a decimal for people: thousands separated, no needless zeros."""
    text = f"{value if value else abs(value):,f}"  # a zero has no sign
    return text.rstrip("0").rstrip(".") if "." in text else text
