"""The examples of the programme's FAQ as timelines: what happens on the very days that it names."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cli.data_files import read_data
from dsl.core.ranges import Truth
from dsl.source import read_source
from evaluator.timeline.fold import Timeline, timeline
from evaluator.timeline.told import TimelineQuery
from review.scenarios.reading import read_scenarios
from tests.properties.test_laws import REAL, ROOT, engine

Json = Any


@cache
def scenario(path: str, name: str) -> Json:
    """Return the facts that a scenario of the policies begins with."""
    data = read_data(read_source(Path(ROOT / path))).value
    [found] = [one for one in read_scenarios(data, path).scenarios if one.name.startswith(name)]
    return found.given.json()


def example(name: str) -> Json:
    return read_data(read_source(ROOT / "examples" / "partners" / f"{name}.yaml")).value


def told(facts: Json, first: str, last: str, *rules: str) -> Timeline:
    return timeline(engine(REAL), TimelineQuery(rules, date.fromisoformat(first), date.fromisoformat(last), facts))


def happened(found: Timeline, *kinds: str) -> list[tuple[str, str, str]]:
    return [(str(one.on), one.kind, one.rule.partition(".")[2]) for one in found.happenings if one.kind in kinds]


def held(found: Timeline, day: str, rule: str) -> bool:
    on = date.fromisoformat(day)
    [state] = [
        span.state
        for life in found.lives
        if life.rule.id == rule
        for span in life.spans
        if span.first <= on <= span.last
    ]
    return state.held is Truth.TRUE


def begins(facts: Json, day: str, *names: str) -> Json:
    """Return facts of which some are told from a day on, and are nothing before."""
    changed = {
        name: {"history": [{"from": "2022-10-01", "value": 0}, {"from": day, "value": last(facts["facts"][name])}]}
        for name in names
    }
    return {**facts, "facts": {**facts["facts"], **changed}}


def last(value: Json) -> Json:
    return value["history"][-1]["value"] if isinstance(value, dict) else value


def test_partner_a_keeps_its_specialization_to_its_anniversary_and_loses_it_on_that_day() -> None:
    rule = "specialization.threat_protection"

    found = told(example("partner_a"), "2022-10-03", "2023-02-05", rule)

    assert held(found, "2022-11-11", rule)
    assert held(found, "2023-02-02", rule)
    assert not held(found, "2023-02-03", rule)
    assert happened(found, "checked", "lost") == [
        ("2023-02-03", "checked", "threat_protection"),
        ("2023-02-03", "lost", "threat_protection"),
    ]
    [lost] = [one for one in found.happenings if one.kind == "lost"]
    assert f"{rule}.designation" in [reason.code for reason in lost.reasons]


def test_three_designations_share_november_2023() -> None:
    """Modern Work in November 2022, a second in January and Security in February 2023 are attained as they are met."""
    facts = scenario("policies/designations/common.scenarios.yaml", "Modern Work in November, a second")
    facts = begins(facts, "2023-01-20", "azure_adds", "azure_services")
    facts = begins(facts, "2023-02-03", "security_adds", "security_deployments")
    rules = [f"designation.{name}" for name in ("modern_work", "infrastructure", "security")]

    found = told(facts, "2022-11-15", "2023-12-31", *rules)

    assert happened(found, "attained") == [
        ("2022-11-15", "attained", "modern_work"),
        ("2023-01-20", "attained", "infrastructure"),
        ("2023-02-03", "attained", "security"),
    ]
    assert {row["anniversary"] for row in found.register or ()} == {"2023-11-15"}
    assert [day for day, _, _ in happened(found, "checked")] == ["2023-11-15"] * 3
    for rule, first in zip(rules, ("2022-11-15", "2023-01-20", "2023-02-03"), strict=True):
        day_before = str(date.fromisoformat(first) - timedelta(days=1))
        assert first == "2022-11-15" or not held(found, day_before, rule)
        assert all(held(found, day, rule) for day in (first, "2023-11-14", "2023-11-15", "2023-11-16", "2023-12-15"))
        assert not held(found, "2023-12-16", rule)
    # Nothing is bought at the anniversary: held through the thirty days of the window, then lost.
    assert happened(found, "lost") == [("2023-12-16", "lost", rule.partition(".")[2]) for rule in rules]


def test_a_dip_below_70_before_the_anniversary_has_no_effect() -> None:
    facts = scenario("policies/designations/common.scenarios.yaml", "A score that dips")
    rule = "designation.infrastructure"

    found = told(facts, "2022-11-11", "2023-11-30", rule)

    assert [(str(one.on), one.after) for one in found.happenings if one.kind == "eligibility"] == [
        ("2022-12-01", "not_eligible"),
        ("2023-10-01", "eligible"),
    ]
    assert all(held(found, day, rule) for day in ("2022-11-11", "2022-12-01", "2023-05-02", "2023-11-10", "2023-11-11"))
    assert [one.after for one in found.happenings if one.kind == "checked"] == ["passed"]


def test_azure_expert_msp_is_lost_thirty_days_after_its_check() -> None:
    rule = "program.azure_expert_msp"

    found = told(example("in_grace"), "2023-05-01", "2023-07-01", rule)

    assert happened(found, "checked", "lost") == [
        ("2023-05-20", "checked", "azure_expert_msp"),
        ("2023-06-19", "lost", "azure_expert_msp"),
    ]
    assert all(held(found, day, rule) for day in ("2023-05-19", "2023-05-20", "2023-05-21", "2023-06-18"))
    assert not held(found, "2023-06-19", rule)
    assert not held(found, "2023-06-20", rule)


@pytest.mark.parametrize(
    ("name", "choosable"),
    [
        pytest.param(
            "Designation earned, gold before",
            {"solutions_partner", "legacy", "no_choice"},
            marks=pytest.mark.benchmarks,
        ),
        ("Designation not earned, gold before", {"legacy", "no_choice"}),
    ],
)
def test_rows_of_the_choice_open_at_the_first_anniversary_and_legacy_closes_thirty_days_later(
    name: str, choosable: set[str]
) -> None:
    rule = "choice.benefits_at_anniversary"
    facts = scenario("policies/money/anniversary.scenarios.yaml", name)

    found = told(facts, "2022-11-10", "2022-12-13", rule)

    [life] = found.lives
    open_from = {
        str(day): {option for option, eligible in span.state.options if eligible == "eligible"}
        for span in life.spans
        for day in (span.first, span.last)
    }
    assert open_from["2022-11-10"] == set()
    assert open_from["2022-11-11"] == choosable
    assert "legacy" in open_from["2022-12-11"]
    # What is left is chosen by who has no membership any more, and so no anniversary to wait for.
    assert open_from["2022-12-12"] == choosable - {"legacy"}


SOLUTIONS, LEGACY = "solutions_partner_benefits", "legacy_benefits"
SOLUTIONS_FEE = "Annual Solutions Partner fee 4,730 USD"


@pytest.mark.parametrize(
    ("earned", "before", "buys", "pays", "keeps"),
    [
        (True, "no competency", SOLUTIONS, SOLUTIONS_FEE, True),
        (True, "silver", SOLUTIONS, SOLUTIONS_FEE, True),
        (True, "gold", SOLUTIONS, SOLUTIONS_FEE, True),
        (True, "silver", LEGACY, "Annual fee of the legacy benefits 1,670 USD", True),
        (True, "gold", LEGACY, "Annual fee of the legacy benefits 4,730 USD", True),
        (True, "no competency", LEGACY, None, None),
        (True, "silver", None, None, False),
        (True, "gold", None, None, False),
        (False, "silver", LEGACY, "Annual fee of the legacy benefits 1,670 USD", False),
        (False, "gold", LEGACY, "Annual fee of the legacy benefits 4,730 USD", False),
        (False, "no competency", SOLUTIONS, None, False),
        (False, "silver", SOLUTIONS, None, False),
        (False, "gold", SOLUTIONS, None, False),
        (False, "no competency", LEGACY, None, False),
        (False, "no competency", None, None, False),
        (False, "silver", None, None, False),
        (False, "gold", None, None, False),
    ],
)
def test_every_row_of_the_choice_at_the_first_anniversary(
    earned: bool, before: str, buys: str | None, pays: str | None, keeps: bool | None
) -> None:
    """What is bought on the day: the fee, whether it is refused, and the designation (None: of those who buy nothing)."""
    name = f"Designation {'earned' if earned else 'not earned'}, {before} before"
    facts = scenario("policies/money/anniversary.scenarios.yaml", name)
    events = [] if buys is None else [{"on": "2022-11-11", "buys": f"benefit.{buys}"}]
    # Who chooses nothing keeps what is held until the thirty days are over; it was earned the day before.
    first_day = "2022-11-10" if buys is None else "2022-11-11"
    last_day = "2022-12-12" if earned and buys is None else "2022-11-12"

    found = told({**facts, "events": events}, first_day, last_day, "designation.data_ai")

    [bought] = [one for one in found.happenings if one.kind in ("bought", "refused")] or [None]
    assert (bought is not None) is (buys is not None)
    if bought is not None:
        assert bought.kind == ("bought" if pays is not None else "refused")
        assert bought.after == (f"through 2023-11-10; pays {pays}" if pays is not None else "not eligible on the day")
    benefits = [row["award"] for row in found.register or () if row["award"].startswith("benefit.")]
    assert benefits == ([f"benefit.{buys}"] if pays is not None else [])
    if keeps is not None:
        assert held(found, last_day, "designation.data_ai") is keeps
    if earned and buys is None:
        assert held(found, "2022-12-11", "designation.data_ai")
