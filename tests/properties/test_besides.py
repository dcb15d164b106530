"""What is kept of nobody at hand, for all partners of whom the same is told: held against an engine that keeps nothing."""

from __future__ import annotations

import json
from datetime import date
from itertools import product
from typing import Any

import pytest

from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine, Query

Json = Any
POLICY = """
facts { size: one of s, l   word: text   n: count   m: count }
designation d { requires { x: any of { a: size = l  b: n >= 5 }   y: any of { a: word = "w"  b: m >= 5 } }   checked at never }
lifecycle designation { at_risk when fails as projected   active when held   started when in_progress   not_started otherwise }
"""
RULES = ("lifecycle.designation.d",)
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


@pytest.fixture(scope="module")
def engine() -> Engine:
    loaded = load_sources([Source("a.policy", POLICY)])
    assert not loaded.errors
    return Engine(loaded.document)


def answer(engine: Engine, facts: Json, day: date) -> str:
    return json.dumps(engine.decide(Query(RULES, day, facts)).as_json(), sort_keys=True)


def test_an_engine_that_decided_for_others_decides_as_one_that_did_not(engine: Engine) -> None:
    days = [date(2023, 1, 1), date(2023, 6, 20)]
    asked = [(facts, day) for facts in PARTNERS for day in days]

    alone = [answer(engine.over(engine.document, engine.core), facts, day) for facts, day in asked]
    kept = [answer(engine, facts, day) for facts, day in asked]
    again = [answer(engine, facts, day) for facts, day in reversed(asked)]

    assert kept == alone
    assert again == alone[::-1]
    stages = [json.loads(one)["decisions"][0]["stage"] for one in alone]
    assert {stage for stage in stages if isinstance(stage, str)} == {"at_risk", "started", "not_started"}
    assert {"one_of": ["at_risk", "not_started"]} in stages
