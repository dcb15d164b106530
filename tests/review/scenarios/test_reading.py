"""Scenario files as data: partners, shorthands, and what is refused."""

from __future__ import annotations

import pytest

from review.scenarios.reading import read_scenarios
from review.scenarios.scenario import ScenarioErrors

ONE_EXPECTED = {"name": "One", "as_of": "2023-06-20", "expect": {"designation.x": "eligible"}}
ADDED = [{"people": ["ann"], "certification": "X"}]


def read(partners=None, **one):
    """Return the only scenario of a file."""
    data = {"scenarios": [{"name": "One", "as_of": "2023-06-20", "expect": {"designation.x": "eligible"}, **one}]}
    return read_scenarios({**data, "partners": partners} if partners is not None else data, "x").scenarios[0]


def refused(data):
    """Return the problems of a file."""
    with pytest.raises(ScenarioErrors) as caught:
        read_scenarios(data, "x")
    return caught.value.problems


def test_facts_override_by_name_and_lists_replace_by_name():
    partners = {
        "a": {"facts": {"x": 1, "y": 2}, "records": {"sales": [{"c": "one"}], "use": [{"c": "two"}]}},
        "b": {"like": "a", "facts": {"y": 3}, "records": {"sales": []}},
    }

    given = read(partners, partner="b", **{"with": {"facts": {"z": 4}}}).given.json()

    assert given == {"facts": {"x": 1, "y": 3, "z": 4}, "records": {"sales": [], "use": [{"c": "two"}]}}


def test_a_partner_may_be_like_one_that_stands_behind_it():
    partners = {"a": {"like": "b"}, "b": {"facts": {"x": 1}}}

    assert read(partners, partner="a").given.json()["facts"] == {"x": 1}


def test_certified_is_a_row_for_each_person_and_also_certified_adds_to_them():
    partners = {"a": {"certified": [{"people": ["ann", "bob"], "certification": "X"}]}}
    more = {
        "also_certified": [{"people": ["cay"], "certification": "Y", "earned": "2023-01-01", "expires": "2024-01-01"}]
    }

    rows = read(partners, partner="a", **{"with": more}).given.json()["records"]["certifications"]

    assert rows == [
        {"person": "ann", "certification": "X", "earned": "2000-01-01", "expires": "none"},
        {"person": "bob", "certification": "X", "earned": "2000-01-01", "expires": "none"},
        {"person": "cay", "certification": "Y", "earned": "2023-01-01", "expires": "2024-01-01"},
    ]


@pytest.mark.parametrize("earned", ["2023-02-28", "2023-02-28T23:30:00-05:00", "2023-02-28t23:30:00.5Z"])
def test_certified_tells_a_day_or_an_instant(earned):
    told = [{"people": ["ann"], "certification": "X", "earned": earned}]

    rows = read(**{"with": {"certified": told}}).given.json()["records"]["certifications"]

    assert rows == [{"person": "ann", "certification": "X", "earned": earned, "expires": "none"}]


@pytest.mark.parametrize("earned", ["2023-02-28T23:30:00", "2023-02-28 nine", "2023-02-30"])
def test_what_is_neither_day_nor_instant_is_refused_at_its_place(earned):
    told = [{"people": ["ann"], "certification": "X", "earned": earned}]

    [problem] = refused({"scenarios": [{**ONE_EXPECTED, "with": {"certified": told}}]})

    assert problem.pointer == "/scenarios/0/with/certified/0/earned"


@pytest.mark.parametrize("now", [[], [{"people": ["bob"], "certification": "Y"}]])
def test_certified_takes_the_place_of_the_list_before_it_as_records_do(now):
    partners = {"a": {"certified": [{"people": ["ann"], "certification": "X"}]}, "b": {"like": "a", "certified": now}}

    by_like = read(partners, partner="b").given.json()["records"]["certifications"]
    by_with = read(partners, partner="a", **{"with": {"certified": now}}).given.json()["records"]["certifications"]

    assert [row["person"] for row in by_with] == [row["person"] for row in by_like] == ["bob"] * len(now)


def test_nobody_is_certified_where_the_list_is_empty():
    assert read(**{"with": {"certified": []}}).given.json()["records"] == {"certifications": []}


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"scenarios": [{**ONE_EXPECTED, "with": {"also_certified": []}}]}, None),
        ({"scenarios": [{**ONE_EXPECTED, "with": {"also_certified": ADDED}}]}, "/scenarios/0/with/also_certified/0"),
        ({"scenarios": [{**ONE_EXPECTED, "with": {"certified": [], "also_certified": ADDED}}]}, None),
        ({"partners": {"a": {"also_certified": ADDED}}, "scenarios": [ONE_EXPECTED]}, "/partners/a/also_certified/0"),
        ({"partners": {"a": {"projected": {"also_certified": ADDED}}}, "scenarios": [ONE_EXPECTED]},
         "/partners/a/projected/also_certified/0"),
    ],
)  # fmt: skip
def test_people_are_added_to_a_list_that_is_told_only(data, pointer):
    problems = refused(data) if pointer else (read_scenarios(data, "x"), ())[1]

    assert [problem.pointer for problem in problems] == ([pointer] if pointer else [])


