"""Figures over groups of records, one by one: what each gives, what is told of it, and what is not known."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from dsl.load import load_sources
from dsl.source import Source
from evaluator.decision import range_json, reason_json
from evaluator.engine import Engine, Query
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment

Json = Any
DAY = date(2023, 6, 20)
POLICY = """
facts { n: count }
records billing "Billing" monthly { customer: text  region: one of north, south  amount: money USD  won: flag }
records projects "Projects" dated by ended { service: text  ended: date  value: money USD }
records visits "Visits" { place: text  hours: signed count  more: signed count }

measure part: money USD = sum for each customer of billing over trailing 3 months { (5 % of sum amount of billing) up to 20 USD }
measure whole: money USD = sum amount of billing over trailing 3 months
measure of_each: money USD = sum for each customer of billing over trailing 3 months { sum amount of billing }
measure apart: money USD = sum for each customer of billing over last month { 7 USD }
measure before: money USD =
  sum for each customer of billing over last month { sum amount of billing over previous 3 months }
measure by_region: money USD = largest for each region of billing over trailing 3 months { sum amount of billing[won] }
measure north: money USD =
  sum for each region, customer of billing over trailing 3 months { 3 USD when region = north, otherwise 1 USD }
measure sized: count = count distinct place of visits with sum hours >= 3
measure sized_too: count = count distinct place of visits with { sum hours of visits >= 3 }
measure sized_n: count = count distinct place of visits[more > 0] with sum hours > n
measure sized_n_too: count = count distinct place of visits[more > 0] with { sum hours of visits > n }
measure places: count = count distinct place of visits
measure places_too: count = count distinct place of visits with { count visits >= 0 }

