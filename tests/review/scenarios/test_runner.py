"""Every kind of expectation fails where it should, and says what was expected and what came out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from dsl.load import load, load_sources
from dsl.source import Source
from evaluator.decision import decision_json
from evaluator.engine import Engine, Query
from review.scenarios.reading import read_scenarios
from review.scenarios.runner import run
from review.scenarios.scenario import ScenarioErrors
from review.words.decision_text import decision_lines

POLICIES = Path(__file__).parents[2] / "data" / "cli" / "policies"

CERTIFIED = [{"people": ["ann", "bob"], "certification": "Acme Builder"}]
CONTOSO = {"facts": {"revenue": 45000, "country": "united_states"}, "records": {"awards": []}, "certified": CERTIFIED}
LEGACY = {"award": "competency.delivery", "level": "silver", "attained": "2022-01-15", "anniversary": "2023-01-15",
          "ended": "none"}  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    return Engine(load([POLICIES]))


def scenario(expect, *, told=None, partner=None, as_of="2023-06-20"):
    """Return a file of one scenario."""
    one = {"name": "One", "partner": "contoso", "as_of": as_of, "expect": expect}
    return {"partners": {"contoso": partner or CONTOSO}, "scenarios": [one if told is None else {**one, "with": told}]}


def differences(engine, data):
    """Return what is not as expected as (what, expected, actual)."""
    [result] = run(engine, read_scenarios(data, "test.scenarios.yaml"))
    return [(one.aspect, one.expected, one.actual) for step in result.steps for one in step.mismatches]


def problems(engine, data):
    """Return pointer and message of what is wrong with a file."""
    with pytest.raises(ScenarioErrors) as caught:
        run(engine, read_scenarios(data, "test.scenarios.yaml"))
    return [(problem.pointer, problem.message) for problem in caught.value.problems]


CLOUD = "designation.cloud"
UNKNOWN_PEOPLE = {**CONTOSO, "certified": []}

WRONG = [
    (CLOUD, "eligible", ("eligibility", "eligible", "not_eligible")),
    (CLOUD, {"eligibility": "undetermined"}, ("eligibility", "undetermined", "not_eligible")),
    (CLOUD, {"points": 66}, ("points", "66", "65")),
    (CLOUD, {"points": {"from": 60, "to": 70}}, ("points", "from 60, to 70", "65")),
    (CLOUD, {"points": "unknown"}, ("points", "unknown", "65")),
    (CLOUD, {"needed": 75}, ("needed", "75", "70")),
    (CLOUD, {"out_of": 90}, ("out_of", "90", "100")),
    (CLOUD, {"in_force": False}, ("in_force", "false", "true")),
    (CLOUD, {"badge": True}, ("badge", "true", "false")),
    (CLOUD, {"standing": "held"}, ("standing.held", "held", "not_held")),
    (CLOUD, {"standing": {"since": "2023-01-01"}}, ("standing.since", "2023-01-01", "none")),
    (CLOUD, {"standing": {"next_check": "2023-01-01"}}, ("standing.next_check", "2023-01-01", "none")),
    (CLOUD, {"standing": {"until": "2023-01-01"}}, ("standing.until", "2023-01-01", "none")),
    (CLOUD, {"standing": {"level": "gold"}}, ("standing.level", "gold", "none")),
    (CLOUD, {"missing": ["/facts/revenue"]}, ("missing", "/facts/revenue", "nothing")),
    (CLOUD, {"provisional_figures": 1}, ("provisional_figures", "1", "0")),
    (CLOUD, {"assumptions": 1}, ("assumptions", "1", "0")),
    (CLOUD, {"disagreements": ["revenue"]}, ("disagreements", "revenue", "nothing")),
    (CLOUD, {"reasons": {"skilling": "met"}}, ("skilling", "met", "partly_met")),
    (CLOUD, {"reasons": {f"{CLOUD}.skilling": "met"}}, (f"{CLOUD}.skilling", "met", "partly_met")),
    (CLOUD, {"reasons": {"in_force": "met"}}, ("in_force", "met", "not among the reasons")),
    (CLOUD, {"reasons": {"skilling": {"outcome": "met"}}}, ("skilling: outcome", "met", "partly_met")),
    (CLOUD, {"reasons": {"skilling": {"points": 30}}}, ("skilling: points", "30", "20")),
    (CLOUD, {"reasons": {"skilling": {"out_of": 30}}}, ("skilling: out_of", "30", "40")),
    (CLOUD, {"reasons": {"skilling.builders": {"observed": 3}}}, ("skilling.builders: observed", "3", "2")),
    (CLOUD, {"reasons": {"skilling.builders": {"required": 3}}}, ("skilling.builders: required", "3", "4")),
    (CLOUD, {"reasons": {"skilling.builders": {"short_by": 1}}}, ("skilling.builders: short_by", "1", "2")),
    (CLOUD, {"reasons": {"skilling.builders": {"unit": "points"}}}, ("skilling.builders: unit", "points", "people")),
    ("fee.cloud_fee", "4731 USD", ("amount", "4731 USD", "4730 USD")),
    ("fee.cloud_fee", {"amount": "4730 EUR"}, ("amount", "4730 EUR", "4730 USD")),
    ("fee.cloud_fee", {"amount": "unknown USD"}, ("amount", "unknown USD", "4730 USD")),
    ("fee.cloud_fee", {"due": "2023-06-21"}, ("due", "2023-06-21", "2023-06-20")),
    ("lifecycle.competency.delivery.gold", "active", ("stage", "active", "not_started")),
    ("lifecycle.competency.delivery.gold", {"stage": "active"}, ("stage", "active", "not_started")),
    ("choice.benefits", {"options": {"cloud": "eligible"}}, ("option cloud: eligibility", "eligible", "not_eligible")),
    ("choice.benefits", {"options": {"cloud": "not_offered"}},
     ("option cloud: eligibility", "not_offered", "not_eligible")),
    # An option that cannot be chosen pays and gives nothing.
    ("choice.benefits", {"options": {"cloud": {"pay": {"cloud_fee": "1 USD"}}}},
     ("option cloud: pay", "cloud_fee 1 USD", "nothing")),
    ("choice.benefits", {"options": {"cloud": {"gives": ["cloud_benefits"]}}},
     ("option cloud: gives", "cloud_benefits", "nothing")),
    ("choice.benefits", {"options": {"legacy": {"keeps": ["designations"]}}},
     ("option legacy: keeps", "designations", "nothing")),
    ("choice.benefits", {"options": {"no_choice": {"loses": []}}}, ("option no_choice: loses", "nothing", "designations")),
    ("choice.benefits", {"pick": "any"}, ("pick", "any", "at_most_one")),
    ("fee.cloud_fee", {"covers": []}, ("covers", "nothing", "designation.cloud")),
    (CLOUD, {"assumptions": ["a reading"]}, ("assumptions", "a reading", "nothing")),
    (CLOUD, {"provisional_figures": ["10,000 USD"]}, ("provisional_figures", "10,000 USD", "nothing")),
    (CLOUD, {"standing": {"reasons": {"score": "met"}}}, ("standing.score", "met", "not among the reasons")),
    (CLOUD, {"reasons": {"two": "unmet"}}, ("two", "unmet", "met")),
    (CLOUD, {"reasons": {"score": {"required": 71}}}, ("score: required", "71", "70")),
    ("choice.benefits", {"window": {"from": "2023-01-01", "through": "2023-01-31"}},
     ("window", "from 2023-01-01, through 2023-01-31", "nothing")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "wanted", "difference"), WRONG)
def test_what_is_not_as_expected_is_told(engine, rule, wanted, difference):
    assert differences(engine, scenario({rule: wanted})) == [difference]


RIGHT = [
    (CLOUD, "not_eligible"),
    (CLOUD, {"points": 65, "needed": 70, "out_of": 100, "in_force": True, "badge": False, "standing": "not_held"}),
    (
        CLOUD,
        {"reasons": {"skilling": {"outcome": "partly_met", "points": 20}, "skilling.builders.two": {"short_by": 0}}},
    ),
    ("fee.cloud_fee", {"amount": "4,730.00 USD", "due": "2023-06-20", "covers": ["cloud"]}),
    ("choice.benefits", {"pick": "at_most_one"}),
    (CLOUD, {"assumptions": [], "reasons": {"two": "met", "builders": {"observed": 2}}}),
    (CLOUD, {"reasons": {"performance.revenue": {"required": "60,000"}}}),
    ("choice.benefits", {"options": {"legacy": {"keeps": []}, "cloud": {"pay": {}, "gives": []}}}),
]


@pytest.mark.parametrize(("rule", "wanted"), RIGHT)
def test_what_is_as_expected_passes(engine, rule, wanted):
    assert differences(engine, scenario({rule: wanted})) == []


def test_a_range_is_expected_by_its_bounds(engine):
    partner = {"facts": {"revenue": 45000}, "records": {"awards": []}}

    right = scenario({CLOUD: {"points": {"from": 45, "to": 85}}}, partner=partner)
    wrong = scenario({CLOUD: {"points": {"from": 45, "to": 84}}}, partner=partner)

    assert differences(engine, right) == []
    assert differences(engine, wrong) == [("points", "from 45, to 84", "from 45, to 85")]


def test_a_figure_that_the_programme_does_not_tell_is_missing_by_that_name(engine):
    data = scenario(
        {"fee.cloud_fee": {"amount": "unknown USD", "missing": ["figure"]}}, told={"facts": {"country": "other"}}
    )

    assert differences(engine, data) == []


def test_an_effect_whose_condition_is_not_known_is_expected_as_perhaps(engine):
    partner = {"facts": {"revenue": 45000}, "records": {"awards": [LEGACY]}}
    data = scenario({"choice.benefits": {"options": {"legacy": {"keeps": ["perhaps designations"]}}}}, partner=partner)

    assert differences(engine, data) == []


def test_a_rule_out_of_force_has_no_amount(engine):
    data = scenario({"fee.cloud_fee": "4730 USD"}, as_of="2022-10-02")

    assert differences(engine, data) == [("amount", "4730 USD", "nothing")]


RESTING = {
    "assumptions": [["local fees are not published"], ["fees are not"], 1],
    "provisional_figures": [[], 0],
}


@pytest.mark.parametrize(("aspect", "wanted"), [(aspect, one) for aspect, all_ in RESTING.items() for one in all_])
def test_what_a_decision_rests_on_is_expected_by_its_text_by_a_part_of_it_or_by_number(engine, aspect, wanted):
    data = scenario({"fee.cloud_fee": {aspect: wanted}}, told={"facts": {"country": "other"}})

    assert differences(engine, data) == []


def test_why_the_last_check_failed_is_expected_of_the_standing(engine):
    entry = {"award": "program.expert", "attained": "2022-10-15", "anniversary": "2023-05-15"}
    told = {"records": {"awards": [entry]}}
    reasons = {"cloud": "unmet", "audit": "undetermined"}

    data = scenario({"program.expert": {"standing": {"held": "not_held", "reasons": reasons}}}, told=told)
    wrong = scenario({"program.expert": {"standing": {"reasons": {"cloud": {"outcome": "met"}}}}}, told=told)

    assert differences(engine, data) == []
    assert differences(engine, wrong) == [("standing.cloud: outcome", "met", "unmet")]


# ---- labels by their end -----------------------------------------------------------------------------------------

ENDS = """
facts { n: count }
entitlement e "E" {
  from 2022-01-01 until 2023-01-01 { requires { old: all of { n: n >= 1   most: n <= 30 } } }
  from 2023-01-01 { requires { new: all of { n: n >= 2   other: any of { deep: n >= 3   n: n > 1 } } } }
}
entitlement f "F" { requires { e: qualifies for e } }
"""


@pytest.fixture(scope="module")
def ends():
    return Engine(load_sources([Source("ends.policy", ENDS)]).document)


def ended(rule, label, day, wanted="met", n=3):
    return {"scenarios": [{"name": "E", "as_of": day, "with": {"facts": {"n": n}},
                           "expect": {rule: {"reasons": {label: wanted}}}}]}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "label", "day"),
    [
        ("entitlement.e", "deep", "2023-06-20"),
        ("entitlement.e", "other.n", "2023-06-20"),
        ("entitlement.e", "n", "2022-06-20"),
        ("entitlement.f", "deep", "2023-06-20"),
    ],
)
def test_a_label_is_found_by_its_end_where_that_is_the_only_one_of_the_day(ends, rule, label, day):
    assert differences(ends, ended(rule, label, day)) == []
    assert differences(ends, ended(rule, label, day, "unmet")) == [(label, "unmet", "met")]


def test_a_label_that_can_mean_several_is_told_with_all_of_them(ends):
    with pytest.raises(ScenarioErrors) as caught:
        differences(ends, ended("entitlement.e", "n", "2023-06-20"))

    [problem] = caught.value.problems
    assert problem.message == "`n` can mean 2 reasons"
    assert problem.help == "write one: `new.n`, `new.other.n`"


@pytest.mark.parametrize("wanted", ["<= 30", {"required": "<= 30"}])
def test_what_is_required_is_expected_as_answers_and_texts_tell_it(ends, wanted):
    data = ended("entitlement.e", "most", "2022-06-20", wanted if isinstance(wanted, dict) else {"required": wanted})

    [decision] = ends.decide(Query(("entitlement.e",), date(2022, 6, 20), {"facts": {"n": 3}})).decisions

    assert differences(ends, data) == []
    assert "required <= 30" in "\n".join(decision_lines(decision, date(2022, 6, 20)))
    assert '"required": "<= 30"' in json.dumps(decision_json(decision, "full"))


# ---- facts that are refused --------------------------------------------------------------------------------------


def refusal(facts, *refused):
    return {"scenarios": [{"name": "R", "as_of": "2023-06-20", "with": {"facts": facts}, "refused": list(refused)}]}


def test_facts_are_refused_at_the_places_expected_and_nowhere_else(engine):
    both = {"audit_passed": 3, "country": "mars"}

    assert differences(engine, refusal(both, "/facts/country", "/facts/audit_passed")) == []
    assert differences(engine, refusal(both, "/facts/country")) == [
        ("refused", "/facts/country", "/facts/audit_passed, /facts/country")
    ]
    assert differences(engine, refusal({"country": "other"}, "/facts/country")) == [
        ("refused", "/facts/country", "none")
    ]


def test_what_is_refused_is_not_kept_for_the_next_step(engine):
    data = story(
        {"as_of": "2023-06-19", "with": {"facts": {"revenue": "much"}}, "refused": ["/facts/revenue"]},
        {"as_of": "2023-06-20", "expect": {CLOUD: {"points": 65}}},
    )

    assert differences(engine, data) == []


def test_a_fact_of_another_name_is_an_error_and_not_refused(engine):
    with pytest.raises(ScenarioErrors) as caught:
        differences(engine, refusal({"contry": "mars"}, "/facts/contry"))

    assert [(one.pointer, one.message, one.help) for one in caught.value.problems] == [
        ("/scenarios/0/refused/0", "there is no fact `contry`", "did you mean `country`?")
    ]


# ---- steps ------------------------------------------------------------------------------------------------------


def story(*steps, partner=CONTOSO):
    return {
        "partners": {"contoso": partner},
        "scenarios": [{"name": "Story", "partner": "contoso", "steps": list(steps)}],
    }


RICH = {**CONTOSO, "facts": {"revenue": 60000, "country": "united_states", "audit_passed": True}}


def test_what_is_attained_is_held_from_then_on(engine):
    data = story(
        {"as_of": "2023-04-01", "attain": [CLOUD]},
        {"as_of": "2024-03-31", "expect": {CLOUD: {"standing": {"held": "held", "since": "2023-04-01",
                                                                "next_check": "2024-04-01"}}}},
        partner=RICH,
    )  # fmt: skip

    assert differences(engine, data) == []


def test_what_is_attained_first_counts_for_what_is_attained_next(engine):
    data = story(
        {
            "as_of": "2023-04-01",
            "attain": [CLOUD, "program.expert"],
            "expect": {"program.expert": {"standing": "held"}},
        },
        partner=RICH,
    )

    assert differences(engine, data) == []


def test_an_award_with_levels_enters_the_register_with_its_level(engine):
    data = story(
        {"as_of": "2022-02-01", "attain": ["competency.delivery.silver"]},
        {
            "as_of": "2022-03-01",
            "expect": {
                "competency.delivery.silver": {"standing": {"held": "held", "level": "silver", "until": "2022-10-01"}},
                "competency.delivery.gold": {"standing": "not_held"},
            },
        },
        partner=RICH,
    )

    assert differences(engine, data) == []


def test_what_is_not_eligible_cannot_be_attained_and_ends_the_story(engine):
    data = story(
        {"as_of": "2023-04-01", "attain": [CLOUD], "expect": {CLOUD: {"standing": "held"}}},
        {"as_of": "2023-05-01", "expect": {CLOUD: "eligible"}},
    )

    assert differences(engine, data) == [("attain", "eligible", "not_eligible")]


def test_what_is_held_cannot_be_attained_again(engine):
    data = story({"as_of": "2023-04-01", "attain": [CLOUD]}, {"as_of": "2023-05-01", "attain": [CLOUD]}, partner=RICH)

    assert differences(engine, data) == [("attain", "not held yet", "held since 2023-04-01")]


def test_what_a_step_tells_stays_for_the_steps_behind_it(engine):
    data = story(
        {"as_of": "2023-04-01", "with": {"facts": {"revenue": 60000}}, "expect": {CLOUD: "eligible"}},
        {"as_of": "2023-05-01", "expect": {CLOUD: "eligible"}},
    )

    assert differences(engine, data) == []


# ---- what a file asks for that is not there ------------------------------------------------------------------------

UNKNOWN = [
    ({"designation.clod": "eligible"}, "/designation.clod", "there is no rule `designation.clod`"),
    ({"competency.delivery": "eligible"}, "/competency.delivery", "`competency.delivery` has levels"),
    ({CLOUD: "eligibel"}, f"/{CLOUD}", "`eligibel` is none of the values"),
    ({CLOUD: {"amount": "3 USD"}}, f"/{CLOUD}/amount", "a designation has no `amount`"),
    ({CLOUD: {"reasons": {"skiling": "met"}}}, f"/{CLOUD}/reasons/skiling", f"`{CLOUD}` has no reason `skiling`"),
    ({"fee.cloud_fee": "free"}, "/fee.cloud_fee", "`free` is no amount"),
    ({"choice.benefits": "eligible"}, "/choice.benefits", "one word does not say what a choice gives"),
    ({"choice.benefits": {"options": {"cluod": "eligible"}}}, "/choice.benefits/options/cluod",
     "`choice.benefits` has no option `cluod`"),
    ({"lifecycle.competency.delivery.gold": "activ"}, "/lifecycle.competency.delivery.gold",
     "`lifecycle.competency.delivery.gold` has no stage `activ`"),
]  # fmt: skip


@pytest.mark.parametrize(("expect", "pointer", "message"), UNKNOWN)
def test_what_the_policies_do_not_have_is_an_error(engine, expect, pointer, message):
    assert problems(engine, scenario(expect)) == [(f"/scenarios/0/expect{pointer}", message)]


@pytest.mark.parametrize(
    ("award", "message"),
    [("fee.cloud_fee", "`fee.cloud_fee` is no award"), ("designation.clod", "there is no rule `designation.clod`")],
)
def test_only_awards_of_the_policies_can_be_attained(engine, award, message):
    data = story({"as_of": "2023-04-01", "attain": [award]})

    assert problems(engine, data) == [("/scenarios/0/steps/0/attain/0", message)]


PLACES = [
    ({"facts": {"markt": "small"}}, "/scenarios/0/with/facts/markt"),
    ({"records": {"sales": [{"month": "2022-06..2023-05", "revenue": "much"}]}},
     "/scenarios/0/with/records/sales/0/revenue"),
    ({"records": {"sales": {"rows": [{"month": "2022-06", "revenue": "much"}], "partial": True}}},
     "/scenarios/0/with/records/sales/rows/0/revenue"),
    ({"projected": {"facts": {"market": "tiny"}}}, "/scenarios/0/with/projected/facts/market"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "pointer"), PLACES)
def test_facts_that_do_not_fit_are_located_in_the_scenario_file(engine, told, pointer):
    found = problems(engine, scenario({CLOUD: "eligible"}, told=told))

    assert [place for place, _ in found] == [pointer]
