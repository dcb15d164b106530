"""What follows from a rule, shown by a partner: standings, checks, days of renewal, and what an option brings.

No claim is made of these; where the sides write them otherwise, partners are looked for who are told otherwise. Such a one
meets the rule in some months only, and its award's anniversary lies near: there a check, a window and the days of grace
and of renewal turn. Who is found is decided by both engines, and needs all that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice, pairwise
from typing import Any

from dsl import core as c
from dsl.core import calendar
from dsl.core.ranges import Truth
from evaluator import limits
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.decision import Decision, decision_json
from evaluator.engine import Engine, Query
from review.prove.claims import Claim, Facts
from review.prove.witness import LONG_AGO, only_within, smallest

Json = Any
TOLD = ("in_force", "standing", "due", "window", "renews_to", "effects", "options", "badge")
"""What of a decision follows from it, as an answer has it."""
APART = ("reasons", "missing", "assumptions", "cites", "at", "code", "title", "eligibility")
"""What a reader is told of that, which is another one where nothing else is, and what the claims are of."""
CALLED = ("option", "effect")
"""What parts of it are called by."""
HELD = "standing held"
MORE = 80
"""Partners that are tried behind one to whom a day is told otherwise, for one whose award is held on one side only."""
AWAY = (-45, -20, 20, 75, 200)
"""Days from that of the question to the anniversary."""
MONTHS_BEFORE = (12, 7, 6, 5, 4, 3, 2, 1)
DAYS_BEHIND = (1, 15, 40, 50, 75, 100)
QUALIFYING = 2
"""Partners who meet the rule that are tried with all of these."""
MOST_PARTNERS = 120
"""Partners that are asked whether they do."""
FEW_PARTNERS = 20
"""Those that are tried as they are, of a rule that nobody can hold."""


class Follows:
    """Looks for who shows what follows from rules of two sides."""

    def __init__(self, before: Engine, after: Engine) -> None:
        self.before, self.after = before, after

    def shown(
        self, was: c.Rule, rule: c.Rule, day: date, partners: Iterable[Facts], is_late: Callable[[], bool]
    ) -> Claim | None:
        """Return a partner who is told otherwise what follows; None where none is found until it is late.

        Args:
            was: the rule before.
            rule: the rule after.
            day: the day of the question.
            partners: some who tell what the rule asks; those who meet it first.
            is_late: whether there is no time left.
        """
        unlike = self._unlike(was, rule, day)
        found: Facts | None = None
        left = MORE
        for facts in self._thought_of(was, rule, day, partners):
            if is_late() or left == 0:
                break
            names = [name for name, _, _ in unlike(facts)]
            if names and (found is None or HELD in names):
                found = facts
            if HELD in names:
                break
            left -= found is not None
        if found is None:
            return None
        wanted = HELD if any(name == HELD for name, _, _ in unlike(found)) else ""
        least = smallest(dict(found), lambda one: any(name == wanted or not wanted for name, _, _ in unlike(one)))
        what, before, after = next(one for one in unlike(least) if one[0] == wanted or not wanted)
        return Claim("witness", least, day, f"{what}: {before}", f"{what}: {after}")

    def _unlike(self, was: c.Rule, rule: c.Rule, day: date) -> Callable[[Facts], list[tuple[str, str, str]]]:
        def found(facts: Facts) -> list[tuple[str, str, str]]:
            try:
                told = [
                    dict(_told(_decided(engine, Query((name,), day, facts, detail="none"))))
                    for engine, name in ((self.before, was.id), (self.after, rule.id))
                ]
            except FactErrors:
                return []
            one, other = told
            names = [name for name in dict.fromkeys((*one, *other)) if one.get(name) != other.get(name)]
            return [(name, one.get(name, "not told"), other.get(name, "not told")) for name in names]

        return found

    def _thought_of(self, was: c.Rule, rule: c.Rule, day: date, partners: Iterable[Facts]) -> Iterator[Facts]:
        found = 0
        for facts in islice(partners, MOST_PARTNERS if rule.is_award else FEW_PARTNERS):
            yield facts
            if rule.is_award and self._is_met(was, rule, day, facts):
                found += 1
                yield from _holding(facts, rule, day, self._kinds(rule))
                if found == QUALIFYING:
                    return

    def _is_met(self, was: c.Rule, rule: c.Rule, day: date, facts: Facts) -> bool:
        try:
            sides = ((self.before, was), (self.after, rule))
            return all(one.outcomes(of.id, facts, day).get("eligibility") is Truth.TRUE for one, of in sides)
        except FactErrors:
            return False

    def _kinds(self, rule: c.Rule) -> Sequence[str]:
        """Return another award of the rule's kind, whose anniversary may be the one that is shared."""
        others = (one.award for one in self.after.core.rules.values() if one.is_award and one.kind == rule.kind)
        return [award for award in dict.fromkeys(others) if award != rule.award][:1]


