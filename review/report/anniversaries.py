"""Which entry of the register holds an award, and when its next anniversary is."""

from __future__ import annotations

from datetime import date

from dsl import core as c
from dsl.core.ranges import Truth
from evaluator.decision import Decision
from evaluator.decisions.one_day import OneDay
from evaluator.facts import Row
from evaluator.moment import Moment


def entry_of(one: OneDay, rule: c.Rule, decision: Decision) -> Row | None:
    """Return the entry that holds an award, the one whose anniversary is the last; None where it is not surely held."""
    if decision.standing is None or decision.standing.held is not Truth.TRUE:
        return None
    at = Moment(one.facts.as_of)
    entries = one.interpreter.register.entries
    holding = [
        row
        for row in entries.told(at).rows or ()
        if row.data.get("award") in {rule.award, *rule.was}
        and entries.reaches(row, rule.level, rule)[0] is Truth.TRUE
        and entries.state(row, rule.award, rule.level, at).held is Truth.TRUE
    ]
    return max(holding, key=lambda row: row.data.get("anniversary", ""), default=None)


def next_anniversary(decision: Decision, entry: Row | None, today: date) -> date | None:
    """Return the next anniversary of a held award, where one is told."""
    if decision.standing is not None and decision.standing.next_due is not None:
        return decision.standing.next_due
    day = entry.data.get("anniversary") if entry is not None else None
    return date.fromisoformat(day) if day is not None and day > today.isoformat() else None
