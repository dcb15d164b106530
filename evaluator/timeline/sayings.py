"""What is said of a happening beside what its states tell: a code and what it names, so that every language can say it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from dsl.core.ranges import Range
from evaluator.decision import Eligibility
from evaluator.reasons.expander import plain

Code: TypeAlias = Literal[
    "rule_ended", "ended", "not_renewed", "perhaps_held", "held_already", "on_the_day", "next_anniversary",
    "not_held", "outside_window", "check_not_passed", "no_choice", "bought",
]  # fmt: skip
"""What is said."""

_TEXTS: dict[Code, str] = {
    "rule_ended": "the rule ended",
    "ended": "ended",
    "not_renewed": "not renewed",
    "perhaps_held": "not known whether it is still held",
    "held_already": "held already, since {day}",
    "on_the_day": "{outcome} on the day",
    "next_anniversary": "next anniversary {day}",
    "not_held": "not held on the day",
    "outside_window": "not in the days for its renewal",
    "check_not_passed": "its check is not passed",
    "no_choice": "for a year; no choice of the day offers them",
    "bought": "through {day}{pays}",
}


class Payment(NamedTuple):
    """What is paid: its titles, and how much where that is told."""

    titles: tuple[str, ...]
    amount: Range | None = None
    currency: str | None = None


class Saying(NamedTuple):
    """One thing that is said, with the day, outcome and payments that it names."""

    code: Code
    day: date | None = None
    outcome: Eligibility | None = None
    """None where what is asked about is no award."""
    pays: Sequence[Payment] = ()

    @property
    def text(self) -> str:
        """The words that answers have for it."""
        outcome = (self.outcome or "no award").replace("_", " ")
        pays = f"; pays {' and '.join(map(_payment, self.pays))}" if self.pays else ""
        return _TEXTS[self.code].format(day=self.day, outcome=outcome, pays=pays)


def _payment(one: Payment) -> str:
    amount = "" if one.amount is None else f" {plain(one.amount)} {one.currency or ''}".rstrip()
    return f"{', '.join(one.titles)}{amount}"
