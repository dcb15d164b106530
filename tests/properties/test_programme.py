"""What holds of the programme whatever a partner tells: statements of its texts, tried on partners made for the rules."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from evaluator.decision import Decision
from evaluator.engine import Engine, Query
from tests.properties.strategies import About, Knowledge, Partner, about, knowledge, partners
from tests.shipped import engine_of

ROOT = Path(__file__).parents[2]
SHOWS = ("competency_shows_achievement", "competency_shows_assessment")
FEW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
FEWER = settings(FEW, max_examples=4)
"""Where every competency is asked for."""


@cache
def engine() -> Engine:
    return engine_of()


@cache
def made_for(*rules: str) -> About:
    return about(engine().core, *(engine().core.rules[rule] for rule in rules))


def known(data: st.DataObject, *rules: str) -> Knowledge:
    """Draw a partner made for the rules, and what is told of it."""
    partner: Partner = data.draw(partners(made_for(*rules)))
    return data.draw(knowledge(partner))


def decide(told: Knowledge, *rules: str, later: int = 0) -> list[Decision]:
    day = told.partner.as_of + timedelta(days=later)
    return list(engine().decide(Query(rules, day, told.facts())).decisions)


@FEW
@given(data=st.data())
def test_gold_never_asks_for_less_than_silver(data: st.DataObject) -> None:
    """Source: Competencies report, at its beginning. Who fails silver fails gold, also where gold's figure is not known."""
    gold = data.draw(
        st.sampled_from(
            [rule for rule in engine().core.rules if rule.endswith(".gold") and rule.startswith("competency.")]
        )
    )
    silver = gold.removesuffix("gold") + "silver"

    below, above = decide(known(data, silver, gold), silver, gold)

    assert not (below.eligibility == "not_eligible" and above.eligibility != "not_eligible")
    assert not (above.eligibility == "eligible" and below.eligibility != "eligible")


@FEWER
@given(data=st.data())
def test_who_shows_gold_shows_silver(data: st.DataObject) -> None:
    """Source: Competencies, "Upgrade your membership". After gold both levels are displayed."""
    rules = ("entitlement.show_silver_competencies", "entitlement.show_gold_competencies")

    silver, gold = decide(known(data, *rules), *rules)

    assert not (gold.eligibility == "eligible" and silver.eligibility != "eligible")


@pytest.mark.parametrize("name", SHOWS)
@FEW
@given(data=st.data())
def test_what_is_shown_is_shown_the_day_after(name: str, data: st.DataObject) -> None:
    """Source: Competencies, "Earn competencies". Hours that are over stay over."""
    rule = f"entitlement.{name}"
    told = known(data, rule)

    (now,), (then,) = decide(told, rule), decide(told, rule, later=1)

    assert not (now.eligibility == "eligible" and then.in_force and then.eligibility == "not_eligible")


@FEW
@given(data=st.data())
def test_no_incentive_is_paid_through_two_routes(data: st.DataObject) -> None:
    """Source: FAQ, "Will incentives be changing?". Double incentives will not be possible."""
    (choice,) = decide(known(data, "choice.incentive_route"), "choice.incentive_route")

    assert sum(option.eligibility == "eligible" for option in choice.options or ()) <= 1


@FEWER
@given(data=st.data())
def test_silver_and_gold_packs_are_not_both_offered_to_a_gold_partner(data: st.DataObject) -> None:
    """Source: documentation of 2021, paying the fee. Gold includes silver."""
    rules = ("entitlement.buy_silver", "choice.benefit_pack")

    silver, choice = decide(known(data, *rules), *rules)

    offered = {option.code.rsplit(".", 1)[-1]: option.eligibility for option in choice.options or ()}
    assert not choice.in_force or offered["silver"] == silver.eligibility


@FEWER
@given(data=st.data())
def test_legacy_benefits_are_for_whoever_held_a_competency_on_the_last_day(data: st.DataObject) -> None:
    """Source: silver gold membership competency. The only condition to renew is a membership on 2022-09-30."""
    rules = ("entitlement.buy_legacy_benefits_alone", "fee.legacy_benefits_fee")

    bought, fee = decide(known(data, *rules), *rules)

    assert not (bought.eligibility == "eligible" and fee.eligibility != "eligible")
