"""Whom a change spares: who has the same in the parts that it made others, today and on the days of checks; nobody else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from evaluator.engine import Engine
from review.diff.affected import both_of
from review.diff.impact import _outcomes
from review.diff.spared import Spared
from tests.review.diff.conftest import side

Json = Any
DAY = date(2023, 6, 20)
POLICY = """facts {{ score: count  a: count  b: count  c: count }}
designation checked {{ requires {{ score: score >= {mark} }}  checked at own anniversary }}
designation windowed {{
  requires {{ score: score >= {mark} }}
  checked at own anniversary
  met sometime from anniversary - {back} days through anniversary
}}
designation scored {{ pass at 10 points out of 20 points with points in every subcategory
  best of {{ track one {{ a: a earns {points} points each, up to 10 points  c: c earns 1 point each, up to 10 points }}
            track two {{ b: b earns 2 points each, up to 20 points }} {third} }} }}
designation either {{ {either} }}
"""
PLAIN = {"mark": "2", "back": "30", "third": "", "points": "1", "either": "requires { a: a >= 1 }"}


class Tried:
    """Two sides, and what is seen of a partner."""

    def __init__(self, **edit: str) -> None:
        one, other = (
            side(name, {"a": POLICY.format(**told)}) for name, told in (("base", PLAIN), ("head", {**PLAIN, **edit}))
        )
        self.before, self.after = (Engine(each.document, each.core) for each in (one, other))
        keys = both_of(one.core, other.core).keys
        self.alongside = self.after.alongside(self.before, keys)
        self.spared = Spared(self.before, self.after, keys, {rule: rule for rule in one.core.rules})

    def is_seen(self, rule: str, facts: Json) -> bool:
        """Whether it is seen that a rule comes to the same; where it is, it does."""
        mine = self.before.compared(facts, DAY)
        its = self.after.compared(facts, DAY, (mine, self.alongside))
        found = self.spared.is_seen(rule, mine, its, DAY)
        assert not (found and self.differs(rule, facts))
        return found

    def differs(self, rule: str, facts: Json) -> bool:
        one, other = (_outcomes(*engine.compared(facts, DAY).of(rule)) for engine in (self.before, self.after))
        return one != other


def partner(rule: str | None, *score: tuple[str, int]) -> Json:
    """Return a partner with a history of its score, and an entry of an award that was checked a while ago."""
    entry = {"award": rule, "attained": "2022-03-01", "anniversary": "2023-03-01", "ended": "none", "benefits": "none"}
    steps = [{"from": day, "value": value} for day, value in score]
    return {"facts": {"score": {"history": steps}}, "records": {"awards": [entry] if rule is not None else []}}


@pytest.mark.parametrize(
    ("score", "is_spared"),
    [
        pytest.param([("1990-01-01", 5)], True, id="always above both marks"),
        pytest.param(
            [("1990-01-01", 2), ("2023-05-01", 5)], False, id="below the new mark at the check, above it today"
        ),
        pytest.param([("1990-01-01", 5), ("2023-05-01", 2)], False, id="below it today"),
        pytest.param([("1990-01-01", 2), ("2022-08-01", 5)], True, id="below it long before the check"),
    ],
)
def test_a_check_counts_as_it_was_decided(score: list[tuple[str, int]], is_spared: bool) -> None:
    tried, facts = Tried(mark="3"), partner("designation.checked", *score)

    assert tried.is_seen("designation.checked", facts) is is_spared
    assert tried.differs("designation.checked", facts) is not is_spared


@pytest.mark.parametrize(
    ("score", "is_spared"),
    [
        pytest.param(
            [("1990-01-01", 0), ("2023-02-10", 2), ("2023-02-15", 0)], False, id="some days inside of the window"
        ),
        pytest.param([("1990-01-01", 0), ("2023-01-10", 2), ("2023-01-15", 0)], True, id="some days before it"),
        pytest.param([("1990-01-01", 0), ("2023-02-28", 2), ("2023-03-01", 0)], False, id="the day before its last"),
    ],
)
def test_of_a_window_every_day_counts(score: list[tuple[str, int]], is_spared: bool) -> None:
    tried, facts = Tried(mark="3"), partner("designation.windowed", *score)

    assert tried.is_seen("designation.windowed", facts) is is_spared
    assert tried.differs("designation.windowed", facts) is not is_spared


def test_whom_another_window_concerns_is_not_looked_for() -> None:
    tried = Tried(back="60")
    facts = partner("designation.windowed", ("1990-01-01", 0), ("2023-01-10", 2), ("2023-01-15", 0))

    assert not tried.is_seen("designation.windowed", facts)
    assert tried.differs("designation.windowed", facts)


def test_who_has_no_entry_has_nothing_checked() -> None:
    facts = partner(None, ("1990-01-01", 2), ("2023-05-01", 5))

    assert Tried(mark="3").is_seen("designation.checked", facts)


def test_of_whom_nothing_is_told_the_parts_are_open_on_both_sides() -> None:
    assert Tried(mark="3").is_seen("designation.checked", {})


def test_points_count_where_metrics_are_looked_at_by_themselves() -> None:
    """A track more comes to as many points as the one that counted, and has some in every metric."""
    tried = Tried(third="track three { d: score earns 1 point each, up to 20 points }")
    facts = {"facts": {"a": 10, "b": 0, "c": 0, "score": 10}, "records": {"awards": []}}

    assert not tried.is_seen("designation.scored", facts)
    assert tried.differs("designation.scored", facts)
    # Below a metric only its points are asked about.
    assert Tried(points="2").is_seen("designation.scored", {**facts, "facts": {"a": 10, "b": 1, "c": 0}})


def test_an_alternative_more_concerns_who_meets_it_alone() -> None:
    tried = Tried(either="requires { any of { a: a >= 1  b: b >= 1 } }")

    assert tried.is_seen("designation.either", {"facts": {"a": 1, "b": 1}, "records": {"awards": []}})
    assert not tried.is_seen("designation.either", {"facts": {"a": 0, "b": 1}, "records": {"awards": []}})


def test_points_are_told_beside_whether_a_score_is_met() -> None:
    tried = Tried(either="pass at 1 point out of 20 points  a: a earns 1 point each, up to 20 points")
    facts = {"facts": {"a": 1}, "records": {"awards": []}}

    assert not tried.is_seen("designation.either", facts)
    assert tried.differs("designation.either", facts)
