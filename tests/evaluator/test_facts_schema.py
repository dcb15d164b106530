"""What facts are refused, and how it is said."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from dsl.load import load_sources
from dsl.source import Source
from evaluator.acceptance.facts_schema import FactErrors, FactProblem, FactsReader
from evaluator.engine import Engine

POLICY = """
facts {
  azure_growth: percent  seats: count  share: number 0 to 1  survey_day: date  passed: flag  market: one of larger, other
}
records sales monthly { units: count }
measure twice: count = 2 * seats
measure growth: percent, may be supplied = azure_growth
competency old { levels silver, gold  requires { x: seats >= silver 1, gold 2  y: twice >= 1  z: growth > 1 % } }
"""


@cache
def reader() -> FactsReader:
    loaded = load_sources([Source("facts.policy", POLICY)])
    assert not loaded.errors
    return Engine(loaded.document).reader


def problems(data: dict[str, Any]) -> tuple[FactProblem, ...]:
    with pytest.raises(FactErrors) as refused:
        reader().check(data)
    return refused.value.problems


@pytest.mark.parametrize(
    ("facts", "code", "message", "advice"),
    [
        ({"seats": None}, "F102", "`null` is no value", "leave it out when it is unknown"),
        ({"growth": "12 %"}, "F104", 'this is the text "12 %"', "write the number alone, in the unit of the fact: 12"),
        ({"000": None}, "F101", "a number goes on behind its comma: `,000`", "write it without commas"),
        ({"azure_grwth": 1}, "F101", "I do not know `azure_grwth`", "did you mean `azure_growth`?"),
        ({"seats": "many"}, "F104", 'this is the text "many", where a whole number', "whole number"),
        ({"seats": True}, "F104", "this is true, where a whole number", "whole number"),
        ({"passed": 1}, "F104", "this is the number 1, where true or false", "true or false"),
        ({"survey_day": "2023-02-30"}, "F104", "`2023-02-30` is not a day of the calendar", "year-month-day"),
        ({"survey_day": "30.02.2023"}, "F104", 'this is the text "30.02.2023", where a date', "2022-10-03"),
        ({"market": "largr"}, "F104", "`largr` is none of the values", "did you mean `larger`?"),
        ({"share": Decimal("0.1234567")}, "F104", "the number 0.1234567 has too many digits", "6 behind the point"),
        ({"share": "0.1234567"}, "F104", 'the text "0.1234567" has too many digits', "6 behind the point"),
        ({"share": "1.5"}, "F104", 'this is the text "1.5", where a number from 0 to 1', "a number from 0 to 1"),
        ({"share": Decimal("-1")}, "F104", "this is the number -1, where a number from 0 to 1", "from 0 to 1"),
        ({"share": float("nan")}, "F104", "the number nan has too many digits", ""),
        ({"twice": 2}, "F106", "`twice` is reckoned from the records and may not be supplied", "may be supplied"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_to_do(
    facts: dict[str, Any], code: str, message: str, advice: str
) -> None:
    (problem,) = problems({"facts": facts})

    assert problem.code == code
    assert problem.pointer == f"/facts/{next(iter(facts))}"
    assert message in problem.message
    assert advice in problem.help


@pytest.mark.parametrize(
    ("earned", "message", "advice"),
    [
        ("2023-02-30T09:30:00Z", "`2023-02-30` is not a day of the calendar", "year-month-day"),
        ("2023-02-28T09:30:00", 'the text "2023-02-28T09:30:00" is no instant', "2022-10-03T09:30:00-07:00"),
        ("2023-02-28T24:00:00Z", "is no instant", "write day, time and zone"),
        ("2023-02-28 09:30", "is no instant", "write day, time and zone"),
        ("2200-01-01T09:30:00Z", "lies outside of the years 1900 to 2199", ""),
        ("2023-02-30", "`2023-02-30` is not a day of the calendar", "year-month-day"),
        ("yesterday", 'this is the text "yesterday", where a date is expected', "2022-10-03"),
    ],
)
def test_what_is_no_day_and_no_instant_is_refused(earned: str, message: str, advice: str) -> None:
    (problem,) = problems({"records": {"certifications": [{"earned": earned}]}})

    assert (problem.pointer, problem.code) == ("/records/certifications/0/earned", "F104")
    assert message in problem.message
    assert advice in problem.help


def test_only_what_is_earned_is_told_by_an_instant() -> None:
    instant = "2023-02-28T09:30:00Z"
    found = problems({"facts": {"survey_day": instant}, "records": {"certifications": [{"expires": instant}]}})

    assert [one.pointer for one in found] == ["/facts/survey_day", "/records/certifications/0/expires"]
    assert {one.help for one in found} == {'write year-month-day, like "2022-10-03"'}


def test_every_unknown_name_is_told() -> None:
    found = problems({"facts": {"azure_grwth": 1, "shares": 2}})

    assert [one.pointer for one in found] == ["/facts/azure_grwth", "/facts/shares"]


@pytest.mark.parametrize(
    "facts",
    [{"share": 0.1}, {"share": "0.10"}, {"share": Decimal("0.10")}, {"azure_growth": -7}, {"growth": "12.5"}, {}],
)
def test_numbers_are_taken_however_they_are_written(facts: dict[str, Any]) -> None:
    reader().check({"facts": facts})


def test_every_place_is_told() -> None:
    found = problems({"facts": {"seats": None, "passed": 3}, "records": {"sales": [{"month": "2023-13"}]}})

    assert [problem.pointer for problem in found] == ["/facts/passed", "/facts/seats", "/records/sales/0/month"]


def test_unknown_levels_are_refused_also_where_they_are_projected() -> None:
    rows = [{"award": "competency.od"}, {"award": "competency.old", "level": "bronze"}]

    found = problems({"projected": {"records": {"awards": {"rows": rows, "partial": True}}}})

    assert [problem.pointer for problem in found] == ["/projected/records/awards/rows/1/level"]


def test_a_history_says_one_thing_of_a_day() -> None:
    steps = [{"from": "2023-01-01", "value": 1}, {"from": "2023-01-01", "value": 2}]

    (problem,) = problems({"facts": {"seats": {"history": steps}}})

    assert problem.pointer == "/facts/seats/history/1/from"
    assert problem.message == "two values begin on 2023-01-01"


def test_a_level_is_taken_while_its_award_is_not_told() -> None:
    reader().check({"records": {"awards": [{"level": "gold"}]}})

    (problem,) = problems({"records": {"awards": [{"level": "bronze"}]}})

    assert problem.pointer == "/records/awards/0/level"