def _holding(facts: Facts, rule: c.Rule, day: date, others: Sequence[str]) -> Iterator[Facts]:
    """Yield partners who hold the award, and are as told in some months only."""
    for away in AWAY:
        anniversary = day + timedelta(days=away)
        held = _award(rule.award, anniversary, rule.level)
        # The anniversary of an award follows from when it was attained where it is not told.
        since = {"award": held["award"], "attained": calendar.add_years(anniversary, -1).isoformat(), "ended": "none"}
        beside = [_award(one, anniversary - timedelta(days=90), None) for one in others]
        registers = [[held], *([one, *beside] for one in (held, since) if beside)]
        if beside:
            # Who attains it now is checked first at an anniversary that an award beside may have.
            yield {**facts, "records": {**facts["records"], "awards": beside}}
        for start, end in _spans(anniversary):
            for register in registers:
                if limits.is_inside(start) and limits.is_inside(end):
                    told = only_within(facts, start, end)
                    yield {**told, "records": {**told["records"], "awards": register}}


def _award(award: str, anniversary: date, level: str | None) -> Json:
    row = {"award": award, "attained": LONG_AGO, "anniversary": anniversary.isoformat(), "ended": "none"}
    return row if level is None else {**row, "level": level}


def _spans(anniversary: date) -> Iterator[tuple[date, date]]:
    """Yield from when until when the partner is as told: until a day, from a day on, and in one month."""
    month = calendar.month_index(anniversary)
    firsts = [date.fromisoformat(f"{calendar.month_text(month - back)}-01") for back in MONTHS_BEFORE]
    days = [*firsts, anniversary, *(anniversary + timedelta(days=one) for one in DAYS_BEHIND)]
    first, last = date.fromisoformat(LONG_AGO), days[-1] + timedelta(days=800)
    yield from ((first, one) for one in days)
    yield from ((one, last) for one in days)
    yield from pairwise(days)


def _decided(engine: Engine, query: Query) -> Decision:
    (found,) = engine.outcomes_of(query)
    if found.standing is None or found.standing.held is not Truth.FALSE or found.eligibility != "eligible":
        return found
    # When it would be checked first is told of what could be attained.
    return engine.decide(query).decisions[0]


def _told(decision: Decision) -> Iterator[tuple[str, str]]:
    """Yield what follows from a decision, each with what it says."""
    answer = decision_json(decision, "none")
    for what in TOLD:
        yield from _leaves(what, answer.get(what))
    if decision.standing is not None and decision.standing.would_be is not None:
        yield "first check, were it attained today", decision.standing.would_be.isoformat()


def _leaves(name: str, told: Json) -> Iterator[tuple[str, str]]:
    match told:
        case Mapping():
            for key, value in told.items():
                if key not in APART and key not in CALLED:
                    yield from _leaves(f"{name} {key}", value)
        case list() if all(isinstance(value, str) for value in told):
            yield name, ", ".join(told).replace("_", " ")
        case list():
            for number, value in enumerate(told, start=1):
                called = value.get("option", value.get("effect", number)) if isinstance(value, dict) else number
                yield from _leaves(f"{name} {called}", value)
        case None:
            return
        case _:
            yield name, str(told).replace("_", " ")
