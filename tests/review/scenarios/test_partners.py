"""Partners that could be: valid, always the same, and where decisions turn."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import merit
from dsl.load import load
from evaluator.engine import Engine, Query
from review.scenarios.figures import figures_of
from review.scenarios.partners import COMPLETE, Partners
from tests.shipped import engine_of

Json = Any
ROOT = Path(__file__).resolve().parents[3]
DAY = date(2023, 6, 20)
SMALL = """
facts { seats: count  signed_on: date  passed: flag  market: one of larger, other }
records sales "Sales" monthly { customer: text  plan: text  amount: money USD }
certifications experts "Experts" { "Expert" }
designation cloud "Cloud" from 2022-01-01 {
  requires {
    seats: seats >= 40
    sales: sum amount of sales[plan = "large"] over trailing 12 months >= 1,000 USD
    people: at least 2 people holding experts
    day: signed_on < 2022-10-03
  }
  checked at own anniversary
}
"""


@pytest.fixture(scope="module")
def programme() -> Engine:
    return engine_of()


@pytest.fixture
def small(tmp_path: Path) -> Engine:
    (tmp_path / "small.policy").write_text(SMALL)
    return Engine(load([tmp_path]))


def made(engine: Engine, count: int, **other: Any) -> list[Json]:
    partners = Partners(engine.core, as_of=DAY, **{"seed": 1, **other})
    return [partners.partner(number) for number in range(1, count + 1)]


def test_what_is_made_fits_the_vocabulary(programme: Engine) -> None:
    for facts in made(programme, 15):
        programme.reader.check(facts)


def test_the_same_seed_makes_the_same_partners_however_many(small: Engine) -> None:
    assert made(small, 3) == made(small, 10)[:3]
    assert made(small, 3) != made(small, 3, seed=2)


def test_figures_lie_where_decisions_turn(small: Engine) -> None:
    partners = made(small, 200, chances=COMPLETE)

    seats = Counter(told for one in partners if isinstance(told := one["facts"]["seats"], int))
    plans = {row["plan"] for one in partners for row in _rows(one, "sales")}
    days = {told for one in partners if isinstance(told := one["facts"]["signed_on"], str)}
    assert min(seats[39], seats[40], seats[41]) >= 10
    assert "large" in plans
    assert {"2022-10-02", "2022-10-03", "2022-10-04"} <= days


def test_figures_are_found_once_for_the_rules_of_a_core_and_never_for_those_of_another(
    small: Engine, tmp_path: Path
) -> None:
    (tmp_path / "small.policy").write_text(SMALL.replace("seats >= 40", "seats >= 50"))
    other = Engine(load([tmp_path]))
    mine, its = list(small.core.rules.values()), list(other.core.rules.values())

    assert figures_of(small.core, mine).numbers["seats"] == {Decimal(40)}
    assert figures_of(small.core, mine) is figures_of(small.core, mine)
    assert figures_of(small.core, its).numbers["seats"] == {Decimal(50)}
    assert figures_of(small.core, mine).numbers["seats"] == {Decimal(40)}


def test_every_outcome_occurs(small: Engine) -> None:
    query = [Query(("designation.cloud",), DAY, facts) for facts in made(small, 200)]

    outcomes = Counter(small.decide(one).decisions[0].eligibility for one in query)

    assert min(outcomes[one] for one in ("eligible", "not_eligible", "undetermined")) >= 5


def test_complete_partners_leave_nothing_out(small: Engine) -> None:
    for facts in made(small, 50, chances=COMPLETE):
        assert set(facts["facts"]) == {"seats", "signed_on"}
        assert set(facts["records"]) == {"awards", "certifications", "sales"}


def test_some_facts_are_missing_otherwise(small: Engine) -> None:
    partners = made(small, 200)

    assert any("seats" not in one["facts"] for one in partners)
    assert any("sales" not in one["records"] for one in partners)
    assert any(isinstance(one["facts"].get("seats"), dict) for one in partners)
    assert any("projected" in one for one in partners)


def test_the_command_writes_a_line_each(small: Engine, tmp_path: Path) -> None:
    policies = ["--policies", str(tmp_path / "small.policy")]
    command = ["partners", "generate", *policies, "--count", "4", "--as-of", "2023-06-20", "--rules", "designation.*"]

    printed = CliRunner().invoke(merit, command, standalone_mode=False)
    out = tmp_path / "made.jsonl"
    CliRunner().invoke(merit, [*command, "--out", str(out)], standalone_mode=False)

    assert [json.loads(line)["partner"] for line in out.read_text().splitlines()] == [
        f"partner-00000{number}" for number in range(1, 5)
    ]
    assert printed.stdout == out.read_text()


def _rows(facts: Json, name: str) -> list[Json]:
    told = facts["records"][name]
    return told if isinstance(told, list) else told["rows"]


def test_an_award_is_attained_on_a_day_once(programme: Engine) -> None:
    """A benefit that a rule names stands twice among what may be held: drawn twice on one day, it was told twice by these."""
    asked = [programme.core.rules["entitlement.buy_partner_success_expanded"]]

    for number in (3301, 12175):
        facts = Partners(programme.core, seed=number, as_of=date(2021, 6, 13), rules=asked).partner(1)
        for section in (facts, facts.get("projected", {})):
            told = section.get("records", {}).get("awards", [])
            rows = told["rows"] if isinstance(told, dict) else told
            pairs = [(row["award"], row["attained"]) for row in rows if {"award", "attained"} <= row.keys()]
            assert len(pairs) == len(set(pairs)), number
