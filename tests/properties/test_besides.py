"""What is kept of nobody at hand, for all partners of whom the same is told: held against an engine that keeps nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from itertools import product
from typing import Any

import pytest

from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine, Query
from evaluator.interpreter import Besides

Json = Any
POLICY = """
facts { size: one of s, l   word: text   n: count   m: count   z: flag   term: duration }
membership of checked, yearly
certifications staff { "One"  "Two" }
records ev "Evidence" dated by day { day: date  size_of: count }
designation d { requires { x: any of { a: size = l  b: n >= 5 }   y: any of { a: word = "w"  b: m >= 5 } }   checked at never }
designation people { requires { x: at least 1 people holding staff   n: n >= 1 } }
designation evidence { requires { x: (count ev[size_of > 1] >= 1) sometime from 2022-12-01 through today } }
designation ahead { requires { x: n >= 5   y: z } }
designation held_one { requires { x: holds d on 2022-12-15   y: z } }
designation checked {
  requires { both: any of { size: size = l   evidence: count ev >= 1   staff: at least 1 people holding staff }   y: z }
  checked at own anniversary, lost after 30 days
}
designation yearly {
  requires { n: n >= 1   soon: next anniversary <= today + 300 days }
  at even anniversaries { m: m >= 5 }
  at odd anniversaries { l: size = l }
  valid term
  checked at own anniversary, lost after 30 days
}
entitlement of_members { requires {
  none: not holds checked   year: anniversary <= today + 400 days   first: first anniversary after 2022-12-01 >= 2023-01-01
  paid: any of { word: word = "w"   held: holds yearly }
} }
measure people_or_size: flag = n >= 3 or size = l
entitlement measured { requires { m: people_or_size   ahead: people_or_size as projected   some: count ev[size_of > m] >= 1 } }
entitlement right {
  requires {
    one: any of { d: qualifies for d   people: qualifies for people   evidence: qualifies for evidence   ahead: qualifies for ahead
      held_one: qualifies for held_one }
    was: qualifies for d sometime from 2022-11-01 through today
    z: z
  }
}
lifecycle designation { at_risk when fails as projected   active when held   started when in_progress   not_started otherwise }
"""
RULES = ("lifecycle.designation.d", "entitlement.*", "designation.*")
PROJECTED: list[Json] = [
    {},
    {"projected": {"facts": {}}},
    {"projected": {"facts": {"size": "s", "word": "v", "n": 0, "m": 0}}},
    {"projected": {"facts": {"n": 6, "m": 6}}},
]
PARTNERS = [
    {"facts": {"size": size, "word": word, "n": n, "m": m}, "records": {"awards": []}, **projected}
    for size, word, n, m, projected in product("sl", "vw", (0, 3, 6), (0, 6), PROJECTED)
]
HELD = [{"award": "designation.d", "attained": "2022-12-01", "ended": "none"}]
CHECKED = [{"award": "designation.checked", "attained": "2021-12-10", "anniversary": "2022-12-10", "ended": "none"}]
YEARLY = [{"award": "designation.yearly", "attained": "2021-12-10", "anniversary": "2022-12-10", "ended": "none"}]
DAYS = (date(2023, 1, 1), date(2023, 6, 20))
LITTLE: list[Json] = [
    {"facts": {**facts}, "records": {**records}, **projected}
    for facts in (
        {},
        {"z": True},
        {"n": 6},
        {"n": {"history": [{"from": "2022-12-01", "value": 6}]}},
        {"size": "l", "z": False},
        {"term": 90, "n": 6},
    )
    for records in (
        {},
        {"awards": []},
        {"awards": HELD},
        {"awards": CHECKED},
        {"awards": YEARLY},
        {"awards": {"rows": [], "partial": True}},
        {"awards": [], "certifications": [{"person": "ann", "certification": "One", "earned": "2022-01-01"}]},
        {"ev": [{"day": "2022-12-20", "size_of": 2}]},
    )
    for projected in (PROJECTED[0], PROJECTED[2])
]
"""Partners of whom little is told: what nothing of it reaches is that of nobody."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    loaded = load_sources([Source("a.policy", POLICY)])
    assert not loaded.errors
    return Engine(loaded.document)


def answer(engine: Engine, facts: Json, day: date) -> str:
    return json.dumps(engine.decide(Query(RULES, day, facts)).as_json(), sort_keys=True)


def keeping_nothing(engine: Engine) -> Engine:
    """Return an engine that decides everything of the partner at hand, and has decided for nobody before."""
    fresh = engine.over(engine.document, engine.core)
    fresh.prepared.besides = Besides()
    return fresh


def test_an_engine_that_decided_for_others_decides_as_one_that_did_not(engine: Engine) -> None:
    """Every partner on one of two days, by turns."""
    check(engine, [(facts, DAYS[number.bit_count() % 2]) for number, facts in enumerate((*PARTNERS, *LITTLE))])


@pytest.mark.benchmarks
def test_it_does_for_every_partner_on_both_days(engine: Engine) -> None:
    check(engine, [(facts, day) for facts in (*PARTNERS, *LITTLE) for day in DAYS])


def check(engine: Engine, asked: Sequence[tuple[Json, date]]) -> None:
    alone = [answer(keeping_nothing(engine), facts, day) for facts, day in asked]
    kept = [answer(engine, facts, day) for facts, day in asked]
    again = [answer(engine, facts, day) for facts, day in reversed(asked)]

    assert kept == alone
    assert again == alone[::-1]
    stages = [json.loads(one)["decisions"][0]["stage"] for one in alone]
    assert {stage for stage in stages if isinstance(stage, str)} == {"at_risk", "started", "not_started"}
    assert {"one_of": ["at_risk", "not_started"]} in stages
