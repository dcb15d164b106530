"""Reasons of each kind: observed, required, short by, points, outcome."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest

from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine, Query

POLICY = """
facts { n: signed count  rev: money USD  f: flag  g: flag  w: one of a, b }
certifications k { "K" }
entitlement all_kinds {
  requires {
    least: n >= 5
    above: n > 5
    most: n <= 5
    word: w = a
    not_it: not f
    flag: f
    group: all of { one: f  two: g }
    some: any of { one: f  two: g }
    people: at least 2 people holding k
    held: holds d
    qualified: qualifies for d
    window: n >= 9 sometime from 2023-04-15 through 2023-04-15
    then: n on 2023-04-15 >= 9
  }
}
designation d {
  pass at 30 points out of 60 points
  each: n earns 2.14 points each, up to 20 points
  part: n earns up to 10 points at 8, in proportion, rounded down
  per: rev earns 1 point per 1,250 USD, up to 10 points
  tier: n earns by tier { at 2: 5 points  at 5: 10 points }
  whole: f earns 5 points
  gated: n earns 1 point each, up to 5 points only if { gate: g }
}
"""


@cache
def engine() -> Engine:
    loaded = load_sources([Source("reasons.policy", POLICY)])
    assert not loaded.errors
    return Engine(loaded.document)


def reason(code: str, **facts: Any) -> dict[str, Any]:
    """Return a reason of a decision as JSON, by its code without the rule's id."""
    rule = "designation.d" if code.split(".")[0] in ("each", "part", "per", "tier", "whole", "gated", "score") else "entitlement.all_kinds"  # fmt: skip
    query = Query((rule,), date(2023, 4, 15), {"facts": facts, "records": {"awards": [], "certifications": []}})
    waiting = list(engine().decide(query).as_json()["decisions"][0]["reasons"])
    while waiting:
        found = waiting.pop()
        if found["code"] == f"{rule}.{code}":
            return dict(found)
        waiting.extend(found.get("parts", ()))
    raise LookupError(code)


