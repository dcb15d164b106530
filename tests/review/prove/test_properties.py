"""What is proved of a property holds for every partner, and whoever refutes one does so by the engine's own word."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dsl import core as c
from dsl.core.keys import Keys
from dsl.core.ranges import Truth
from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine
from review.prove.checked import Judged, Judgement
from review.prove.properties import Properties
from review.prove.single import Asking, with_more
from review.prove.witness import _less
from review.scenarios.partners import COMPLETE, Partners
from tests.shipped import engine_of

Json = Any
ROOT = Path(__file__).parents[3]
POLICY = """facts { n: count  m: count  share: percent  f: flag  limit: count }
records rows { hours: number  kind: text }
certifications core { "A"  "B" }
measure spent: number = sum hours of rows
competency graded { levels silver, gold  requires { x: n >= silver 2, gold 5  people: at least 2 people holding core } }
competency upside { levels silver, gold  requires { x: n >= silver 5, gold 2 } }
competency open { levels silver, gold  requires { x: n >= silver 2, gold unknown } }
designation d { requires { x: n >= 3  y: f } }
designation late from 2024-01-01 { requires { x: n >= 3  today: today >= 2024-06-01 } }
designation s { pass at 10 points out of 20 points with points in every subcategory
  best of { track one { a: n earns 1 point each, up to 15 points  c: m earns 1 point each, up to 5 points }
            track two { b: limit earns 2 points each, up to 20 points } } }
designation most { requires { few: n <= 4  many: share >= 20 % } }
designation held { requires { x: holds d or n >= 3 } }
designation of_rows { requires { x: spent >= 5 } }
fee p { amount 5 USD }
property gold_graded { qualifies at gold for graded implies qualifies at silver }
property gold_upside { qualifies at gold for upside implies qualifies at silver }
property gold_open { qualifies at gold for open implies qualifies at silver }
property gold_all { qualifies at gold for any of competencies implies qualifies at silver }
property both { never qualifies for d and n < 3 }
property not_both { never qualifies for d and n < 4 }
property more_d { more n, m, share never costs any of d, late }
property more_s { more n, m, limit never costs s }
property more_few { more share, n never costs most }
property more_held { more n, m never costs held }
property late_in_time from 2024-01-01 { qualifies for late implies n >= 3 and today >= 2024-06-01 }
property before { never qualifies for late and today < 2024-06-01 }
property of_register { never holds d and not holds d }
property of_rows { never qualifies for of_rows }
property of_rows_too { qualifies for of_rows implies spent >= 4 }
"""
EXPECTED = {
    "gold_graded": "proved",
    "gold_upside": "refuted",
    "gold_open": "unknown",
    "gold_all": "refuted",
    "both": "proved",
    "not_both": "refuted",
    "more_d": "proved",
    "more_s": "refuted",
    "more_few": "refuted",
    "more_held": "proved",
    "late_in_time": "proved",
    "before": "proved",
    "of_register": "proved",
    "of_rows": "unknown",
    "of_rows_too": "proved",
}


def asking(text: str = POLICY) -> Asking:
    loaded = load_sources([Source("a.policy", text)])
    assert not loaded.errors, [one.message for one in loaded.errors]
    return Asking(loaded.core, Engine(loaded.document, loaded.core), Keys(loaded.core))


ASKING = asking()


def claims_of(stated: c.Property, one: Judgement) -> list[c.Never | c.NeverCosts]:
    return [claim for claim in stated.claims if claim.about == one.about]


def refutes(engine: Engine, claim: c.Never | c.NeverCosts, facts: Json, more: Json, day: date) -> bool:
    """Whether a partner refutes a claim by the engine's own word."""
    if isinstance(claim, c.Never):
        return engine.meets(claim.against, facts, day) is Truth.TRUE
    if not more.keys() <= facts.get("facts", {}).keys():
        return False
    richer = with_more(facts, more, day)
    return engine.meets(claim.condition, facts, day) is Truth.TRUE and (
        engine.meets(claim.condition, richer, day) is Truth.FALSE
    )


def hold(asked: Asking, stated: c.Property, found: Judged) -> None:
    """Hold every partner who refutes a property: decided so, and by nothing that is not needed."""
    for one in found.judgements:
        if one.state == "refuted":
            claims = claims_of(stated, one)
            assert any(refutes(asked.engine, claim, one.partner, one.more, one.day) for claim in claims)
            for less in _less(dict(one.partner or {})):
                assert not any(refutes(asked.engine, claim, less, one.more, one.day) for claim in claims), less
            for name, value in one.more.items():
                told = (one.partner or {})["facts"][name]
                assert value > told if isinstance(told, int) else float(value) > float(told)


def test_every_property_is_expected() -> None:
    assert EXPECTED.keys() == ASKING.core.properties.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_property_stands_as_it_does(name: str) -> None:
    stated = ASKING.core.properties[name]

    found = Properties(ASKING, 30).of(stated)

    assert found.state == EXPECTED[name], found
    hold(ASKING, stated, found)
    for one in found.judgements:
        assert (one.state != "unknown") or one.why, one


def generated(asked: Asking, stated: c.Property, found: Judged, partners: int) -> int:
    """Try generated partners against what is proved of a property; return how many questions that were."""
    tried = 0
    proved = [one for one in found.judgements if one.state == "proved"]
    for one in proved:
        maker = Partners(asked.core, seed=7, as_of=one.day, rules=list(asked.core.rules.values()), chances=COMPLETE)
        for number in range(1, partners + 1):
            facts = maker.partner(number)
            for claim in claims_of(stated, one):
                more: Json = {}
                if isinstance(claim, c.NeverCosts):
                    told = {name: facts["facts"].get(name) for name in claim.more}
                    more = {name: value + 1 for name, value in told.items() if isinstance(value, int)}
                    if not more:
                        continue
                assert not refutes(asked.engine, claim, facts, more, one.day), (stated.name, one.day, facts)
                tried += 1
    return tried


def test_no_generated_partner_refutes_what_is_proved() -> None:
    tried = 0
    for stated in ASKING.core.properties.values():
        tried += generated(ASKING, stated, Properties(ASKING, 30).of(stated), 10)

    assert tried >= 80


@pytest.mark.benchmarks
def test_the_shipped_properties_are_proved_or_not_known_and_hold_for_generated_partners() -> None:
    engine = engine_of()
    asked = Asking(engine.core, engine, Keys(engine.core))
    seen: dict[str, str] = {}
    tried = 0
    for stated in engine.core.properties.values():
        found = Properties(asked, 300).of(stated)
        seen[stated.name] = found.state
        assert not found.is_finding, found
        hold(asked, stated, found)
        tried += generated(asked, stated, found, 40)
    print(seen, tried)  # noqa: T201

    assert list(seen.values()).count("proved") >= 6
