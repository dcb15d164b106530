"""Whose certifications begin and end to count: folded from day to day it is how many people are decided to hold a list."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings, strategies as st

from dsl.core.ranges import Numbers
from dsl.load import load_sources
from dsl.source import Source
from evaluator.decision import Decision
from evaluator.engine import Engine, Query
from evaluator.timeline.fold import timeline
from evaluator.timeline.told import TimelineQuery

Json = Any
POLICY = """\
certifications first "First" { "A"  "B" from 2022-01-10  "C" until 2022-01-20 }
certifications second "Second" { "B"  "D" also "Delta" }
certifications third "Third" { "A" }
entitlement one { requires { people: at least 99 people holding first } }
entitlement two { requires { people: at least 99 people holding second } }
entitlement three { requires { people: at least 99 people holding third } }
"""
LOADED = load_sources([Source("people.policy", POLICY)])
assert not LOADED.errors, [one.message for one in LOADED.errors]
ENGINE = Engine(LOADED.document, LOADED.core)
EARLY, FIRST, LAST = date(2021, 12, 28), date(2022, 1, 1), date(2022, 1, 31)
"""Before the first of these days nothing counts."""
RULES = {"first": "entitlement.one", "second": "entitlement.two"}
DAYS = st.integers(-3, 33).map(lambda days: FIRST + timedelta(days=days))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "person": st.sampled_from(("ann", "bob", "cleo")),
            "certification": st.sampled_from(("A", "B", "C", "Delta", "Another")),
            "earned": DAYS.map(str),
            "expires": st.just("none") | DAYS.map(str),
        }
    ),
    max_size=7,
)
EVENTS = st.lists(
    st.tuples(st.sampled_from(("joins", "leaves")), st.sampled_from(("ann", "bob", "cleo")), st.integers(0, 30)),
    max_size=4,
)


@given(ROWS, EVENTS)
@settings(max_examples=20, deadline=None)
def test_who_counts_by_what_is_told_of_people_is_who_is_counted(rows: list[Json], drawn: list[Json]) -> None:
    rows = [row for row in rows if row["expires"] == "none" or row["expires"] >= row["earned"]]
    people = {row["person"] for row in rows}
    events = [{"on": str(FIRST + timedelta(days=day)), verb: person} for verb, person, day in drawn if person in people]
    query = TimelineQuery(tuple(RULES.values()), EARLY, LAST, {"records": {"certifications": rows}, "events": events})
    found = timeline(ENGINE, query)

    assert {each.name for one in found.people for each in one.lists} <= RULES.keys()
    counting: dict[str, Counter[str]] = {name: Counter() for name in RULES}
    told, facts = list(found.people), facts_with(rows, events)
    for offset in range((LAST - EARLY).days + 1):
        day = EARLY + timedelta(days=offset)
        while told and told[0].on == day:
            one = told.pop(0)
            for each in one.lists:
                counting[each.name][one.person] += 1 if one.is_gain else -1
        decisions = ENGINE.decide(Query(tuple(RULES.values()), day, facts)).decisions
        assert [observed(one) for one in decisions] == [
            sum(many > 0 for many in people.values()) for people in counting.values()
        ], day


def facts_with(rows: list[Json], events: list[Json]) -> Json:
    """Return the facts that a partner has day by day, by who is there: written anew here."""
    here: list[Json] = []
    for row in rows:
        moves = sorted(
            ((one["on"], verb) for one in events for verb in ("joins", "leaves") if one.get(verb) == row["person"]),
            key=lambda move: move[0],
        )
        is_here = not moves or moves[0][1] == "leaves"
        days = []
        for offset in range(-20, 60):
            day = str(FIRST + timedelta(days=offset))
            for on, verb in moves:
                if on == day:
                    is_here = verb == "joins"
            if is_here and row["earned"] <= day and (row["expires"] == "none" or day <= row["expires"]):
                days.append(day)
        here += [{**row, "earned": day, "expires": day} for day in days]
    return {"records": {"certifications": here}}


def observed(decision: Decision) -> int:
    [reason] = decision.reasons
    assert isinstance(reason.observed, Numbers)
    assert reason.observed.exact is not None
    return int(reason.observed.exact)