def test_awards_have_not_ended_and_nothing_was_bought_where_they_do_not_say_so():
    unknown = {"ended": "unknown", "benefits": "unknown"}
    rows = [{"award": "x"}, {"award": "y", "ended": "2022-01-01", "benefits": "b"}, {"award": "z", **unknown}]

    awards = read(**{"with": {"records": {"awards": rows, "other": [{"award": "x"}]}}}).given.json()["records"]
    wrapped = read(**{"with": {"records": {"awards": {"rows": rows, "partial": True}}}}).given.json()["records"]

    x = {"award": "x", "ended": "none", "benefits": "none"}
    assert awards["awards"] == [x, {"award": "y", "ended": "2022-01-01", "benefits": "b"}, {"award": "z"}]
    assert wrapped["awards"] == {"rows": awards["awards"], "partial": True}
    assert awards["other"] == [{"award": "x"}]


def test_certified_adds_to_certifications_of_the_same_partner():
    partners = {"a": {"certified": [{"people": ["ann"], "certification": "X"}]}}
    told = {"records": {"certifications": []}, "certified": [{"people": ["bob"], "certification": "Y"}]}

    rows = read(partners, partner="a", **{"with": told}).given.json()["records"]["certifications"]

    assert [row["person"] for row in rows] == ["bob"]


def test_certified_adds_to_a_list_that_is_partial_and_leaves_it_so():
    told = {
        "records": {"certifications": {"rows": [], "partial": True}},
        "certified": [{"people": ["bob"], "certification": "Y"}],
    }

    certifications = read(**{"with": told}).given.json()["records"]["certifications"]

    assert certifications["partial"] is True
    assert [row["person"] for row in certifications["rows"]] == ["bob"]


def test_months_from_to_make_a_row_a_month_over_the_turn_of_the_year():
    told = {"records": {"sales": [{"month": "2022-11..2023-02", "c": "one"}, {"month": "2023-03", "c": "two"}]}}

    rows = read(**{"with": told}).given.json()["records"]["sales"]

    assert [row["month"] for row in rows] == ["2022-11", "2022-12", "2023-01", "2023-02", "2023-03"]


def test_projected_facts_are_laid_over_projected_facts():
    partners = {"a": {"projected": {"facts": {"x": 1, "y": 1}}}}

    given = read(partners, partner="a", **{"with": {"projected": {"facts": {"y": 2}}}}).given.json()

    assert given["projected"] == {"facts": {"x": 1, "y": 2}, "records": {}}


def test_citations_are_kept():
    cites = [{"source": "faq", "place": "Fees"}, {"source": "guide", "place": "Skilling"}]

    assert [(one.source, one.place) for one in read(cite=cites).cites] == [("faq", "Fees"), ("guide", "Skilling")]


ONE = {"name": "One", "as_of": "2023-06-20", "expect": {"designation.x": "eligible"}}

REFUSED = [
    ({}, "", "`scenarios` is missing"),
    ({"scenarios": []}, "/scenarios", "this is an empty list"),
    ({"scenarios": [{**ONE, "nmae": "x"}]}, "/scenarios/0/nmae", "I do not know `nmae` here"),
    ({"scenarios": [{**ONE, "as_of": "2023-02-30"}]}, "/scenarios/0/as_of", "`2023-02-30` is not a day of the calendar"),
    ({"scenarios": [{**ONE, "as_of": "June"}]}, "/scenarios/0/as_of", "this is `June`"),
    ({"scenarios": [{"name": "One", "as_of": "2023-06-20"}]}, "/scenarios/0", "`expect` is missing"),
    ({"scenarios": [{**ONE, "refused": ["/facts/x"]}]}, "/scenarios/0/expect", "`expect` does not stand beside `refused`"),
    ({"scenarios": [{"name": "One", "as_of": "2023-06-20", "refused": ["x"]}]}, "/scenarios/0/refused/0", "this is `x`"),
    ({"scenarios": [{**ONE, "expect": {}}]}, "/scenarios/0/expect", "this is an empty object"),
    ({"scenarios": [{**ONE, "expect": {"x": None}}]}, "/scenarios/0/expect/x", "this is empty"),
    ({"scenarios": [{**ONE, "expect": {"x": {"point": 3}}}]}, "/scenarios/0/expect/x/point", "I do not know `point` here"),
    ({"scenarios": [{**ONE, "expect": {"x": {"reasons": {"a": "meet"}}}}]}, "/scenarios/0/expect/x/reasons/a",
     "`meet` is none of the values"),
    ({"scenarios": [{**ONE, "expect": {"x": {"amount": "4730USD"}}}]}, "/scenarios/0/expect/x/amount", "this is `4730USD`"),
    ({"scenarios": [{**ONE, "partner": "a"}]}, "/scenarios/0/partner", "I do not know the partner `a`"),
    ({"partners": {"a": {"like": "a"}}, "scenarios": [ONE]}, "/partners/a/like",
     "partners run in a circle: `a` is like `a`"),
    ({"scenarios": [{**ONE, "steps": [{"as_of": "2023-06-20", "attain": ["x"]}], "expect": {"x": "eligible"}}]},
     "/scenarios/0/as_of", "`as_of` does not stand beside `steps`"),
    ({"scenarios": [{"name": "One", "steps": [{"as_of": "2023-06-20"}]}]}, "/scenarios/0/steps/0", "`expect` is missing"),
    ({"scenarios": [{**ONE, "with": {"records": {"sales": [{"month": "2023-05..2022-06"}]}}}]},
     "/scenarios/0/with/records/sales/0/month", "the months 2023-05..2022-06 run backwards"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "pointer", "message"), REFUSED)
