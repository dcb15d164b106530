"""Asking an engine: patterns, unknown rules, keys of answers, what is missing and what it would lead to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cli.console import read_file
from dsl.core.ranges import Numbers, Range, Truth, Words
from dsl.load import load_sources
from dsl.source import Source
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.decision import ELIGIBILITY, Decision
from evaluator.engine import Engine, Query, UnknownRule, standing_of
from evaluator.limits import DayOutside
from tests.shipped import engine_of

DAY = date(2023, 4, 15)
POLICY = """
facts { seats: count  market: one of larger, other  passed: flag  third: flag }
competency old { levels silver, gold  requires { x: seats >= silver 1, gold 2 } }
designation security { requires { x: seats >= 1 when market = larger, otherwise seats >= 3 } }
designation work { requires { x: passed or seats >= 1 }  checked at own anniversary }
entitlement needless { requires { x: (passed and third) or (passed and not third) or not passed } }
"""


@cache
def engine() -> Engine:
    loaded = load_sources([Source("engine.policy", POLICY)])
    assert not loaded.errors
    return Engine(loaded.document)


def decide(pattern: str, facts: dict[str, Any] | None = None, **records: Any) -> tuple[Decision, ...]:
    return engine().decide(Query((pattern,), DAY, {"facts": facts or {}, "records": records})).decisions


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("designation.security", ["designation.security"]),
        ("competency.old", ["competency.old.gold", "competency.old.silver"]),
        ("competency.old.gold", ["competency.old.gold"]),
        ("designation.*", ["designation.security", "designation.work"]),
        ("*.gold", ["competency.old.gold"]),
    ],
)
def test_a_pattern_names_rules(pattern: str, expected: list[str]) -> None:
    assert sorted(decision.rule for decision in decide(pattern)) == expected


def test_a_rule_named_twice_is_decided_once() -> None:
    answer = engine().decide(Query(("designation.*", "designation.work"), DAY, {}))

    assert [decision.rule for decision in answer.decisions] == ["designation.security", "designation.work"]


@pytest.mark.parametrize(("name", "suggestion"), [("designation.securty", "designation.security"), ("zzz.*", None)])
def test_an_unknown_rule_is_refused_with_the_nearest(name: str, suggestion: str | None) -> None:
    with pytest.raises(UnknownRule) as refused:
        decide(name)

    assert refused.value.suggestion == suggestion


@pytest.mark.parametrize("seats", [100, "100", Decimal("1E2"), Decimal("100.0"), 100.0], ids=repr)
def test_the_key_of_an_answer_follows_from_policy_rule_day_and_what_the_facts_mean(seats: Any) -> None:
    def key(rule: str, facts: dict[str, Any], day: date = date(2023, 1, 1)) -> str:
        return engine().keys.of([rule], {"facts": facts}, day)[rule]

    first = key("designation.work", {"seats": 100, "passed": True})

    assert key("designation.work", {"passed": True, "seats": seats}) == first
    assert key("designation.work", {"seats": 100, "passed": True, "unread": 7}) == first
    others = [
        key("designation.work", {"seats": 101, "passed": True}),
        key("designation.work", {"passed": True}),
        key("designation.work", {"seats": 100, "passed": True}, date(2023, 1, 2)),
        key("designation.security", {"seats": 100, "passed": True}),
    ]
    assert first not in others
    assert len(set(others)) == len(others)


def test_a_missing_choice_says_what_each_value_would_lead_to() -> None:
    (decision,) = decide("designation.security", {"seats": 2})

    assert decision.eligibility == "undetermined"
    assert [(missing.gap.pointer, missing.leads_to) for missing in decision.missing] == [
        ("/facts/market", (("larger", "eligible"), ("other", "not_eligible"))),
        ("/records/awards", ()),
    ]


def test_a_choice_that_changes_nothing_is_not_missing() -> None:
    (decision,) = decide("designation.security", {"seats": 3})

    assert decision.eligibility == "eligible"
    assert [missing.gap.pointer for missing in decision.missing] == ["/records/awards"]


def test_a_flag_stays_missing_where_nothing_is_settled_without_it() -> None:
    (decision,) = decide("entitlement.needless", {"passed": True})

    # True either way, but not known to be so before `third` is told: asked for rather than left in the dark.
    assert decision.eligibility == "undetermined"
    assert [missing.leads_to for missing in decision.missing] == [((True, "eligible"), (False, "eligible"))]


def test_the_check_of_an_award_attained_today_is_a_year_ahead() -> None:
    (decision,) = decide("designation.work", {"passed": True}, awards=[])

    assert decision.standing is not None
    assert (decision.standing.held, decision.standing.next_check) == (Truth.FALSE, date(2024, 4, 15))


def test_no_check_is_told_while_nobody_knows_whether_it_is_held() -> None:
    (decision,) = decide("designation.work", {"passed": True})

    assert decision.standing is not None
    assert (decision.standing.held, decision.standing.next_check) == (Truth.UNKNOWN, None)


def test_the_dates_of_a_standing_are_told_only_where_nothing_missing_could_change_them() -> None:
    row = {"award": "designation.work", "attained": "2022-06-01", "anniversary": "2023-06-01", "ended": "none", "benefits": "none"}  # fmt: skip

    known = standing_of(engine(), "designation.work", {"records": {"awards": [row]}}, DAY)
    partial = standing_of(engine(), "designation.work", {"records": {"awards": {"rows": [row], "partial": True}}}, DAY)
    without = {key: value for key, value in row.items() if key != "anniversary"}
    unsure = standing_of(engine(), "designation.work", {"records": {"awards": [without]}}, DAY)

    assert (known.held, known.since, known.next_check) == (Truth.TRUE, date(2022, 6, 1), date(2023, 6, 1))
    assert (partial.held, partial.since, partial.next_check) == (Truth.TRUE, None, None)
    assert (unsure.held, unsure.since, unsure.next_check) == (Truth.UNKNOWN, date(2022, 6, 1), None)


def test_second_hand_figures_and_durations_that_a_decision_rests_on_are_counted():
    text = """
