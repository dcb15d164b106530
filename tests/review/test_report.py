"""The report: its JSON is what its schema says, its CSV comes to its figures, and who carries what is found by deciding."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

import schemas
from dsl.load import load_sources
from dsl.source import Source
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.engine import Engine, Query
from evaluator.limits import DayOutside
from evaluator.timeline.fold import timeline
from evaluator.timeline.told import TimelineQuery
from review.formats.reports import REPORT
from review.report.raw import rows
from review.report.readers import NotForReader, ReaderErrors
from review.report.report import Report, ReportErrors, ReportQuery, report
from review.words.decision_text import unpainted
from tests.conftest import Golden
from tests.evaluator.test_timeline_faq import example
from tests.properties.test_laws import REAL, engine

Json = Any
ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data" / "report"
VALID = Draft202012Validator(schemas.load("report"), format_checker=FormatChecker())
POLICY = """\
facts { score: count  report_role: one of boss, clerk "Role of the reader" }
certifications staff { "S" }
certifications lead { "L" }
designation main from 2022-01-01 {
  pass at 60 points
  immediate badge
  checked at own anniversary
  renewable from anniversary + 1 day through anniversary + 30 days
  category sales { score: score earns 10 points each, up to 50 points }
  category people {
    staff: people holding staff earns 20 points each, up to 50 points  only if { lead: at least 1 people holding lead }
  }
}
program club { requires { main: holds main  score: score >= 3 }  checked at own anniversary }
fee yearly { amount 100 USD  due at anniversary }
choice benefits {
  pick at most one
  option pack "The pack" { requires { held: holds main } pay yearly gives pack keeps designations }
  no choice { loses designations }
  renewable from 2022-01-01 through 2099-01-01
}
membership of designations
"""
READERS = """\
entitlement see_report { requires { role: report_role = boss or report_role = clerk } }
entitlement see_report_people { requires { role: report_role = boss } }
"""
OPEN = Engine(load_sources([Source("report.policy", POLICY)]).document)
READ = Engine(load_sources([Source("report.policy", POLICY + READERS)]).document)
DAY = date(2022, 6, 20)


def holding(person: str, name: str, expires: str = "none") -> Json:
    return {"person": person, "certification": name, "earned": "2021-01-01", "expires": expires}


def told(**facts: Json) -> Json:
    held = {"award": "designation.main", "attained": "2021-08-01", "anniversary": "2022-08-01", "ended": "none", "benefits": "none"}  # fmt: skip
    certifications = [holding("ann", "L"), holding("ann", "S"), holding("bob", "S", "2022-07-10"), holding("cy", "S")]
    return {
        "partner": "=contoso",
        "facts": {"score": 2, **facts},
        "records": {"awards": [held], "certifications": certifications},
    }


def of(facts: Json, *rules: str, engine: Engine = OPEN, **other: Any) -> Report:
    return report(engine, ReportQuery(DAY, facts, rules, **other))


def written(found: Report, form: str) -> str:
    return REPORT[form](found, lambda text, _: text)


@pytest.mark.parametrize(
    "found", [of(told()), of({}), of({"records": {"awards": []}}), of(told(), engine=READ, role="clerk")]
)
def test_a_report_is_what_its_schema_says_and_writes_in_every_format(found: Report) -> None:
    assert not [f"{error.json_path}: {error.message}" for error in VALID.iter_errors(found.as_json())]

    assert json.loads(written(found, "json")) == found.as_json()
    assert all(written(found, form) for form in REPORT)


def test_the_raw_data_come_to_the_figures_of_the_report() -> None:
    found = of(told())
    answer = found.as_json()
    rows = list(csv.DictReader(io.StringIO(written(found, "csv"))))
    by_section = {
        name: [row for row in rows if row["section"] == name] for name in ("summary", "metrics", "due", "history")
    }

    counts = Counter((row["kind"], row["level"], row["stage"]) for row in by_section["summary"])
    assert counts == {
        (one["kind"], one.get("level", ""), one["stage"]): one["count"] for one in answer["summary"]["counts"]
    }
    scores = {row["rule"]: row for row in by_section["summary"] if row["points_from"]}
    assert scores.keys() == {"designation.main"}
    for rule, score in scores.items():
        parts = [
            row
            for row in by_section["metrics"]
            if row["rule"] == rule and row["view"] == "today" and row["points_from"]
        ]
        assert sum(Decimal(row["points_from"]) for row in parts) == Decimal(score["points_from"]) == 70
        assert sum(Decimal(row["points_to"]) for row in parts) == Decimal(score["points_to"])
    assert len(by_section["metrics"]) == len(answer["metrics"])
    assert [row["day"] for row in by_section["due"]] == [one["on"] for one in answer["due"]]
    assert [row["award"] for row in by_section["history"]] == [one["award"] for one in answer["history"]]


HISTORIES = [
    (
        "month_by_month",
        date(2022, 2, 20),
        ("competency.cloud_platform", "competency.datacenter", "competency.security"),
    ),
    ("legacy", date(2022, 12, 10), ("competency.datacenter", "designation.*")),
    ("renewing", date(2023, 6, 20), ("designation.infrastructure", "designation.data_ai")),
]


@pytest.mark.parametrize(("partner", "day", "rules"), HISTORIES)
def test_the_csv_of_a_partner_with_a_history_sums_to_the_figures(
    partner: str, day: date, rules: tuple[str, ...], tmp_path: Path
) -> None:
    """As a spreadsheet would: the file is written, opened again, and counted and summed by its columns."""
    facts = example(partner)
    if "awards" not in facts["records"] or not facts["records"]["awards"]:
        # The events of before stand in the register by the day.
        told = timeline(engine(REAL), TimelineQuery(rules, date(2022, 10, 3), day, facts))
        facts = {**facts, "records": {**facts["records"], "awards": [dict(row) for row in told.register or ()]}}
    found = report(engine(REAL), ReportQuery(day, facts, rules))
    answer = found.as_json()
    path = tmp_path / f"{partner}.csv"
    path.write_text(written(found, "csv"), encoding="utf-8", newline="")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    def of(section: str) -> list[dict[str, str]]:
        return [row for row in rows if row["section"] == section]

    counts = Counter((row["kind"], row["level"], row["stage"]) for row in of("summary"))
    assert counts == {
        (one["kind"], one.get("level", ""), one["stage"]): one["count"] for one in answer["summary"]["counts"]
    }
    assert counts.total() == sum(one["count"] for one in answer["summary"]["counts"]) == len(of("summary"))

    sums: dict[tuple[str, str, str], list[Decimal]] = {}
    for row in of("metrics"):
        if row["points_from"] and row["out_of"]:
            into = sums.setdefault((row["rule"], row["view"], row["day"]), [Decimal(0)] * 3)
            for index, name in enumerate(("points_from", "points_to", "out_of")):
                into[index] += Decimal(row[name])
    scored = {row["rule"]: row for row in of("summary") if row["out_of"]}
    for rule, score in scored.items():
        today = next((each for (of_rule, view, _), each in sums.items() if (of_rule, view) == (rule, "today")), None)
        if today is not None:
            assert today == [Decimal(score[name]) for name in ("points_from", "points_to", "out_of")], rule
    assert [(row["rule"], row["code"], row["view"]) for row in of("metrics")] == [
        (one["rule"], one.get("code", ""), one["view"]) for one in answer["metrics"]
    ]
    assert [(row["award"], row["day"]) for row in of("history")] == [
        (one["award"], one.get("attained", "")) for one in answer["history"]
    ]
    assert of("history")
    assert [(row["day"], row["kind"]) for row in of("due")] == [(one["on"], one["kind"]) for one in answer["due"]]


def test_a_name_is_no_formula_and_no_element() -> None:
    facts = told()
    facts["records"]["certifications"] += [holding('=1+1|"<script>', "L"), holding("-5", "S", "2022-12-24")]
    facts["records"]["certifications"] = facts["records"]["certifications"][1:]
    found = of(facts)

    rows = list(csv.DictReader(io.StringIO(written(found, "csv"))))
    assert "'=1+1|\"<script>" in {row["person"] for row in rows}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]
    assert "<script" not in written(found, "html")
    assert '| =1+1\\|"&lt;script> |' in written(found, "markdown")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.names: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names[tag] += 1
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href", "action")]
        if tag not in ("meta", "rect", "line", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line", "polyline"):
            assert self.open.pop() == tag


def test_the_page_stands_alone_and_is_well_formed() -> None:
    text = written(of(told()), "html")
    page = _Page()

    page.feed(text)

    assert page.open == []
    assert page.names["svg"] >= 3
    assert set(page.addresses) == {"#summary", "#metrics", "#history", "#due", "#people"}
    assert not page.names.keys() & {"script", "link", "img", "iframe"}
    assert "default-src 'none'" in text
    assert "url(http" not in text
    assert "@import" not in text


def test_the_stage_is_the_life_cycle_s_or_what_register_and_requirements_give() -> None:
    stages = {one["rule"]: (one["stage"], one["by"]) for one in of(told()).as_json()["summary"]["awards"]}

    assert stages == {"designation.main": ("active", "register"), "program.club": ("started", "register")}
    [unknown] = of(told(), "program.club", engine=OPEN).as_json()["summary"]["awards"]
    assert unknown["stage"] == "started"
    silent = of({"facts": {"score": 5}, "records": {"certifications": []}}).as_json()["summary"]["awards"]
    assert [one["stage"] for one in silent] == [
        {"one_of": ["active", "lost", "started"]},
        {"one_of": ["active", "lost", "qualified", "started"]},
    ]


def test_a_metric_is_told_on_the_day_and_on_the_next_anniversary() -> None:
    found = [
        (one["view"], one["on"], one.get("code"), one.get("observed"))
        for one in of(told(), "designation.main").as_json()["metrics"]
    ]

    assert ("today", "2022-06-20", "score", "70") in found
    assert ("today", "2022-06-20", "people.staff", "3") in found
    # Of a fact nothing is told for that day; of the people those whose certifications have not ended by then.
    assert ("anniversary_year", "2022-08-01", "sales.score", "unknown") in found or (
        "anniversary_year", "2022-08-01", "sales.score", {"from": "0"}
    ) in found  # fmt: skip
    assert ("anniversary_year", "2022-08-01", "people.staff", {"from": "2"}) in found


def test_what_is_due_has_checks_windows_fees_and_choices_by_their_days() -> None:
    dates = [(one["on"], one["kind"], one["rule"]) for one in of(told()).as_json()["due"]]

    assert dates == sorted(dates, key=lambda one: one[0])
    assert ("2022-06-20", "options", "choice.benefits") in dates
    assert ("2022-08-01", "checked", "designation.main") in dates
    assert ("2022-08-01", "fee_due", "fee.yearly") in dates
    assert ("2022-08-02", "window_opens", "designation.main") in dates


def test_a_fee_that_is_due_whenever_it_is_bought_is_told_of_the_first_day_alone() -> None:
    """It would be due on every day that is looked at: no day ahead is one on which it has to be paid."""
    query = ReportQuery(date(2023, 4, 1), example("merged_while_held"), ("designation.infrastructure",))
    found = report(engine(REAL), query).as_json()

    fees = [(one["on"], one["rule"]) for one in found["due"] if one["kind"] == "fee_due"]
    assert {one["on"] for one in found["due"]} > {"2023-11-02", "2023-12-03"}
    assert fees == [("2023-04-01", "fee.solutions_partner_fee")]


def test_what_is_held_under_another_name_by_now_says_so_in_the_history() -> None:
    query = ReportQuery(date(2023, 6, 20), example("merged_while_held"), ("specialization.*",))
    found = report(engine(REAL), query)

    history = {one["award"]: one for one in found.as_json()["history"]}
    assert {one["held"] for one in history.values()} == {"not_held"}
    assert {one["goes_on_as"] for one in history.values()} == {"specialization.infra_db"}
    text = REPORT["text"](found, unpainted)
    told = "held as Infra and Database Migration to Microsoft Azure"
    assert sum(told in line for line in text.splitlines()) == 2
    assert sum(f"perhaps {told}" in line for line in text.splitlines()) == 1
    assert sum(told in row.get("says", "") for row in rows(found)) == 2


def test_a_rule_that_is_not_in_force_asks_nothing_and_is_told_so() -> None:
    query = ReportQuery(date(2023, 6, 20), example("month_by_month"), ("competency.*",))
    found = report(engine(REAL), query)

    metrics = [one for one in found.as_json()["metrics"] if one["view"] == "today"]
    assert {(one["outcome"], "code" in one) for one in metrics} == {("not_in_force", False)}
    text = REPORT["text"](found, unpainted)
    assert "not in force  the rule is not in force on 2023-06-20" in text


def test_who_carries_what_is_what_a_decision_without_them_says() -> None:
    facts = told()
    people = of(facts).as_json()["people"]

    assert people["looked_at"] == 3
    found = {one["person"]: {risk["rule"]: risk for risk in one["without"]} for one in people["persons"]}
    for name in ("ann", "bob", "cy"):
        rows = [row for row in facts["records"]["certifications"] if row["person"] != name]
        without = {**facts, "records": {**facts["records"], "certifications": rows}}
        [decision] = OPEN.decide(Query(("designation.main",), DAY, without)).decisions
        assert found[name]["designation.main"]["after"] == decision.eligibility
    assert [one["code"] for one in found["ann"]["designation.main"]["requirements"] if one["carries"]] == [
        "people.staff.lead"
    ]
    assert found["ann"]["designation.main"]["at_risk"]
    assert not found["bob"]["designation.main"]["at_risk"] or found["bob"]["designation.main"]["after"] != "eligible"
    assert [(one["on"], one["certifications"]) for one in people["endings"]] == [
        ("2022-07-10", [{"person": "bob", "certification": "S"}])
    ]


def test_work_has_a_bound_and_what_was_not_looked_at_is_said() -> None:
    found = report(OPEN, ReportQuery(DAY, told()), most=2)

    assert found.people is not None
    assert found.people.looked_at < 3
    assert any("people were not taken out" in note for note in found.notes)
    assert any("was not looked at" in note for note in found.notes)


def test_a_reader_sees_what_the_policies_let_its_role_see() -> None:
    boss, clerk, here = (
        of(told(), engine=READ, role="boss"),
        of(told(), engine=READ, role="clerk"),
        of(told(), engine=READ),
    )

    assert boss.as_json().keys() - {"role"} == here.as_json().keys()
    assert "people" not in clerk.as_json()
    assert clerk.as_json()["withheld"] == [
        {
            "section": "people",
            "rule": "entitlement.see_report_people",
            "title": "See report people",
            "eligibility": "not_eligible",
        }
    ]
    assert all("bob" not in written(clerk, form) for form in REPORT)
    with pytest.raises(NotForReader):
        of(told(), engine=READ, is_asked=True)
    with pytest.raises(ReaderErrors) as error:
        of(told(), engine=READ, role="bos")
    assert [(one.pointer, "boss" in one.help) for one in error.value.problems] == [("", True)]
    assert of(told(), engine=OPEN, is_asked=True).readers.withheld == ()


def test_a_reader_is_asked_for_under_the_programmes_own_word_too() -> None:
    own = f"kind permit like entitlement\n{READERS.replace('entitlement', 'permit')}"
    engine = Engine(load_sources([Source("report.policy", POLICY + own)]).document)

    withheld = of(told(), engine=engine, role="clerk").readers.withheld

    assert [(one.section, one.rule) for one in withheld] == [("people", "permit.see_report_people")]
    with pytest.raises(NotForReader, match=r"permit\.see_report"):
        of(told(), engine=engine, is_asked=True)


def test_what_has_no_report_is_refused() -> None:
    with pytest.raises(ReportErrors, match="is no award"):
        of(told(), "fee.yearly")
    with pytest.raises(DayOutside):
        report(OPEN, ReportQuery(date(1980, 1, 1), told()))
    with pytest.raises(FactErrors):
        of({"facts": {"score": "many"}})
    events = [{"on": "2022-01-01", "leaves": "ann"}, {"on": "2022-07-01", "attains": "program.clubb"}]
    for facts in (told(), {"facts": {}, "records": {"awards": []}}):
        with pytest.raises(FactErrors) as wrong:
            of({**facts, "events": events})
        assert [one.pointer for one in wrong.value.problems] == ["/events/1/attains"]


def test_a_partner_with_a_history_reads_as_recorded_in_every_format(golden: Golden) -> None:
    programme = engine(REAL)
    awards = ("competency.cloud_platform", "competency.datacenter", "competency.security")

    found = report(programme, ReportQuery(date(2022, 2, 20), example("month_by_month"), awards))

    assert not [f"{error.json_path}: {error.message}" for error in VALID.iter_errors(found.as_json())]
    digest = programme.core.digest
    for form in REPORT:
        text = written(found, form).replace(digest, "<digest>").replace(digest[:12], "<digest>").replace(f"{ROOT}/", "")
        golden.check(DATA / f"month_by_month.{'txt' if form == 'text' else form}", text)
