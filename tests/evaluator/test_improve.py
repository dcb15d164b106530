"""What it would take: plans do what they say, nothing in them is idle, and what is not known is said."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from dsl import core as c
from dsl.core.ranges import Truth
from dsl.load import load_sources
from dsl.source import Source
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.decision import ELIGIBILITY
from evaluator.decisions.one_day import OneDay
from evaluator.engine import Engine, Query, UnknownRule
from evaluator.facts import Facts
from evaluator.improve.costs import PLAIN, CostErrors, default_costs, read_costs
from evaluator.improve.improving import Ending, ImproveErrors, Improvement, ImproveQuery, eligibility_of, improve
from evaluator.improve.levers import Certified
from evaluator.improve.people import People
from evaluator.improve.plans import Paid
from evaluator.improve.told import improvement_json
from evaluator.whatif.changes import changes_of
from evaluator.whatif.comparison import compare

Json = Any
POLICY = """\
facts { adds: count  signed_adds: signed count  growth: percent  audited: flag  fines: count  size: one of small, large
  use: money USD }
records proofs { name: text  kind: one of audit, reference  accepted: date }
certifications first "First" { "A"  "B" }
certifications second "Second" { "B"  "C" }
certifications third "Third" { "D" from 2024-01-01 }

designation pair { requires { one: at least 2 people holding first  two: at least 2 people holding second } checked at own anniversary }
designation apart { requires { each: different people for each of first, second >= 2 } checked at own anniversary }
designation base { requires { adds: adds >= 3  audit: audited } checked at own anniversary }
specialization deep { requires { base "Base held": holds base  proofs: count distinct name of proofs[kind = reference and accepted > (today - 1 year, rounded down)] >= 2 } }
designation later { requires { day "Open": today >= 2024-02-01  people: at least 1 people holding third } checked at own anniversary }
designation fined { requires { few "Few fines": fines <= 2  adds: adds >= 1 } checked at own anniversary }
designation sized { requires { adds: adds >= (3 when size = small, otherwise 5) } checked at own anniversary }
designation open_figure { requires { adds: adds >= unknown } checked at own anniversary }
designation scored {
  pass at 10 points out of 20 points with points in every subcategory
  checked at own anniversary
  category left { adds "Adds": adds earns 2 points each, up to 10 points }
  category right {
    growth "Growth": growth earns up to 6 points at 10 %, in proportion, rounded half up to 0.5 points
      only if { used "Use": use >= 1,000 USD }
    people "People": people holding first earns 2 points each, up to 4 points
  }
}
designation tracked {
  pass at 6 points out of 10 points with points in every subcategory
  checked at own anniversary
  best of {
    track one {
      category a { adds "Adds": adds earns 1 point each, up to 8 points }
      category b { people "People": people holding second earns 1 point each, up to 2 points }
    }
    track two {
      category a { signed_adds "Signed adds": signed_adds earns 1 point each, up to 8 points }
      category b { people "First": people holding first earns 1 point each, up to 2 points }
    }
  }
}
designation overtaken {
  pass at 4 points out of 10 points with points in every subcategory
  checked at own anniversary
  best of {
    track fast {
      category a { adds "Adds": adds earns 1 point each, up to 8 points }
      category b { growth "Growth": growth earns 1 point per 50 %, up to 2 points }
    }
    track slow {
      category a { adds "Adds": adds earns 1 point per 2, up to 8 points }
      category b { people "People": people holding first earns 1 point each, up to 2 points }
    }
  }
}
competency levelled { levels low, high  requires { adds: adds >= low 2, high 4 } valid 1 year }
specialization at_high { requires { held: holds at high any of competencies } }
fee yearly { amount 100 USD }
choice benefits { pick at most one  option pack "The pack" { requires { base: qualifies for base } pay yearly gives pack } }
entitlement with_pack { requires { pack: holds pack } }
lifecycle competency { active when held  not_started otherwise }
membership of designations
"""
LOADED = load_sources([Source("improve.policy", POLICY)])
assert not LOADED.errors, [one.message for one in LOADED.errors]
ENGINE = Engine(LOADED.document, LOADED.core)
DAY = date(2023, 6, 20)
NOTHING: dict[str, Json] = {
    "facts": {"adds": 0, "signed_adds": 0, "growth": 0, "audited": False, "fines": 0, "size": "small", "use": 0},
    "records": {"certifications": [], "awards": [], "proofs": []},
}


def told(*people: tuple[str, str], **facts: Json) -> dict[str, Json]:
    rows = [
        {"person": person, "certification": name, "earned": "2022-01-01", "expires": "none"} for person, name in people
    ]
    return {"facts": {**NOTHING["facts"], **facts}, "records": {**NOTHING["records"], "certifications": rows}}


def ask(rule: str, facts: dict[str, Json] | None = None, costs: Json = None, **more: Any) -> Improvement:
    given = read_costs(ENGINE.core, costs) if costs is not None else None
    found = improve(ENGINE, ImproveQuery(rule, DAY, NOTHING if facts is None else facts, costs=given, **more))
    for plan in improvement_json(found)["plans"]:
        does_what_it_says(found, plan)
    return found


def does_what_it_says(found: Improvement, plan: Json) -> None:
    """Decide a plan as a question of what if would."""
    query = Query((found.rule.id,), date.fromisoformat(plan["on"]), found.query.facts)
    if plan["what_if"]:
        [decided] = compare(ENGINE, query, changes_of(plan["what_if"])).after.decisions
    else:
        [decided] = ENGINE.decide(query).decisions
    assert eligibility_of(decided) == "eligible"


def steps(found: Improvement) -> list[list[tuple[str, ...]]]:
    """Return the steps of each plan in a few words."""
    return [
        [tuple(str(step[key]) for key in ("kind", "fact", "to", "person", "new_person", "certification", "rule", "until", "fee") if key in step) for step in plan["steps"]]
        for plan in improvement_json(found)["plans"]
    ]  # fmt: skip


def test_one_certification_serves_two_lists_and_people_who_are_there_come_first() -> None:
    new, there = ask("designation.pair"), ask("designation.pair", told(("ann", "A"), ("bob", "X")))

    assert steps(new)[0] == [("certify", "1", "B"), ("certify", "2", "B")]
    assert new.plans[0].cost == Decimal(30)
    # Ann is in the first list already: one more is wanted there, and two in the second.
    assert there.plans[0].cost == Decimal(20)
    assert sorted(steps(there)[0]) == [("certify", "ann", "B"), ("certify", "bob", "B")]
    assert not there.limits


def test_one_person_attains_two_where_somebody_new_costs_more() -> None:
    found = ask("designation.pair", costs={"certifications": {"B": "never"}, "new_person": 50})

    assert sorted(steps(found)[0]) == [
        ("certify", "1", "A"),
        ("certify", "1", "C"),
        ("certify", "2", "A"),
        ("certify", "2", "C"),
    ]


def test_lists_that_ask_for_different_people_get_them() -> None:
    found = ask("designation.apart", told(("ann", "A")))

    assert found.outcome == "plans"
    assert [step[0] for step in steps(found)[0]] == ["certify"]


@given(
    held=st.lists(st.tuples(st.sampled_from(("ann", "bob")), st.sampled_from("ABCX")), max_size=4),
    asked=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    prices=st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)),
    new=st.one_of(st.none(), st.integers(0, 6)),
)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_who_attains_what_is_the_cheapest_of_all_ways(
    held: list[tuple[str, str]], asked: tuple[int, int], prices: tuple[int, int, int], new: int | None
) -> None:
    price = dict(zip("ABC", map(Decimal, prices), strict=True))
    costs = read_costs(ENGINE.core, {"certifications": price, "new_person": "never" if new is None else new})
    lists = {"first": "AB", "second": "BC"}
    levers = {name: Certified((name,)) for name in lists}
    entries = {
        levers[name]: (c.CertificationList(name, name, tuple(map(c.Counted, names))),) for name, names in lists.items()
    }
    people = People(Facts(ENGINE.core, told(*held), DAY), DAY, entries, costs)
    wanted = {levers[name]: Decimal(many) for name, many in zip(lists, asked, strict=True)}
    known = sorted({person for person, _ in held})
    somebody = [*known, *(("new 1", "new 2") if new is not None else ())]
    now = {person: {name for who, name in held if who == person} for person in somebody}

    def counted(more: dict[str, set[str]], names: str) -> int:
        return sum(not (now[one] | more[one]).isdisjoint(names) for one in somebody) - sum(
            not now[one].isdisjoint(names) for one in somebody
        )

    best: Decimal | None = None
    for each in product([set(), {"A"}, {"B"}, {"C"}, {"A", "C"}], repeat=len(somebody)):
        more = dict(zip(somebody, each, strict=True))
        cost = sum((price[name] for names in each for name in names), Decimal(0))
        cost += sum(Decimal(new or 0) for one in somebody if one.startswith("new") and more[one])
        enough = all(counted(more, lists[name]) >= many for name, many in zip(lists, asked, strict=True))
        if enough and (best is None or cost < best):
            best = cost

    assert people.cost(wanted) == best


def test_an_award_is_attained_first_and_only_once_its_own_requirements_are_met() -> None:
    found = ask("specialization.deep", told(adds=1))

    assert steps(found) == [
        [("raise", "adds", "3"), ("tell", "audited", "True"), ("add",), ("add",), ("attain", "designation.base")]
    ]
    assert found.plans[0].cost == Decimal(2 * 3 + 10 + 2 * 20 + 1)


def test_an_award_is_attained_at_the_level_that_is_asked_for() -> None:
    assert steps(ask("specialization.at_high")) == [[("raise", "adds", "4"), ("attain", "competency.levelled.high")]]


def test_benefits_are_bought_where_their_option_can_be_chosen_and_their_fee_counts() -> None:
    found = ask("entitlement.with_pack", told(adds=2))

    assert steps(found) == [[("raise", "adds", "3"), ("tell", "audited", "True"), ("buy", "fee.yearly")]]
    assert found.plans[0].cost == Decimal("14.1")


def test_the_cheapest_way_to_choose_is_told_and_each_plan_opens_its_option() -> None:
    facts = told(adds=2)

    found = ask("choice.benefits", facts)

    assert found.outcome == "plans"
    assert steps(found)[0][-1][0] == "buy"
    for one in found.plans:
        bought = one.plan.pieces[-1]
        assert isinstance(bought, Paid)
        answer = compare(ENGINE, Query(("choice.benefits",), DAY, facts), changes_of(one.changes)).after
        chosen = [option for option in answer.decisions[0].options if option.name == bought.lever.option]
        assert [option.eligibility for option in chosen] == ["eligible"]
    assert improvement_json(found)["eligibility"] == "not_eligible"


def test_a_choice_that_is_open_costs_what_it_is_bought_for() -> None:
    found = ask("choice.benefits", told(adds=3, audited=True))

    assert steps(found)[0] == [("buy", "fee.yearly")]
    assert improvement_json(found)["eligibility"] == "eligible"


def test_what_no_change_moves_is_said_to_be_out_of_reach_with_what_stands_in_the_way() -> None:
    found = ask("designation.later")

    assert found.outcome == "cannot_be_reached"
    assert [code for code, _ in found.in_the_way] == ["designation.later.day", "designation.later.people"]
    assert not found.limits


def test_a_day_is_waited_for_where_that_does() -> None:
    found = ask("designation.later", by=date(2024, 6, 1))

    assert steps(found) == [[("wait", "2024-02-01"), ("certify", "1", "D")]]
    assert found.plans[0].cost == Decimal(15) + Decimal("0.1") * (date(2024, 2, 1) - DAY).days
    assert ask("designation.later", by=date(2024, 1, 31)).outcome == "cannot_be_reached"
    assert ask("designation.later", by=date(2024, 6, 1), costs={"day": "never"}).outcome == "cannot_be_reached"


def test_less_of_something_is_not_looked_at_and_said() -> None:
    found = ask("designation.fined", told(fines=5))

    assert found.outcome == "unknown"
    assert [limit.code for limit in found.limits] == ["designation.fined.few"]


def test_a_figure_that_the_programme_does_not_tell_is_no_proof() -> None:
    assert ask("designation.open_figure").outcome == "unknown"


def test_what_is_not_told_is_taken_as_nothing_and_said() -> None:
    facts = {"facts": {"audited": True}, "records": {"awards": []}}

    plan, only_told = (
        ask("designation.base", facts),
        ask("designation.fined", {"facts": {"adds": 1}, "records": {"awards": []}}),
    )

    assert plan.decided.eligibility == "undetermined"
    assert dict(plan.taken) == {"adds": 0}
    assert steps(plan) == [[("raise", "adds", "3")]]
    assert "now" not in improvement_json(plan)["plans"][0]["steps"][0]
    assert only_told.outcome in ("undetermined", "unknown")


def test_a_choice_that_is_not_told_is_never_taken_for_anything() -> None:
    facts = told(adds=4)
    del facts["facts"]["size"]

    found = improve(ENGINE, ImproveQuery("designation.sized", DAY, facts))

    assert found.outcome == "unknown"
    assert found.plans == ()
    assert [one.gap.pointer for one in found.decided.missing] == ["/facts/size"]


def test_points_come_in_whole_increments_behind_gates_with_some_in_every_metric() -> None:
    found = ask("designation.scored", told(adds=3))

    # 6 points for adds; growth gives none without use, people may give 4: but every metric must give some.
    assert found.outcome == "plans"
    raised = {
        step["fact"]: step["to"] for step in improvement_json(found)["plans"][0]["steps"] if step["kind"] == "raise"
    }
    assert raised["use"] == "1000"
    assert "growth" in raised


def test_the_track_that_counts_is_brought_to_pass_and_a_track_that_is_ahead_has_to_be_passed() -> None:
    # Track one is ahead with 7 points, and lacks a metric; in track two all is there, with 4 points.
    ahead = told(("ann", "A"), adds=7, signed_adds=3)

    found = ask("designation.tracked", ahead, costs={"certification": "never"})

    # Seven points are enough for two tracks that are equal: one of them has points in every metric.
    assert steps(found) == [[("raise", "signed_adds", "6")]]
    # A certification would do in the track that is ahead, for one of more cost.
    assert steps(ask("designation.tracked", ahead))[1] == [("certify", "ann", "B")]


def test_a_plan_that_turns_which_track_counts_is_passed_over_and_said() -> None:
    # Six adds would bring the slow track to the mark, and the fast one above it, which lacks a metric.
    near = told(("ann", "A"), adds=2)
    never = {"facts": {"growth": "never"}}

    found, alone = (
        ask("designation.overtaken", near, costs=never),
        ask("designation.overtaken", near, costs={**never, "certification": "never"}),
    )

    assert steps(found) == [[("raise", "adds", "4"), ("certify", "1", "A")]]
    assert alone.outcome == "unknown"
    for one in (found, alone):
        assert [limit.why for limit in one.limits] == [
            "a cheaper plan was tried that did not do: what counts changes with it"
        ]


def test_alternatives_do_without_something_and_cost_more() -> None:
    found = ask("designation.tracked", told(("ann", "B"), adds=3, signed_adds=3))

    kinds = [one.plan.levers for one in found.plans]
    assert len(kinds) > 1
    assert [one.cost for one in found.plans] == sorted(one.cost for one in found.plans)
    assert not any(one <= other for one in kinds for other in kinds if one is not other)


def test_what_is_never_to_be_changed_is_not_and_plans_may_be_kept_short() -> None:
    never = ask("designation.base", costs={"facts": {"audited": "never"}})
    short = ask("designation.base", max_changes=1)

    assert never.outcome == "cannot_be_reached"
    assert never.in_the_way == (("designation.base.audit", "Audit"),)
    assert short.outcome == "unknown"
    assert [limit.why for limit in short.limits] == ["only plans of at most 1 changes are told"]


def test_who_is_eligible_already_needs_nothing() -> None:
    found = ask("designation.base", told(adds=3, audited=True))

    assert (found.outcome, found.plans, found.decisions) == ("eligible", (), 0)


def test_no_more_decisions_are_made_than_may_be() -> None:
    found = improve(ENGINE, ImproveQuery("designation.base", DAY, NOTHING), most=1)

    assert found.decisions <= 1
    assert found.outcome == "unknown"
    assert [limit.why for limit in found.limits] == ["no more than 1 decisions are made for one question"]


@pytest.mark.parametrize(
    ("rule", "more", "name", "advice"),
    [
        ("fee.yearly", {}, "rule", "ask for an award, an entitlement or a choice"),
        ("lifecycle.competency.levelled.low", {}, "rule", "ask for an award, an entitlement or a choice"),
        ("competency.levelled", {}, "rule", "name one of"),
        ("designation.base", {"by": date(2023, 6, 19)}, "by", "from the day of the question on"),
        ("designation.base", {"max_changes": 0}, "max_changes", "ask for 1 to 100"),
    ],
)
def test_a_question_without_an_answer_is_refused(rule: str, more: dict[str, Any], name: str, advice: str) -> None:
    with pytest.raises(ImproveErrors) as error:
        ask(rule, **more)

    assert error.value.name == name
    assert advice in error.value.advice


def test_rules_and_facts_that_there_are_not_are_refused() -> None:
    with pytest.raises(UnknownRule):
        ask("designation.bse")
    with pytest.raises(FactErrors):
        ask("designation.base", {"facts": {"add": 1}})


@pytest.mark.parametrize(
    ("costs", "pointer", "said"),
    [
        ({"certification": -1}, "/certification", "never below zero"),
        ({"certification": "-0.5"}, "/certification", "never below zero"),
        ({"certification": "cheap"}, "/certification", "is no cost"),
        ({"certification": True}, "/certification", "this is no cost"),
        ({"certification": None}, "/certification", "this is no cost"),
        ({"certification": float("nan")}, "/certification", "is no cost"),
        ({"certification": 10**18}, "/certification", "too many digits"),
        ({"day": "0.0000001"}, "/day", "too many digits"),
        ({"certificaton": 1}, "/certificaton", "I do not know the cost"),
        ({"facts": {"ads": 1}}, "/facts/ads", "there is nothing named `ads`"),
        ({"figures": {"flag": 1}}, "/figures/flag", "there is nothing named `flag`"),
        ({"facts": 1}, "/facts", "this is no object"),
        ([], "", "these are no costs"),
    ],
)  # fmt: skip
def test_costs_that_are_none_are_refused_at_their_place(costs: Json, pointer: str, said: str) -> None:
    with pytest.raises(CostErrors) as errors:
        read_costs(ENGINE.core, costs)

    [problem] = errors.value.problems
    assert problem.pointer == pointer
    assert said in problem.message
    assert problem.help


def test_costs_that_are_given_stand_in_place_of_the_defaults_one_by_one() -> None:
    costs = read_costs(ENGINE.core, {"certification": "2.5", "certifications": {"A": "never"}, "facts": {"adds": 7}})

    assert costs.given
    assert costs.of_certification("B") == Decimal("2.5")
    assert costs.of_certification("A") is None
    assert costs.of_fact("adds", ENGINE.core.facts["adds"].type) == Decimal(7)
    assert costs.day == default_costs().day
    assert not default_costs().given


def test_the_page_tells_the_defaults() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "improving.md").read_text(encoding="utf-8")
    defaults = default_costs().as_json()

    for name in PLAIN:
        assert re.search(rf"^\| `{name}` \|.*\| {re.escape(defaults[name])} \|$", page, re.MULTILINE), name
    for kind, cost in defaults["figures"].items():
        assert f"`{kind}` {cost}" in page


@pytest.mark.parametrize("facts", [told(adds=3, audited=True), told(adds=1, audited=True), told(adds=3)])
def test_one_option_is_decided_as_the_whole_choice_is(facts: Json) -> None:
    rule = ENGINE.core.rules["choice.benefits"]
    one = OneDay(ENGINE.prepared, Facts(ENGINE.core, facts, DAY), trying=True)

    assert {option.name: option.eligibility for option in one.decision(rule).options} == {
        option.name: ELIGIBILITY[one.chosen(rule, option.name)] for option in one.decision(rule).options
    }
    assert one.chosen(rule, "there is none") is Truth.FALSE


@pytest.mark.parametrize(
    ("ends", "through"), [("2023-08-31", "2023-08-31"), ("2024-06-20", "2024-06-20"), ("2024-06-21", None)]
)
def test_a_plan_says_how_long_the_certifications_that_it_rests_on_last(ends: str, through: str | None) -> None:
    facts = told(("ann", "A"), ("bob", "B"), ("cleo", "A"))
    facts["records"]["certifications"][1]["expires"] = ends
    facts["records"]["certifications"][2]["expires"] = "2023-07-01"

    found = ask("designation.pair", facts, {"new_person": "never"})

    # One more who holds B or C is asked for; without cleo's A the plan does as well.
    [[(verb, _, _)], *_] = steps(found)
    assert verb == "certify"
    assert found.plans[0].ending == (None if through is None else Ending(date.fromisoformat(through), (("bob", "B"),)))
    assert ("ending" in improvement_json(found)["plans"][0]) is (through is not None)
