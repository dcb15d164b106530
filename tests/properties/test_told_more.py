"""What is decided with something told otherwise, over what was decided without it: held against deciding it afresh."""

from __future__ import annotations

from collections.abc import Iterator, Set as AbstractSet
from datetime import date
from itertools import product
from typing import Any

import pytest

from dsl.core.ranges import Truth
from dsl.core.reached import of_certification, of_list, of_rows
from dsl.load import load_sources
from dsl.source import Source
from evaluator.decisions.one_day import OneDay
from evaluator.engine import Engine
from evaluator.facts import Facts

Json = Any
DAY = date(2023, 6, 20)
POLICY = """
facts { size: one of s, l   n: count   m: count   k: count   z: flag }
certifications staff { "One"  "Two" }
certifications more { "Two"  "Three" }
membership of old, level
designation staffed { requires { a: at least 1 people holding staff   b: at least 1 people holding more }   checked at never }
designation apart { requires { a: different people for each of staff, more >= 2 }   checked at never }
designation counted { requires { a: count certifications >= 3 }   checked at never }
designation old through 2022-06-30 { requires { a: k >= 1 }   checked at own anniversary, lost after 30 days }
designation checked { requires { n: n >= 2   a: at least 1 people holding more }   checked at own anniversary, lost after 30 days }
designation level from 2022-07-01 was old { requires { m: m >= 1 }   checked at own anniversary, lost after 30 days }
designation behind { requires { a: holds checked   z: z }   checked at own anniversary, lost after 30 days }
entitlement first { requires { a: holds level   size: size = l } }
entitlement second { requires { a: qualifies for behind sometime from 2023-05-01 through today   a_year: anniversary <= today + 300 days } }
entitlement third { requires { a: qualifies for staffed   b: holds behind } }
"""
AWARDS: tuple[Json, ...] = (
    [],
    [{"award": "designation.checked", "attained": "2022-05-10", "anniversary": "2023-05-10", "ended": "none"}],
    [
        {"award": "designation.old", "attained": "2022-05-10", "anniversary": "2023-05-10", "ended": "none"},
        {"award": "designation.behind", "attained": "2022-04-10", "anniversary": "2023-04-10", "ended": "none"},
        {"award": "designation.checked", "attained": "2022-03-10", "anniversary": "2023-03-10", "ended": "none"},
    ],
    [{"attained": "2022-05-10", "anniversary": "2023-05-10", "ended": "none"}],
)


def holding(*names: str) -> list[Json]:
    return [
        {"person": f"{at}", "certification": name, "earned": "2022-01-01", "expires": "none"}
        for at, name in enumerate(names)
    ]


def since_long(facts: dict[str, Json]) -> dict[str, Json]:
    """Return facts that were so on the days of the checks too."""
    return {name: {"history": [{"from": "2022-01-01", "value": value}]} for name, value in facts.items()}


FACTS = (
    since_long({"size": "s", "n": 0, "m": 0, "k": 0, "z": False}),
    since_long({"size": "l", "n": 2, "m": 1, "k": 1, "z": True}),
)
PEOPLE = (("One",), ("Four", "Three"))


@pytest.fixture(scope="module")
def engine() -> Engine:
    loaded = load_sources([Source("a.policy", POLICY)])
    assert not loaded.errors
    return Engine(loaded.document)


def partners() -> Iterator[Json]:
    for number, (facts, awards) in enumerate(product(FACTS, AWARDS)):
        people = PEOPLE[number.bit_count() % 2]
        yield {"facts": facts, "records": {"awards": awards, "certifications": holding(*people)}}


def otherwise(data: Json) -> Iterator[tuple[Json, AbstractSet[str]]]:
    """Yield the facts with something told otherwise, and what that is."""
    for name in FACTS[0]:
        [value] = (one[name] for one in FACTS if one[name] != data["facts"][name])
        yield {**data, "facts": {**data["facts"], name: value}}, {name}
    for name in ("One", "Two", "Three", "Four"):
        people = [*data["records"]["certifications"], *({**one, "person": "new"} for one in holding(name))]
        told = {**data, "records": {**data["records"], "certifications": people}}
        yield told, {of_rows("certifications"), of_certification(name)}
    yield {**data, "records": {**data["records"], "awards": AWARDS[1]}}, {of_list("awards")}


def truths(one: OneDay) -> list[Truth | None]:
    return [one.truth(rule) for rule in one.core.rules.values()]


def afresh(engine: Engine, data: Json) -> list[Truth | None]:
    return truths(OneDay(engine.prepared, Facts(engine.core, data, DAY), trying=True))


def test_what_is_not_reached_is_as_it_was_and_the_rest_is_decided_again(engine: Engine) -> None:
    """Once from what was decided, and once more from that: each as if nothing had been decided before."""
    seen: set[tuple[Truth | None, Truth | None]] = set()
    for number, data in enumerate(partners()):
        first = OneDay(engine.prepared, Facts(engine.core, data, DAY), trying=True)
        before = truths(first)
        for at, (told, names) in enumerate(otherwise(data)):
            second = first.told(Facts(engine.core, told, DAY), names, trying=True)
            after = truths(second)
            assert after == afresh(engine, told), (data, names)
            seen.update(zip(before, after, strict=True))
            for more, others in list(otherwise(told))[(number + at) % 6 :: 6]:
                third = second.told(Facts(engine.core, more, DAY), others, trying=True)
                assert truths(third) == afresh(engine, more), (data, names, others)
    assert {(Truth.FALSE, Truth.TRUE), (Truth.TRUE, Truth.FALSE), (Truth.TRUE, Truth.TRUE)} <= seen