def test_what_is_no_scenario_file_is_refused_at_its_place(data, pointer, message):
    problem = refused(data)[0]

    assert (problem.pointer, problem.message) == (pointer, message)


def test_steps_that_go_back_are_refused():
    steps = [{"as_of": "2023-06-20", "attain": ["x"]}, {"as_of": "2023-06-19", "attain": ["x"]}]

    [problem] = refused({"scenarios": [{"name": "One", "steps": steps}]})

    assert problem.pointer == "/scenarios/0/steps/1/as_of"
    assert problem.message == "this step goes back from 2023-06-20 to 2023-06-19"


MATRIX = {"name": "M", "matrix": {"dates": ["2022-10-02", "2022-10-03"], "expect": {
    "designation.x": {"a": ["not_eligible", "eligible"], "b": ["-", {"points": 3}]},
    "fee.y": {"a": ["-", "5 USD"]},
}}}  # fmt: skip
PARTNERS = {"a": {"facts": {"x": 1}}, "b": {"like": "a", "facts": {"y": 2}}}


def test_a_matrix_is_a_scenario_for_each_partner_with_a_step_for_each_date():
    data = {"partners": PARTNERS, "scenarios": [{**MATRIX, "with": {"facts": {"z": 3}}, "review": True}]}

    of_a, of_b = read_scenarios(data, "x").scenarios

    assert (of_a.name, of_b.name) == ("M: a", "M: b")
    assert of_b.given.json()["facts"] == {"x": 1, "y": 2, "z": 3}
    assert [(str(step.as_of), [(one.rule, dict(one.wanted)) for one in step.expectations]) for step in of_a.steps] == [
        ("2022-10-02", [("designation.x", {"": "not_eligible"})]),
        ("2022-10-03", [("designation.x", {"": "eligible"}), ("fee.y", {"": "5 USD"})]),
    ]
    assert [(str(step.as_of), step.expectations[0].pointer) for step in of_b.steps] == [
        ("2022-10-03", "/scenarios/0/matrix/expect/designation.x/b/1")
    ]
    assert of_a.review


def matrix(**changed):
    return {"partners": PARTNERS, "scenarios": [{**MATRIX, "matrix": {**MATRIX["matrix"], **changed}}]}


WRONG_MATRICES = [
    (matrix(dates=["2022-10-03", "2022-10-02"]), "/scenarios/0/matrix/dates/1", "2022-10-02 does not come after 2022-10-03"),
    (matrix(expect={"designation.x": {"a": ["eligible"]}}), "/scenarios/0/matrix/expect/designation.x/a",
     "this row has 1 cells, and the matrix 2 dates"),
    (matrix(expect={"designation.x": {"c": ["-", "eligible"]}}), "/scenarios/0/matrix/expect/designation.x/c",
     "I do not know the partner `c`"),
    (matrix(expect={"designation.x": {"a": ["-", {"point": 3}]}}), "/scenarios/0/matrix/expect/designation.x/a/1/point",
     "I do not know `point` here"),
    (matrix(expect={"designation.x": ["eligible", "eligible"]}), "/scenarios/0/matrix/expect/designation.x", "this is a list"),
    ({"scenarios": [{**MATRIX, "as_of": "2022-10-02"}], "partners": PARTNERS}, "/scenarios/0/as_of",
     "`as_of` does not stand beside `matrix`"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "pointer", "message"), WRONG_MATRICES)
def test_what_is_no_matrix_is_refused_at_its_place(data, pointer, message):
    assert (pointer, message) in [(one.pointer, one.message) for one in refused(data)]


def test_a_near_miss_is_suggested():
    [problem] = refused({"partners": {"contoso": {}}, "scenarios": [{**ONE, "partner": "contosso"}]})

    assert problem.help == "did you mean `contoso`?"


@pytest.mark.parametrize("one", [{"as_of": "June 2023"}, {"expect": {"designation.x": {"eligibility": True}}}])
def test_one_wrong_value_is_told_once(one):
    assert len(refused({"scenarios": [{**ONE, **one}]})) == 1
