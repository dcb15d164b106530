"""What decisions try of the policies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dsl import codec
from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine, Query
from review.scenarios.coverage import Coverage, share
from review.scenarios.coverage_report import as_json, as_lcov, as_markdown, as_text

POLICY = """\
package p "P"
facts { seats: count "Seats"  share: number 0 to 9.9 "Share"  kind: one of a, b, c "Kind" }
entitlement sell "Sell" from 2023-01-01 until 2024-01-01 {
  seats: seats >= 10
  share: share >= 2.5
}
fee yearly "Fee" from 2023-01-01 {
  amount fees[kind].amount
}
table fees {
  | kind      | amount  | from       | until |
  | a         | 10 USD  | 2023-01-01 | -     |
  | otherwise | 20 USD  | 2023-01-01 | -     |
}
"""


@pytest.fixture(scope="module")
def engine():
    loaded = load_sources([Source("p.policy", POLICY)])
    assert not loaded.errors, loaded.errors
    return Engine(loaded.document)


def seen(engine, rule, as_of, facts):
    """Return what deciding a rule shows, by kind and name."""
    coverage = Coverage(engine.core)
    day = date.fromisoformat(as_of)
    [decision] = engine.decide(Query((rule,), day, {"facts": facts}, explained=True)).decisions
    coverage.watch(decision, day)
    return {(one.part.kind, one.part.name): one.seen for one in coverage.parts if one.seen}


@pytest.mark.parametrize(
    ("facts", "aspect"),
    [({"seats": 9}, {"below"}), ({"seats": 10}, {"at"}), ({"seats": 11}, {"above"}), ({"seats": 8}, set())],
)
def test_a_threshold_is_tried_within_a_step(engine, facts, aspect):
    assert seen(engine, "entitlement.sell", "2023-06-01", facts).get(("threshold", "10"), set()) == aspect


def test_a_step_is_a_unit_of_the_last_digit(engine):
    found = seen(engine, "entitlement.sell", "2023-06-01", {"share": Decimal("2.4")})

    assert found["threshold", "2.5"] == {"below"}


@pytest.mark.parametrize(
    ("facts", "aspect"), [({"seats": 10}, {"met"}), ({"seats": 1}, {"unmet"}), ({}, {"undetermined"})]
)
def test_a_requirement_is_met_unmet_or_undetermined(engine, facts, aspect):
    assert seen(engine, "entitlement.sell", "2023-06-01", facts)["requirement", "entitlement.sell.seats"] == aspect


@pytest.mark.parametrize(
    ("as_of", "name", "aspect"),
    [
        ("2022-12-31", "2023-01-01", {"before"}),
        ("2023-01-01", "2023-01-01", {"on"}),
        ("2023-12-31", "2024-01-01", {"before"}),
        ("2024-01-01", "2024-01-01", {"on"}),
    ],
)
def test_a_date_is_tried_on_the_day_before_and_the_day(engine, as_of, name, aspect):
    assert seen(engine, "entitlement.sell", as_of, {})["date", name] == aspect


@pytest.mark.parametrize(("kind", "rows"), [("a", {"a"}), ("b", {"otherwise"})])
def test_a_row_is_used_where_its_key_is_told(engine, kind, rows):
    found = seen(engine, "fee.yearly", "2023-06-01", {"kind": kind})

    assert {name for what, name in found if what == "row"} == rows


def test_reports_say_what_is_missing_and_what_waits(engine):
    coverage = Coverage(engine.core)
    [decision] = engine.decide(
        Query(("entitlement.sell",), date(2023, 6, 1), {"facts": {"seats": 10}}, explained=True)
    ).decisions
    coverage.watch(decision, date(2023, 6, 1))
    parts = coverage.parts

    text = list(as_text(parts, waiting=2))

    assert "p.policy:4: threshold 10 of entitlement.sell: not seen: below, above" in text
    assert text[-2:] == [
        "2 scenarios wait for review and count for nothing",
        f"{len(parts)} parts, {share(parts)} % of what they ask was seen",
    ]
    told = as_json(parts, waiting=2)
    assert told["rules"]["fee.yearly"] == "0"
    assert told["waiting_for_review"] == 2
    assert f"| **all** | {len(parts)} | {share(parts)} % |" in as_markdown(parts)
    assert "DA:4,0" in as_lcov(parts)
    assert as_lcov([]) == ""


def test_nothing_asked_is_all_seen():
    assert share([]) == 100


def test_an_option_that_asks_for_nothing_need_not_be_refused(acme):
    options = {one.part.name: one.asked for one in Coverage(acme.core).parts if one.part.kind == "option"}

    assert options["choice.benefits.cloud"] == ("eligible", "not_eligible")
    assert options["choice.benefits.no_choice"] == ("eligible",)


def test_the_document_is_left_alone(engine):
    before = codec.digest(engine.document)

    Coverage(engine.core)

    assert codec.digest(engine.document) == before


def test_a_side_on_which_no_value_lies_is_not_asked():
    text = 'package p "P"\nfacts { level: count 0 to 2 "Level" }\nentitlement e "E" { level: level >= 2 }\n'
    loaded = load_sources([Source("p.policy", text)])

    [threshold] = [one for one in Coverage(loaded.core).parts if one.part.kind == "threshold"]

    assert threshold.asked == ("below", "at")


def test_conditions_on_records_are_left_to_faults():
    text = (
        'package p "P"\nrecords sales "Sales" monthly { seats: count }\n'
        'measure big "Big": count = count sales[seats >= 300] over last month\n'
        'entitlement e "E" { big: big >= 2 }\n'
    )
    loaded = load_sources([Source("p.policy", text)])
    assert not loaded.errors, loaded.errors

    asked = {one.part.name: one.asked for one in Coverage(loaded.core).parts if one.part.kind == "threshold"}
    assert asked == {"2": ("below", "at", "above"), "300": ()}


def test_figures_with_versions_are_thresholds_each():
    text = (
        'package p "P"\nfacts { seats: count "Seats" }\n'
        'entitlement e "E" { from 2023-01-01 { seats: seats >= 10 } }\n'
        'designation d "D" {\n'
        "  pass at 50 points out of 100 points\n"
        "  category a { seats: seats earns 1 point each, up to 100 points }\n"
        "}\n"
    )
    loaded = load_sources([Source("p.policy", text)])
    assert not loaded.errors, loaded.errors

    names = [one.part.name for one in Coverage(loaded.core).parts if one.part.kind == "threshold"]
    assert names == ["10", "50 points"]
