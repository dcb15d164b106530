"""What a rule comes to on a day, as far as it stays the same from one day to the next."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from dsl.core.ranges import Dates, Numbers, Range, Truth
from dsl.json_values import decimal_text
from evaluator.decision import HELD, Decision, Eligibility, range_json

Json = Any


class State(NamedTuple):
    """A decision without its reasons and without dates that move with the day."""

    in_force: bool
    eligibility: Eligibility | None = None
    points: Numbers | None = None
    needed: Numbers | None = None
    out_of: Decimal | None = None
    stage: Range | None = None
    amount: Range | None = None
    currency: str | None = None
    options: tuple[tuple[str, Eligibility], ...] = ()
    due_today: bool = False
    """Whether a fee falls due on the day."""
    held: Truth | None = None
    """None of what keeps no register."""
    level: str | None = None
    since: date | None = None
    until: date | None = None
    """First day it is no longer held, where that is decided."""
    next_check: date | None = None
    check_due: date | None = None
    """The anniversary of the last check."""
    check_day: date | None = None
    check: Truth | None = None
    """What the last check came to; unknown while a day of its window is still ahead."""
    renewable: bool = False
    """Whether the day is one on which it may be renewed."""

    def as_json(self) -> dict[str, Json]:
        """Return what there is of it."""
        told: dict[str, Json] = {"in_force": self.in_force}
        if self.eligibility is not None:
            told["eligibility"] = self.eligibility
        if self.points is not None and self.needed is not None and self.out_of is not None:
            told["points"] = range_json(self.points)
            told["needed"] = range_json(self.needed)
            told["out_of"] = decimal_text(self.out_of)
        if self.stage is not None:
            told["stage"] = range_json(self.stage)
        if self.amount is not None:
            told["amount"] = {"value": range_json(self.amount), "currency": self.currency}
        if self.options:
            told["options"] = dict(self.options)
        if self.held is not None:
            told["held"] = HELD[self.held]
        for name, day in (("since", self.since), ("until", self.until), ("next_check", self.next_check)):
            if day is not None and self.held is not Truth.FALSE:
                told[name] = day.isoformat()
        if self.level is not None and self.held is not Truth.FALSE:
            told["level"] = self.level
        if self.renewable:
            told["renewable"] = True
        return told


def state_of(decision: Decision, day: date) -> State:
    """Return the state of a rule on the day it was decided for."""
    standing, score = decision.standing, decision.score
    told = State(
        decision.in_force,
        decision.eligibility,
        score.points if score is not None else None,
        score.needed if score is not None else None,
        score.out_of if score is not None else None,
        decision.stage,
        decision.amount,
        decision.currency,
        tuple((one.name or "no_choice", one.eligibility) for one in decision.options),
        isinstance(decision.due, Dates) and decision.due.exact == day,
    )
    if standing is None:
        return told
    check = standing.check
    is_held = standing.held is not Truth.FALSE
    return told._replace(
        held=standing.held,
        level=standing.level,
        since=standing.since if is_held else None,
        until=standing.until,
        # Of what is not held it is the check that would follow, were it attained on the day.
        next_check=standing.next_check if is_held else None,
        check_due=standing.check_due,
        check_day=check.day if check is not None else None,
        check=check.truth if check is not None else None,
        renewable=standing.renews_due is not None,
    )
