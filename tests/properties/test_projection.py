"""What is projected is what a decision on the day ahead says, were what is taken to go on told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from dsl.core.calendar import month_index, month_text
from dsl.load import load_sources
from dsl.source import Source
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.engine import Engine, Query
from review.languages.voice import voice
from review.report.projection import RUN_MONTHS, projected

Json = Any
POLICY = """\
facts { seats: count }
records sales monthly { customer: text  revenue: money USD }
certifications staff { "S" }
competency revenue { requires { revenue: revenue >= 10,000 USD }  valid 1 year }
competency customers { requires { customers: customers >= 2 }  valid 1 year }
competency staff { requires { staff: at least 2 people holding staff }  valid 1 year }
competency seats { requires { seats: seats >= 5 }  valid 1 year }
measure revenue: money USD = sum revenue of sales over trailing 12 months
measure customers: count = count distinct customer of sales over trailing 6 months
lifecycle competency {
  at_risk when held and fails as projected
  active when held
  not_started otherwise
}
"""
ENGINE = Engine(load_sources([Source("projection.policy", POLICY)]).document)
SAY = voice("en")
TODAY = date(2022, 3, 10)
NAMES = ("revenue", "customers", "staff", "seats")


def facts(rows: Json, expires: Json, seats: Json = 5, **other: Json) -> Json:
    days = {"attained": "2021-03-20", "anniversary": "2030-03-20", "ended": "none", "benefits": "none"}
    held = [{"award": f"competency.{name}", **days} for name in NAMES]
    people = [
        {"person": f"p{index}", "certification": "S", "earned": "2020-01-01", "expires": day}
        for index, day in enumerate(expires)
    ]
    return {"facts": {"seats": seats}, "records": {"awards": held, "sales": rows, "certifications": people}, **other}


def stages(told: Json) -> dict[str, str]:
    decisions = ENGINE.decide(Query(("lifecycle.*",), TODAY, told)).decisions
    return {decision.rule.rpartition(".")[2]: decision.outcome for decision in decisions}


# About as much in a year as is asked for, so that each month counts.
ROWS = st.lists(
    st.tuples(st.integers(1, 14), st.sampled_from("aab"), st.sampled_from((400, 800, 1600))), min_size=4, max_size=24
)
DAYS = st.sampled_from(["none", "2022-03-20", "2022-05-09", "2022-05-10", "2022-05-11", "2023-01-01"])
BY = st.sampled_from(
    [TODAY, date(2022, 4, 1), date(2022, 5, 10), date(2022, 8, 31), date(2023, 1, 1), date(2023, 6, 30)]
)


@given(drawn=ROWS, expires=st.lists(DAYS, min_size=1, max_size=3), by=BY)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_as_projected_is_as_decided_on_the_day_with_the_months_told(drawn: Json, expires: Json, by: date) -> None:
    last = month_index(TODAY) - 1
    covers = {"from": month_text(last - 20), "through": month_text(last)}
    rows = [
        {"month": month_text(last + 1 - back), "customer": customer, "revenue": revenue}
        for back, customer, revenue in drawn
    ]
    told = facts({"rows": rows, "covers": covers}, expires)
    ahead = [
        {**row, "month": month_text(month)}
        for index, month in enumerate(range(last + 1, month_index(by)))
        for row in rows
        if row["month"] == month_text(last - RUN_MONTHS + 1 + index % RUN_MONTHS)
    ]
    covered = {"from": covers["from"], "through": month_text(max(last, month_index(by) - 1))}
    then = facts({"rows": [*rows, *ahead], "covers": covered}, expires)
    decisions = ENGINE.decide(Query(("competency.*",), by, then)).decisions

    found = stages(projected(ENGINE.core, told, TODAY, by, say=SAY).of(told))

    stage = {"eligible": "active", "not_eligible": "at_risk"}
    assert found == {one.rule.rpartition(".")[2]: stage[one.eligibility or ""] for one in decisions}


def test_what_is_known_is_told_apart_from_what_is_taken_to_go_on() -> None:
    rows = [{"month": "2022-02", "customer": "a", "revenue": 1}]
    seats = {"history": [{"from": "2022-01-01", "value": 5}, {"from": "2022-04-01", "value": 1}]}
    told = facts(rows, ["none", "2022-05-01"], seats, events=[{"on": "2022-04-05", "leaves": "p0"}])

    found = projected(ENGINE.core, told, TODAY, date(2022, 6, 20), say=SAY)

    assert found.known == (
        "Sales: the months before 2021-06 roll out of the last twelve",
        "1 certification ends before 2022-06-20",
        "p0 left by 2022-06-20",
    )
    assert found.extrapolated == ("Sales: 2022-03 through 2022-05 as 2022-02 through 2022-02",)
    assert found.section["facts"] == {"seats": 1}
    assert found.section["records"]["certifications"] == []


def test_a_projection_fits_the_vocabulary_and_goes_to_no_day_that_is_over() -> None:
    told = facts([], ["none"])

    ENGINE.reader.check(projected(ENGINE.core, told, TODAY, date(2023, 1, 1), say=SAY).of(told))

    with pytest.raises(ValueError, match="is over"):
        projected(ENGINE.core, told, TODAY, date(2022, 3, 9), say=SAY)
    with pytest.raises(FactErrors):
        ENGINE.reader.check({**told, "projected": {"facts": {"seat": 1}}})


def test_a_decision_takes_no_projection_that_its_facts_do_not_bring() -> None:
    told = facts([], ["none"], 0)

    assert stages(told)["seats"] == "undetermined"
    assert stages(projected(ENGINE.core, told, TODAY, date(2022, 3, 20), say=SAY).of(told))["seats"] == "at_risk"
