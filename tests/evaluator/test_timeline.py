"""A timeline keeps the register as the policies say, with what the partner does, and tells what it refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

import schemas
from dsl.core.ranges import Truth
from dsl.load import load_sources
from dsl.source import Source
from evaluator.acceptance.facts_schema import FactErrors, FactProblem
from evaluator.engine import Engine, Query
from evaluator.improve.improving import ImproveQuery, improve
from evaluator.timeline.fold import Timeline, timeline
from evaluator.timeline.told import SpanErrors, TimelineQuery

Json = Any
POLICY = """\
facts { score: count }
certifications staff { "S" }
designation main {
  requires { score: score >= 2 }
  immediate badge
  checked at own anniversary, lost after 31 days
  renewable from anniversary + 1 day through anniversary + 30 days
}
designation staffed {
  requires { people: at least 1 people holding staff }
  immediate badge
  checked at own anniversary
}
specialization old until 2022-06-01 { requires { score: score >= 1 }  checked at own anniversary }
specialization young from 2022-06-01 was old { requires { score: score >= 1 }  checked at own anniversary }
fee yearly { amount 100 USD }
choice benefits {
  pick at most one
  option pack "The pack" { requires { held: holds main } pay yearly gives pack keeps designations }
  no choice { loses designations }
  renewable from 2022-01-01 through 2099-01-01
}
membership of designations
"""
ENGINE = Engine(load_sources([Source("life.policy", POLICY)]).document)
HELD = {
    "award": "designation.main",
    "attained": "2021-01-01",
    "anniversary": "2022-01-01",
    "ended": "none",
    "benefits": "none",
}


def told(*events: Json, score: Json = 3, awards: Json = (HELD,), to: str = "2022-12-31", **other: Json) -> Timeline:
    records = {"awards": list(awards), "certifications": [], **other}
    facts = {"facts": {"score": score}, "records": records, "events": list(events)}
    query = TimelineQuery(("designation.*", "specialization.*"), date(2021, 12, 1), date.fromisoformat(to), facts)
    return timeline(ENGINE, query)


def happened(found: Timeline, *kinds: str) -> list[tuple[str, str, str]]:
    return [(str(one.on), one.kind, one.rule) for one in found.happenings if one.kind in kinds]


def held(found: Timeline, rule: str, day: str) -> Truth | None:
    on = date.fromisoformat(day)
    [life] = [life for life in found.lives if life.rule.id == rule]
    return next(span.state.held for span in life.spans if span.first <= on <= span.last)


def test_what_is_not_renewed_is_lost_behind_its_window_and_not_attained_again_by_itself() -> None:
    found = told()

    assert happened(found, "checked", "window_opens", "lost", "attained") == [
        ("2022-01-01", "checked", "designation.main"),
        ("2022-01-02", "window_opens", "designation.main"),
        ("2022-02-01", "lost", "designation.main"),
    ]
    assert found.register is not None
    assert found.register[0]["ended"] == "2022-02-01"


def test_what_was_lost_is_attained_again_when_the_partner_says_so() -> None:
    found = told({"on": "2022-03-10", "attains": "designation.main"})

    assert happened(found, "attained") == [("2022-03-10", "attained", "designation.main")]
    assert [row["anniversary"] for row in found.register or ()] == ["2022-01-01", "2023-03-10"]


def test_what_is_renewed_in_its_window_goes_on_for_a_year() -> None:
    found = told({"on": "2022-01-15", "renews": "designation.main"})

    assert happened(found, "renewed", "lost", "refused") == [("2022-01-15", "renewed", "designation.main")]
    assert [row["anniversary"] for row in found.register or ()] == ["2023-01-01"]
    assert held(found, "designation.main", "2022-12-31") is Truth.TRUE


@pytest.mark.parametrize(
    ("on", "score", "said", "codes"),
    [
        ("2021-12-20", 3, "not in the days for its renewal", []),
        ("2022-04-01", 3, "not held on the day", []),
        (
            "2022-01-15",
            {"history": [{"from": "2021-01-01", "value": 3}, {"from": "2021-12-15", "value": 1}]},
            "its check is not passed",
            ["designation.main.score"],
        ),
    ],
)
def test_what_cannot_be_renewed_is_refused_and_told_why(on: str, score: Json, said: str, codes: list[str]) -> None:
    found = told({"on": on, "renews": "designation.main"}, score=score)

    [refused] = [one for one in found.happenings if one.kind == "refused"]
    assert (refused.after, [reason.code for reason in refused.reasons]) == (said, codes)
    assert refused.pointer == "/events/0"
    assert held(found, "designation.main", "2022-12-31") is Truth.FALSE


def test_benefits_are_bought_as_the_choice_gives_them_and_keep_what_has_come_to_its_anniversary() -> None:
    found = told({"on": "2022-01-10", "buys": "benefit.pack"})

    [bought] = [one for one in found.happenings if one.kind == "bought"]
    assert (bought.title, bought.after) == ("The pack", "through 2023-01-09; pays Yearly 100 USD")
    assert happened(found, "renewed") == [("2022-01-10", "renewed", "designation.main")]
    assert [(row["award"], row["anniversary"]) for row in found.register or ()] == [
        ("designation.main", "2023-01-10"),
        ("benefit.pack", "2023-01-10"),
    ]
    assert held(found, "designation.main", "2022-12-31") is Truth.TRUE


def test_benefits_that_cannot_be_chosen_are_refused() -> None:
    found = told({"on": "2022-05-01", "buys": "benefit.pack"})

    [refused] = [one for one in found.happenings if one.kind == "refused"]
    assert (refused.rule, refused.after) == ("benefit.pack", "not eligible on the day")
    assert [reason.code for reason in refused.reasons] == ["choice.benefits.pack.held"]


def test_who_joins_counts_from_that_day_and_who_leaves_no_more_from_that() -> None:
    rows = [{"person": "ann", "certification": "S", "earned": "2020-01-01", "expires": "none"}]

    found = told(
        {"on": "2022-02-01", "joins": "ann"}, {"on": "2022-09-01", "leaves": "ann"}, awards=[], score=0, to="2023-03-01",
        certifications=rows,
    )  # fmt: skip

    changes = [(str(one.on), one.after) for one in found.happenings if one.kind == "eligibility"]
    assert changes == [("2022-02-01", "eligible"), ("2022-09-01", "not_eligible")]
    assert happened(found, "attained", "checked", "lost") == [
        ("2022-02-01", "attained", "designation.staffed"),
        ("2023-02-01", "checked", "designation.staffed"),
        ("2023-02-01", "lost", "designation.staffed"),
    ]


def test_what_is_renamed_is_held_on_under_its_new_name() -> None:
    row = {**HELD, "award": "specialization.old", "attained": "2021-09-01", "anniversary": "2022-09-01"}

    found = told(awards=[row])

    assert happened(found, "carried_over") == [("2022-06-01", "carried_over", "specialization.young")]
    assert held(found, "specialization.young", "2022-12-31") is Truth.TRUE


def test_the_register_at_the_end_is_one_that_a_decision_reads_the_same() -> None:
    found = told({"on": "2022-01-15", "renews": "designation.main"})
    facts = {"facts": {"score": 3}, "records": {"awards": [dict(row) for row in found.register or ()]}}

    [decision] = ENGINE.decide(Query(("designation.main",), date(2022, 12, 31), facts)).decisions

    assert decision.standing is not None
    assert (decision.standing.held, str(decision.standing.next_check)) == (Truth.TRUE, "2023-01-01")


def test_days_looked_at_grow_with_what_changes_and_not_with_days() -> None:
    row = {**HELD, "award": "designation.staffed", "anniversary": "2031-12-01"}
    one_year, ten_years = told(awards=[row], to="2022-11-30"), told(awards=[row], to="2031-11-30")

    assert len(ten_years.days) < 10 * 3
    assert len(one_year.days) < 5


def test_days_of_what_is_lost_or_was_never_attained_are_not_looked_at() -> None:
    lost = told(to="2030-12-31")
    nothing = told(awards=(), score=1, to="2030-12-31")

    assert [str(day) for day in lost.days] == [
        "2021-12-01", "2022-01-01", "2022-01-02", "2022-02-01", "2022-02-02", "2022-06-01",
    ]  # fmt: skip
    assert [str(day) for day in nothing.days] == ["2021-12-01", "2022-06-01"]


def refused(
    *events: Json, first: str = "2022-01-01", last: str = "2022-12-31", awards: Json = (HELD,)
) -> list[tuple[str, str]]:
    facts = {"facts": {"score": 3}, "records": {"awards": list(awards), "certifications": []}, "events": list(events)}
    query = TimelineQuery(("*",), date.fromisoformat(first), date.fromisoformat(last), facts)
    with pytest.raises(FactErrors) as errors:
        timeline(ENGINE, query)
    return [(one.pointer, one.code) for one in errors.value.problems]


@pytest.mark.parametrize(
    ("event", "pointer", "code"),
    [
        ({"on": "2021-12-31", "attains": "designation.main"}, "/events/0/on", "F108"),
        ({"on": "2022-02-01", "attains": "designation.man"}, "/events/0/attains", "F107"),
        ({"on": "2022-02-01", "buys": "designation.main"}, "/events/0/buys", "F107"),
        ({"on": "2022-02-01", "renews": "benefit.pack"}, "/events/0/renews", "F107"),
        ({"on": "2022-02-01", "joins": "ann"}, "/events/0/joins", "F107"),
        ({"on": "2022-02-01"}, "/events/0", "F104"),
        ({"on": "2022-02-30", "joins": "ann"}, "/events/0/on", "F104"),
        ({"buys": "benefit.pack"}, "/events/0", "F103"),
        ({"on": "2022-02-01", "sells": "benefit.pack"}, "/events/0/sells", "F101"),
    ],
)
def test_a_wrong_event_is_refused_at_its_place(event: Json, pointer: str, code: str) -> None:
    assert refused(event) == [(pointer, code)]


def test_two_attainments_of_one_award_on_one_day_are_refused() -> None:
    again = {"on": "2022-03-01", "attains": "designation.main"}

    assert refused(awards=[HELD, {**HELD, "anniversary": "2023-01-01"}]) == [("/records/awards/1", "F108")]
    assert refused(again, again) == [("/events/1", "F108")]
    assert refused({**again, "on": HELD["attained"]}, first="2021-01-01") == [("/events/0", "F108")]


@pytest.mark.parametrize("projected", [False, True])
@pytest.mark.parametrize("partial", [False, True])
def test_two_attainments_are_refused_by_whoever_reads_the_register(projected: bool, partial: bool) -> None:
    rows = [HELD, {**HELD, "anniversary": "2023-01-01"}]
    told = {"records": {"awards": {"rows": rows, "partial": True} if partial else rows}}
    facts = {"facts": {"score": 3}, **({"projected": told} if projected else told)}
    day, rule = date(2022, 6, 1), "designation.main"
    found: list[list[FactProblem]] = []
    for asked in (
        lambda: ENGINE.decide(Query((rule,), day, facts)),
        lambda: improve(ENGINE, ImproveQuery(rule, day, facts)),
        lambda: timeline(ENGINE, TimelineQuery((rule,), day, day, facts)),
    ):
        with pytest.raises(FactErrors) as errors:
            asked()
        found.append([*errors.value.problems])

    pointer = f"{'/projected' if projected else ''}/records/awards{'/rows' if partial else ''}/1"
    assert [(one.pointer, one.code) for one in found[0]] == [(pointer, "F108")]
    assert found[0][0].message == "`designation.main` is attained on 2021-01-01 once already"
    assert found[0] == found[1] == found[2]


def test_an_award_is_attained_again_on_another_day() -> None:
    facts = {"facts": {"score": 3}, "records": {"awards": [HELD, {**HELD, "attained": "2020-01-10"}]}}

    assert ENGINE.decide(Query(("designation.main",), date(2022, 6, 1), facts)).decisions


def test_days_and_work_are_bounded() -> None:
    facts: Json = {"facts": {}, "records": {"awards": []}}

    with pytest.raises(SpanErrors, match="turned round"):
        timeline(ENGINE, TimelineQuery(("*",), date(2023, 1, 1), date(2022, 1, 1), facts))
    with pytest.raises(SpanErrors, match="ask for at most 3,700"):
        timeline(ENGINE, TimelineQuery(("*",), date(2000, 1, 1), date(2022, 1, 1), facts))
    with pytest.raises(SpanErrors, match="ask for fewer rules or days"):
        timeline(ENGINE, TimelineQuery(("*",), date(2022, 1, 1), date(2023, 1, 1), facts), most=10)


def test_it_tells_whose_certifications_begin_and_end_to_count() -> None:
    rows = [
        {"person": "ann", "certification": "S", "earned": "2021-12-10", "expires": "2022-03-31"},
        {"person": "ann", "certification": "S", "earned": "2022-03-01", "expires": "none"},
        {"person": "bob", "certification": "S", "earned": "2020-01-01", "expires": "2022-02-28"},
        {"person": "bob", "certification": "Unheard of", "earned": "2022-01-01", "expires": "none"},
    ]
    found = told({"on": "2022-05-01", "leaves": "ann"}, {"on": "2022-06-01", "joins": "ann"}, certifications=rows)

    # One that is earned again while it counts goes on.
    assert [(str(one.on), one.turn, one.person) for one in found.people] == [
        ("2021-12-10", "earned", "ann"),
        ("2022-03-01", "expired", "bob"),
        ("2022-05-01", "left", "ann"),
        ("2022-06-01", "joined", "ann"),
    ]
    assert found.as_json()["people"][1] == {
        "on": "2022-03-01", "kind": "expired", "person": "bob", "certification": "S",
        "lists": [{"name": "staff", "title": "Staff"}],
    }  # fmt: skip
    schema = schemas.load("timeline")
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(found.as_json())


def test_what_is_paid_to_the_partner_is_no_fee() -> None:
    policy = "payment yearly_bonus { amount 100 USD  due at 2022-03-01 }\nfee yearly_fee { amount 50 USD  due at 2022-03-01 }\n"
    engine = Engine(load_sources([Source("paid.policy", policy)]).document)

    found = timeline(engine, TimelineQuery(("*",), date(2022, 2, 1), date(2022, 4, 1), {"facts": {}}))

    assert happened(found, "fee_due", "payment_due") == [
        ("2022-03-01", "fee_due", "fee.yearly_fee"),
        ("2022-03-01", "payment_due", "payment.yearly_bonus"),
    ]


def test_reasons_name_what_is_to_be_held_by_its_title() -> None:
    policy = """\
designation main "The main one" { requires { told: told } }
facts { told: flag }
specialization narrow "The narrow one" { requires { first: holds main }  checked at own anniversary }
"""
    engine = Engine(load_sources([Source("held.policy", policy)]).document)
    row = {**HELD, "award": "specialization.narrow"}
    facts = {"facts": {"told": False}, "records": {"awards": [row]}}

    found = timeline(engine, TimelineQuery(("specialization.narrow",), date(2021, 12, 1), date(2022, 2, 1), facts))

    lost = next(one for one in found.happenings if one.kind == "lost")
    assert [reason.said for reason in lost.reasons] == ["unmet, no, required The main one held"]