@pytest.mark.parametrize(
    ("code", "facts", "expected"),
    [
        ("least", {"n": 3}, {"outcome": "unmet", "observed": "3", "required": "5", "short_by": "2"}),
        ("least", {"n": 5}, {"outcome": "met", "observed": "5", "required": "5", "short_by": None}),
        ("least", {}, {"outcome": "undetermined", "observed": "unknown", "required": "5"}),
        ("above", {"n": 3}, {"outcome": "unmet", "required": "> 5", "short_by": None}),
        ("most", {"n": 7}, {"outcome": "unmet", "observed": "7", "required": "<= 5", "short_by": None}),
        ("word", {"w": "b"}, {"outcome": "unmet", "observed": "b", "required": "a"}),
        ("word", {}, {"outcome": "undetermined", "observed": {"one_of": ["a", "b"]}}),
        ("not_it", {"f": True}, {"outcome": "unmet", "observed": True, "required": "not so"}),
        ("flag", {"f": True}, {"outcome": "met", "observed": True, "required": True}),
        ("group", {"f": True}, {"outcome": "undetermined", "observed": {"from": "1", "to": "2"}, "required": "2"}),
        ("some", {"f": True}, {"outcome": "met", "observed": {"from": "1", "to": "2"}, "required": "1"}),
        ("people", {}, {"outcome": "unmet", "observed": "0", "required": "2", "short_by": "2", "unit": "people"}),
        ("held", {}, {"outcome": "unmet", "observed": False, "required": "designation.d held"}),
        ("qualified", {"n": 0, "rev": 0, "f": True, "g": True}, {"outcome": "unmet", "observed": False}),
        ("window", {"n": 9}, {"outcome": "met", "observed": "9", "required": "9", "window": {"from": "2023-04-15", "through": "2023-04-15"}, "on": "2023-04-15"}),
        ("then", {"n": 3}, {"outcome": "unmet", "observed": "3", "required": "9", "short_by": "6"}),
        ("each", {"n": 3}, {"outcome": "partly_met", "observed": "3", "required": "10", "short_by": "7", "points": "6.42", "out_of": "20"}),
        ("each", {"n": -3}, {"outcome": "unmet", "observed": "-3", "points": "0", "short_by": "13"}),
        ("part", {"n": 4}, {"observed": "4", "required": "8", "short_by": "4", "points": "5"}),
        ("part", {}, {"outcome": "undetermined", "points": {"from": "0", "to": "10"}}),
        ("per", {"rev": 2600}, {"observed": "2600", "required": "12500", "short_by": "9900", "points": "2", "unit": "USD"}),
        ("tier", {"n": 4}, {"outcome": "partly_met", "observed": "4", "points": "5", "out_of": "10"}),
        ("whole", {"f": True}, {"outcome": "met", "points": "5"}),
        ("gated", {"n": 4, "g": False}, {"outcome": "unmet", "observed": "4", "required": "5", "points": "0"}),
        ("gated", {"n": 4}, {"outcome": "undetermined", "points": {"from": "0", "to": "4"}}),
        ("score", {"n": 4, "rev": 0, "f": True, "g": True}, {"outcome": "unmet", "observed": "27.56", "required": "30", "short_by": "2.44"}),
    ],
)  # fmt: skip
def test_a_reason_tells_what_was_seen_and_what_is_short(
    code: str, facts: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = reason(code, **facts)

    assert {key: found.get(key) for key in expected} == expected


def test_an_amount_stands_on_the_source_of_the_row_in_force_not_of_another_with_its_name() -> None:
    text = """
source early "Early list"
source late "Late list"
facts { size: one of small, large }
table fees {
  | size | fee | from | until |
  | small | 5 EUR | - | 2023-01-01 | cite early "Fees"
  | small | 6 EUR | 2023-01-01 | - | cite late "Fees"
  | otherwise | 7 EUR | - | - |
}
fee yearly "Yearly" { amount fees[size].fee }
"""
    loaded = load_sources([Source("fees.policy", text)])
    assert not loaded.errors, loaded.errors

    def source(day: date) -> str:
        query = Query(("fee.yearly",), day, {"facts": {"size": "small"}, "records": {}})
        amount = Engine(loaded.document).decide(query).as_json()["decisions"][0]["reasons"][0]
        return str(amount["cite"][0]["source"])

    assert source(date(2022, 12, 31)) == "Early list"
    assert source(date(2023, 1, 1)) == "Late list"


OPEN = """
facts { n: count }
records ev "Evidence" dated by day { day: date }
designation d { requires { enough "Enough": n >= 5 } }
entitlement right {
  requires {
    asked: qualifies for d sometime from 2023-01-01 through 2023-06-20
    counted: n >= 5 sometime from 2023-01-01 through 2023-06-20
    seen: (count ev >= 2) sometime from 2023-01-01 through 2023-06-20
  }
}
"""


def test_an_open_window_is_told_by_the_day_on_which_least_is_missing_and_names_the_others() -> None:
    steps = [{"from": "2023-03-01", "value": 4}, {"from": "2023-04-01", "value": 1}]
    facts = {"facts": {"n": {"history": steps}}, "records": {"ev": [{"day": "2023-05-01"}, {}, {}]}}
    decided = Engine(load_sources([Source("open.policy", OPEN)]).document).decide(
        Query(("entitlement.right",), date(2023, 6, 20), facts)
    )
    asked, counted, seen = decided.as_json()["decisions"][0]["reasons"]

    # On the days before the history begins nothing is known; on those of the history it is known that they are too few.
    before = {"on": "2023-02-28", "since": "2023-01-01"}
    assert [part["code"] for part in asked["parts"]] == ["designation.d.enough"]
    assert before.items() <= asked["parts"][0].items()
    assert before.items() <= counted.items()
    assert "also_open" not in asked["parts"][0]
    # Two records have no day: they may be of any; where the first counts too less is missing.
    assert seen["observed"] == {"from": "1", "to": "3"}
    assert (seen["since"], seen["on"]) == ("2023-05-01", "2023-06-20")
    assert seen["also_open"] == [{"from": "2023-01-01", "through": "2023-04-30"}]
