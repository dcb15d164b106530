"""The days that nodes are asked on: one for all rows of a query, or a column of days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from evaluator.columnar import terms as t
from evaluator.columnar.algebra import End, Ordered, Value, constant
from evaluator.columnar.terms import Term


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a node is asked on.

    In a column stand days of one epoch: from one to the next no version of what is asked begins or ends.
    """

    at: date
    """The day, or one of its epoch: it says which versions count."""
    term: Term = field(compare=False)
    """What it is in SQL."""
    column: str = ""
    """The name of its column, by which it is told from others; nothing where it is one day for all rows."""
    last: date = date.min
    """The last day that it may be."""

    @property
    def is_exact(self) -> bool:
        """Whether it is one day for all rows."""
        return not self.column

    @property
    def value(self) -> Value:
        """What it is as a value."""
        if self.is_exact:
            return constant(self.at)
        end = End(self.term, True)
        return Ordered(end, end, is_day=True)


def exactly(day: date) -> Day:
    """Return one day for all rows."""
    return Day(day, t.day(day), last=day)
