"""What if: changed facts are decided beside those told, and a change that names nothing is refused."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine, Query
from evaluator.whatif.changes import Changes, changed, changes_of, shape_problems
from evaluator.whatif.comparison import ChangeErrors, Comparison, compare

POLICY = """\
facts { adds: count  share: percent  audited: flag  size: one of small, large }
records use { service: text  seats: count }
certifications engineers { "Network Engineer" also spelt "AZ-700"  "Architect" }
designation base {
  requires { people: at least 2 people holding engineers  adds: adds >= 3 }
  checked at own anniversary
}
designation wide { score: adds earns 2 points each, up to 20 points  pass at 10 points out of 20 points  checked at shared anniversary }
specialization deep { requires { base: holds base  seats: sum seats of use >= 10 } }
fee yearly { amount adds * 2 USD }
membership of designations
"""
ENGINE = Engine(load_sources([Source("whatif.policy", POLICY)]).document)
DAY = date(2023, 6, 20)
FACTS: dict[str, Any] = {
    "facts": {"adds": {"history": [{"from": "2023-01-01", "value": 2}, {"from": "2023-06-25", "value": 9}]}},
    "records": {
        "certifications": [
            {"person": "ann", "certification": "AZ-700", "earned": "2022-01-01", "expires": "none"},
            {"person": "bob", "certification": "Architect", "earned": "2022-01-01", "expires": "none"},
        ],
        "awards": [],
        "use": {"rows": [{"service": "s", "seats": 9}], "partial": True},
    },
}


def ask(rule: str, **changes: Any) -> Comparison:
    return compare(ENGINE, Query((rule,), DAY, FACTS), changes_of(changes))


def outcomes(rule: str, **changes: Any) -> dict[str, tuple[str | None, str | None]]:
    found = ask(rule, **changes).differences
    return {one.name: (one.before, one.after) for difference in found for one in difference.outcomes}


def refused(**changes: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(ChangeErrors) as errors:
        ask("designation.base", **changes)
    return [(one.pointer, one.code, one.help) for one in errors.value.problems]


def test_a_fact_is_told_otherwise_and_its_values_of_before_stay() -> None:
    assert outcomes("designation.base", set={"adds": 3})["eligibility"] == ("not_eligible", "eligible")

    told = changed(ENGINE, FACTS, changes_of({"set": {"adds": 3}}), DAY)

    assert told["facts"]["adds"]["history"] == [
        {"from": "2023-01-01", "value": 2},
        {"from": "2023-06-20", "value": 3},
    ]


def test_reasons_that_differ_are_told_by_their_codes() -> None:
    [difference] = ask("designation.wide", set={"adds": 5}).differences

    told = [(one.name.removeprefix("designation.wide."), one.before, one.after) for one in difference.reasons]
    assert (
        told
        == [("score", "unmet, 4", "met, 10"), ("score", "partly met, 4 points", "partly met, 10 points")][: len(told)]
    )
    assert ("score", "unmet, 4", "met, 10") in told


def test_a_person_is_taken_out_by_any_spelling() -> None:
    rows = {"certifications": [{"certification": "Network Engineer"}]}

    told = changed(ENGINE, FACTS, changes_of({"without": rows}), DAY)

    assert [row["person"] for row in told["records"]["certifications"]] == ["bob"]
    assert len(FACTS["records"]["certifications"]) == 2


def test_an_added_certification_is_somebody_new_and_counts_from_the_day_on() -> None:
    told = changed(ENGINE, FACTS, changes_of({"with": {"certifications": [{"certification": "Architect"}]}}), DAY)

    assert told["records"]["certifications"][-1] == {
        "person": "somebody new", "earned": "2023-06-20", "expires": "none", "certification": "Architect"
    }  # fmt: skip


def test_an_added_award_is_attained_on_the_day_and_checked_as_its_rule_says() -> None:
    rows = {"awards": [{"award": "designation.base"}], "use": [{"seats": 1}]}

    told = changed(ENGINE, FACTS, changes_of({"with": rows}), DAY)

    assert told["records"]["awards"] == [
        {"award": "designation.base", "attained": "2023-06-20", "anniversary": "2024-06-20", "ended": "none", "benefits": "none"}
    ]  # fmt: skip
    assert outcomes("specialization.deep", **{"with": rows}) == {
        "eligibility": ("not_eligible", "eligible"), "next check": (None, "2024-06-20")
    }  # fmt: skip


def test_what_does_not_differ_is_left_out() -> None:
    assert ask("designation.base", set={"size": "large"}).differences == ()


def test_an_answer_has_the_decisions_as_told_and_those_that_differ_beside_them() -> None:
    told = ask("*", set={"adds": 3}).as_json()

    assert len(told["decisions"]) == 4
    assert [one["rule"] for one in told["what_if"]["decisions"]] == [
        "designation.base",
        "designation.wide",
        "fee.yearly",
    ]
    assert told["what_if"]["differences"][2]["outcomes"] == [{"what": "amount", "before": "4 USD", "after": "6 USD"}]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"set": {"addz": 3}}, ("/set/addz", "F101", "did you mean `adds`?")),
        ({"set": {"adds": "three"}}, ("/set/adds", "F104", "write a whole number not below 0")),
        ({"set": {"size": "larg"}}, ("/set/size", "F104", "did you mean `large`? the values are `small`, `large`")),
        ({"without": {"uses": [{"a": 1}]}}, ("/without/uses", "F101", "did you mean `use`?")),
        ({"without": {"use": [{"service": "t"}]}}, ("/without/use/0/service", "F107", "told are `s`")),
        (
            {"without": {"awards": [{"award": "designation.base"}]}},
            ("/without/awards/0/award", "F107", "the list is empty"),
        ),
        (
            {"with": {"awards": [{"award": "designation.bse"}]}},
            ("/with/awards/0/award", "F107", "did you mean `designation.base`?"),
        ),
        (
            {"with": {"awards": [{"award": "designation.base"}, {"award": "designation.base"}]}},
            ("/with/awards/1", "F108", "an award is attained once a day: leave one of the two out, or mend its day"),
        ),
        ({"with": {"certifications": [{"person": "joe"}]}}, ("/with/certifications/0", "F103", "add `certification`")),
        (
            {"with": {"certifications": [{"certification": "Architekt"}]}},
            ("/with/certifications/0/certification", "F107", "did you mean `Architect`?"),
        ),
    ],
)  # fmt: skip
def test_a_change_that_names_nothing_is_refused_at_its_place(changes: Any, wanted: tuple[str, str, str]) -> None:
    assert refused(**changes) == [wanted]


@pytest.mark.parametrize(
    ("data", "pointer"),
    [([], ""), ({}, ""), ({"sett": {}}, "/sett"), ({"set": []}, "/set"), ({"with": []}, "/with"),
     ({"with": {"awards": {}}}, "/with/awards"), ({"without": {"awards": [{}]}}, "/without/awards/0"),
     ({"set": {f"a{n}": 1 for n in range(101)}}, "")],
)  # fmt: skip
def test_what_has_not_the_shape_of_changes_is_told_where(data: Any, pointer: str) -> None:
    assert [one.pointer for one in shape_problems(data)] == [pointer]


@given(adds=st.integers(0, 12), seats=st.integers(0, 20), audited=st.booleans())
@settings(max_examples=25, deadline=None, derandomize=True)
def test_a_changed_decision_is_that_of_facts_told_so(adds: int, seats: int, audited: bool) -> None:
    """Law: what if is deciding once more; nothing of the first decision stays."""
    plain = {**FACTS, "facts": {"adds": 1}}
    changes = {"set": {"adds": adds, "audited": audited}, "with": {"use": [{"service": "x", "seats": seats}]}}
    use = {"rows": [{"service": "s", "seats": 9}, {"service": "x", "seats": seats}], "partial": True}
    same = {"facts": {"adds": adds, "audited": audited}, "records": {**FACTS["records"], "use": use}}
    query = Query(("*",), DAY, plain)

    after = compare(ENGINE, query, changes_of(changes)).after.as_json()

    assert after == ENGINE.decide(Query(("*",), DAY, same)).as_json()


def test_changes_are_true_where_something_is_changed() -> None:
    assert not Changes()
    assert not Changes({}, {"awards": []})
    assert json.dumps(list(shape_problems({"set": {"a": 1}}))) == "[]"
