"""Everything that the register of sources knows is carried by a rule, or says why not."""

from __future__ import annotations

from decimal import Decimal

from tests.policies.register import POLICIES, area_files, entries, problems, read, share_out

MOST_OUT = Decimal(5)
"""Percent of the entries; less than this may be without a rule."""


def test_the_coverage_names_every_entry_and_only_what_there_is(known: frozenset[str]) -> None:
    ids = [entry["id"] for path in area_files() for entry in entries(read(path))]

    assert list(problems(ids, read(POLICIES / "coverage.yaml"), known)) == []


def test_few_entries_are_without_a_rule() -> None:
    assert share_out(read(POLICIES / "coverage.yaml")) < MOST_OUT


def test_what_is_wrong_with_a_coverage_is_told() -> None:
    ids = ["fees.gold", "fees.silver", "fees.order"]
    coverage = {
        "fees.gold": ["fee.gold_fee.amount", "define.gould_fee"],
        "fees.silver": {"out": ""},
        "fees.bronze": {"out": "there is none"},
    }

    assert list(problems(ids, coverage, frozenset({"fee.gold_fee.amount", "define.gold_fee"}))) == [
        "fees.order: name the rule that carries it, or say why none does (`out`)",
        "fees.gold: there is no `define.gould_fee`; did you mean `define.gold_fee`?",
        "fees.silver: write a list of paths, or `out` with a reason",
        "fees.bronze: there is no `fees.bronze` (an entry of policies/sources)",
    ]


def test_a_star_stands_for_any_part_of_a_name() -> None:
    known = frozenset({"entitlement.buy_a.in_time", "entitlement.buy_b.in_time"})

    assert list(problems(["x.a"], {"x.a": ["entitlement.buy_*.in_time"]}, known)) == []
    assert list(problems(["x.a"], {"x.a": ["entitlement.sell_*.in_time"]}, known)) != []