payment rebate "Rebate" { amount part, rounded down to 1 USD }
entitlement large "Large" {
  requires {
    each "Each": sum for each customer of billing over trailing 3 months { sum amount of billing up to 100 USD } >= 150 USD
    twice "Twice": count distinct service of projects with { count projects >= 2 } >= 1
  }
}
"""


@cache
def engine() -> Engine:
    loaded = load_sources([Source("groups.policy", POLICY)])
    assert not loaded.errors, loaded.errors
    return Engine(loaded.document)


def value(name: str, records: Json, **facts: Json) -> Json:
    core = engine().core
    told = {"facts": facts, "records": records}
    engine().reader.check(told)
    return range_json(Interpreter(core, Facts(core, told, DAY)).evaluate(core.named[name].value, Moment(DAY)).range)


def billed(month: int, customer: str, amount: int, region: str = "north", *, won: bool = True) -> Json:
    return {"month": f"2023-{month:02}", "customer": customer, "region": region, "amount": amount, "won": won}


ROWS = [billed(3, "a", 300), billed(5, "a", 500), billed(4, "b", 100, "south"), billed(2, "b", 900), billed(1, "c", 50)]
WHOLE = {"covers": {"from": "2022-06", "through": "2023-05"}, "rows": ROWS}


def test_each_group_has_its_own_part_and_cap() -> None:
    # 5 % of 800 is more than the 20 it is cut to; b has 5; c has nothing in these months.
    assert value("part", {"billing": WHOLE}) == "25"
    assert value("of_each", {"billing": WHOLE}) == value("whole", {"billing": WHOLE}) == "900"


def test_there_is_a_group_where_a_record_is_of_the_months() -> None:
    assert value("apart", {"billing": WHOLE}) == "7"
    assert value("north", {"billing": WHOLE}) == "4"


def test_a_figure_of_a_group_may_ask_for_months_of_its_own() -> None:
    # Of those billed in May, a alone, what came in the three months before the last three: nothing; b is not among them.
    assert value("before", {"billing": WHOLE}) == "0"
    earlier = {**WHOLE, "rows": [*ROWS, billed(2, "a", 40)]}
    assert value("before", {"billing": earlier}) == "40"


def test_a_figure_of_a_group_may_choose_among_its_records() -> None:
    rows = [*ROWS, billed(4, "d", 5_000, "south", won=False)]

    assert value("by_region", {"billing": {**WHOLE, "rows": rows}}) == "800"


def test_a_record_without_its_key_may_be_in_any_group_or_in_one_of_its_own() -> None:
    rows = [billed(4, "a", 100), {key: told for key, told in billed(5, "", 200).items() if key != "customer"}]

    # In a's: 5 and 10; or in one of its own. Told in which it is, the part is within what it could be.
    found = value("part", {"billing": {**WHOLE, "rows": rows}})

    assert found == {"from": "5", "to": "25"}
    for customer in "ax":
        told = value("part", {"billing": {**WHOLE, "rows": [rows[0], {**rows[1], "customer": customer}]}})
        assert 5 <= int(told) <= 25


def test_of_months_that_nobody_told_of_more_customers_may_come_and_those_of_other_months_too() -> None:
    covers = {"from": "2023-01", "through": "2023-04"}
    told = {"covers": covers, "rows": [billed(4, "a", 100), billed(1, "b", 60)]}

    assert value("part", {"billing": told}) == {"from": "5"}
    # b had 60 in the months before: were it billed in May, it would count.
    assert value("before", {"billing": told}) == {"from": "0"}


def test_what_each_group_gives_is_told_with_the_requirement() -> None:
    facts = {"records": {"billing": WHOLE, "projects": [{"service": "x", "ended": "2023-01-01", "value": 1}]}}
    for one in (engine(), Engine(engine().document, reference=True)):
        [found] = one.decide(Query(("entitlement.large",), DAY, facts)).decisions
        told = {reason.code: reason_json(reason, "full") for reason in found.reasons}

        assert told["entitlement.large.each"]["observed"] == "200"
        assert told["entitlement.large.each"]["groups"] == [
            {"name": "a", "value": "100", "most": True},
            {"name": "b", "value": "100", "most": True},
        ]
        assert told["entitlement.large.twice"]["groups"] == [{"name": "x", "value": False}]


def test_of_many_groups_it_is_told_how_many_more_there_are() -> None:
    rows = [billed(5, f"customer {number:03}", 1) for number in range(60)]
    [found] = (
        engine().decide(Query(("entitlement.large",), DAY, {"records": {"billing": {**WHOLE, "rows": rows}}})).decisions
    )

    told = reason_json(found.reasons[0], "full")

    assert len(told["groups"]) == 50
    assert told["more_groups"] == 10


def test_what_is_missing_is_told_of_the_records() -> None:
    rows = [billed(4, "a", 10), {"month": "2023-05", "amount": 5, "region": "north", "won": True}]
    [found] = (
        engine().decide(Query(("entitlement.large",), DAY, {"records": {"billing": {**WHOLE, "rows": rows}}})).decisions
    )

    pointers = {one.gap.pointer for one in found.missing}

    assert "/records/billing/rows/1/customer" not in pointers  # 15 are too few, whoever has them
    rows[1]["amount"] = 500
    [found] = (
        engine().decide(Query(("entitlement.large",), DAY, {"records": {"billing": {**WHOLE, "rows": rows}}})).decisions
    )
    assert found.eligibility == "not_eligible" or "/records/billing/rows/1/customer" in {
        one.gap.pointer for one in found.missing
    }


VISIT = st.fixed_dictionaries(
    {},
    optional={
        "place": st.sampled_from("ab"),
        "hours": st.sampled_from((-1, 1, 2, 4)),
        "more": st.sampled_from((0, 1)),
    },
)
VISITS = st.builds(lambda rows, partial: {"rows": rows, "partial": partial}, st.lists(VISIT, max_size=5), st.booleans())


@settings(max_examples=300)
@given(visits=VISITS, n=st.sampled_from((None, 0, 2)))
def test_with_a_sum_says_the_same_as_the_condition_in_braces(visits: Json, n: int | None) -> None:
    """The short form has a way of its own, and SQL: what the definition comes to lies in it, and is it where all is told."""
    facts = {} if n is None else {"n": n}
    is_whole = not visits["partial"] and all(len(row) == 3 for row in visits["rows"]) and n is not None

    for name in ("sized", "sized_n"):
        short, own = (value(one, {"visits": visits}, **facts) for one in (name, f"{name}_too"))
        assert _low(short) <= _low(own)
        assert _high(own) <= _high(short)
        assert not is_whole or short == own


def _low(told: Json) -> Decimal:
    return _end(told, "from", "-Infinity")


def _high(told: Json) -> Decimal:
    return _end(told, "to", "Infinity")


def _end(told: Json, name: str, unbounded: str) -> Decimal:
    if isinstance(told, dict):
        return Decimal(told.get(name, unbounded))
    return Decimal(unbounded if told == "unknown" else told)


@pytest.mark.parametrize(("size", "keys"), [*itertools.product((0, 1, 3), ("a", "ab"))])
def test_groups_without_a_condition_are_the_different_values(size: int, keys: str) -> None:
    rows = [{"place": keys[number % len(keys)], "hours": 1, "more": 1} for number in range(size)]

    assert value("places", {"visits": rows}) == value("places_too", {"visits": rows})