facts { bought: date  seats: count }
entitlement resale { requires { in_time: today <= bought + 30? days  seats: seats >= 5?  firm: today >= bought - 7 days } }
"""
    engine = Engine(load_sources([Source("resting.policy", text)]).document)

    answer = engine.decide(Query(("entitlement.resale",), DAY, {"facts": {"bought": "2023-04-01", "seats": 5}}))

    resting = answer.decisions[0].provisional_figures
    assert [(one.text, one.at) for one in resting] == [("30 days", "resting.policy:3"), ("5", "resting.policy:3")]


def test_the_score_of_an_award_that_is_asked_for_is_no_score_of_the_rule():
    text = """
facts { seats: count }
designation scored { pass at 2 points out of 5 points  category c { seats: seats earns 1 point each, up to 5 points }  checked at own anniversary }
program expert { requires { held: holds scored } }
"""
    engine = Engine(load_sources([Source("scores.policy", text)]).document)
    award = {"award": "designation.scored", "attained": "2022-01-05", "anniversary": "2023-01-05", "ended": "none"}
    facts = {"facts": {"seats": {"history": [{"from": "2021-01-01", "value": 1}]}}, "records": {"awards": [award]}}

    decided = engine.decide(Query(("program.expert", "designation.scored"), DAY, facts)).decisions

    assert [one.score is None for one in decided] == [True, False]


# ---- without reasons ---------------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[2]


@cache
def programme() -> Engine:
    return engine_of()


def value_in(decision: Decision) -> Range | None:
    if decision.kind == "fee":
        return decision.amount
    if decision.kind == "lifecycle":
        return decision.stage
    return decision.score.points if decision.score is not None else None


@pytest.mark.parametrize("day", [date(2022, 7, 1), date(2023, 6, 20), date(2026, 8, 15)])
@pytest.mark.parametrize("partner", ["one_point_short", "facts_missing", "gold"])
def test_truth_and_value_are_those_of_the_decision(partner: str, day: date) -> None:
    facts = read_file(ROOT / "examples/partners" / f"{partner}.yaml").value
    decisions = programme().decide(Query(("*",), day, facts)).decisions

    for decision in decisions:
        truth = programme().truth(decision.rule, facts, day)
        assert (ELIGIBILITY[truth] if truth is not None else None) == decision.eligibility, decision.rule
        assert programme().value(decision.rule, facts, day) == value_in(decision), decision.rule
    assert {type(value_in(decision)) for decision in decisions} == {type(None), Numbers, Words}
    assert {decision.eligibility for decision in decisions} == {None, *ELIGIBILITY.values()}


def test_truth_and_value_refuse_what_decide_refuses() -> None:
    for ask in (engine().truth, engine().value):
        with pytest.raises(UnknownRule, match="securty"):
            ask("designation.securty", {}, DAY)
        with pytest.raises(FactErrors):
            ask("designation.security", {"facts": {"seats": None}}, DAY)
        with pytest.raises(DayOutside):
            ask("designation.security", {}, date(1, 1, 1))
