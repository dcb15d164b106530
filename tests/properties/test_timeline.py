"""A timeline is deciding day by day: what it tells of the days it does not look at is what a naive fold finds there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest

from dsl import core as c
from dsl.core import calendar
from evaluator.engine import Query
from evaluator.timeline.fold import Timeline, timeline
from evaluator.timeline.state import State, state_of
from evaluator.timeline.told import TimelineQuery
from review.scenarios.partners import Chances, Partners
from tests.properties.test_laws import REAL, SMALL, engine

Json = Any
DAY = timedelta(days=1)


def naive(name: str, facts: Json, rules: list[str], first: date, last: date) -> Iterator[tuple[date, dict[str, State]]]:
    """Go through every day: enter what is attained and done on it, then decide the rules."""
    core = engine(name).core
    plain = {
        key: value if isinstance(value, dict) else {"history": [{"from": str(first), "value": value}]}
        for key, value in facts.get("facts", {}).items()
    }
    register: list[Json] | None = None
    partial = False
    raw = facts["records"].get("awards")
    if raw is not None:
        register, partial = (raw["rows"], raw.get("partial", False)) if isinstance(raw, dict) else (raw, False)
    known_before = {row.get("award") for row in register or ()}
    at_once = [rule for rule in core.rules.values() if any(version.immediate_badge for version in rule.versions)]
    met: dict[str, bool] = {}

    def decide(what: list[str], register: list[Json] | None) -> list[Any]:
        records = dict(facts["records"])
        if register is not None:
            records["awards"] = {"rows": register, "partial": True} if partial else register
        told = {**facts, "facts": plain, "records": records}
        told.pop("events", None)
        return list(engine(name).decide(Query(tuple(what), day, told)).decisions)

    day = first
    while day <= last:
        for event in facts.get("events", ()):
            if event["on"] == str(day):
                [decision] = decide([event["attains"]], register)
                if decision.eligibility == "eligible" and decision.standing.held.name != "TRUE":
                    register = [*(register or ()), entry(core.rules[event["attains"]], day, decision)]
        now = dict.fromkeys((rule.id for rule in at_once), False)
        entered = True
        while entered and register is not None and at_once:
            entered = False
            for rule, decision in zip(at_once, decide([rule.id for rule in at_once], register), strict=True):
                gives = any(version.gives_badge_at_once(day) for version in rule.versions if version.in_force(day))
                now[rule.id] |= gives and decision.eligibility == "eligible"
                before = met.get(rule.id, bool({rule.award, *rule.was} & known_before))
                if now[rule.id] and not before and decision.standing.held.name == "FALSE":
                    register = [*register, entry(rule, day, decision)]
                    entered = True
                    break
        met = now
        yield day, {one.rule: state_of(one, day) for one in decide(rules, register)}
        day += DAY


def entry(rule: c.Rule, day: date, decision: Any) -> Json:
    due = decision.standing.would_be or calendar.add_years(day, 1)
    row = {"award": rule.award, "attained": str(day), "anniversary": str(due), "ended": "none", "benefits": "none"}
    return row if rule.level is None else {**row, "level": rule.level}


def told_on(found: Timeline, day: date) -> dict[str, State]:
    return {life.rule.id: span.state for life in found.lives for span in life.spans if span.first <= day <= span.last}


@cache
def makers(name: str, as_of: date, complete: bool) -> Partners:
    chances = (
        Chances(untold=0, absent=0, untold_field=0, history=0.4, projected=0.1) if complete else Chances(history=0.3)
    )
    return Partners(engine(name).core, seed=14, as_of=as_of, chances=chances)


def compare(name: str, number: int, days: int, most: int, turning: list[date], of: Sequence[str] | None = None) -> int:
    """Compare one partner's timeline with the naive fold; return how many days it looked at."""
    random = Random(f"{name}/{number}")
    first = random.choice(turning) - random.randint(0, days) * DAY
    last = first + days * DAY
    facts = makers(name, first + days // 2 * DAY, number % 2 == 0).partner(number)
    rules = list(of or engine(name).core.rules)
    rules = random.sample(rules, min(most, len(rules)))
    if number % 3 == 0:
        awards = [rule.id for rule in engine(name).core.rules.values() if rule.is_award]
        events = {str(first + random.randint(0, days) * DAY): random.choice(awards) for _ in range(3)}
        attained = {(row.get("award"), row.get("attained")) for row in rows(facts)}
        facts["events"] = [
            {"on": on, "attains": award}
            for on, award in sorted(events.items())
            if (engine(name).core.rules[award].award, on) not in attained
        ]
    if doubled(facts):
        return 0

    found = timeline(engine(name), TimelineQuery(tuple(rules), first, last, facts))

    for day, states in naive(name, facts, rules, first, last):
        told = told_on(found, day)
        for rule, state in states.items():
            different = [
                f"{field}: {one} for {other}"
                for field, one, other in zip(State._fields, told[rule], state, strict=True)
                if one != other
            ]
            assert not different, (
                f"{name} partner {number}: {rule} on {day}\n{different}\nfrom {first} to {last}\n{json.dumps(facts)}"
            )
    return len(found.days)


def rows(facts: Json) -> list[Json]:
    raw = facts["records"].get("awards", [])
    return raw["rows"] if isinstance(raw, dict) else raw


def doubled(facts: Json) -> bool:
    days = [(row.get("award"), row.get("attained")) for row in rows(facts) if "award" in row and "attained" in row]
    return len(set(days)) < len(days)


def turning(name: str) -> list[date]:
    return [day for day in engine(name).core.change_days if date(2020, 1, 1) < day < date(2026, 12, 31)]


@pytest.mark.parametrize("name", SMALL)
def test_a_timeline_is_deciding_day_by_day(name: str) -> None:
    looked_at = [compare(name, number, 40, 4, turning(name)) for number in range(1, 5)]

    assert any(looked_at)
    assert sum(looked_at) < 4 * 41


@pytest.mark.benchmarks
@pytest.mark.parametrize("name", SMALL)
def test_a_timeline_is_deciding_day_by_day_for_many(name: str) -> None:
    for number in range(100, 140):
        compare(name, number, 500, 40, turning(name))


@pytest.mark.benchmarks
def test_a_timeline_of_real_rules_is_deciding_day_by_day() -> None:
    for number in range(1, 9):
        compare(REAL, number, 60, 6, turning(REAL))


@pytest.mark.benchmarks
@pytest.mark.parametrize("number", [2, 3])
def test_three_years_of_all_real_awards_are_deciding_day_by_day(number: int) -> None:
    awards = [rule.id for rule in engine(REAL).core.rules.values() if rule.is_award]

    assert 0 < compare(REAL, number, 3 * 365, len(awards), turning(REAL), of=awards) < 3 * 365
