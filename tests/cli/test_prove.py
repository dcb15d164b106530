"""``merit prove``: what is proved of a change, shown by a partner, and not known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str]]

BASE = """
package club "Club"
facts { visits: count "Visits"  paid: flag "Paid"  guests: count "Guests" }
certifications guides { "Guide"  "Guide, second step" }
designation gold "Gold" {
  requires { visits: visits >= 5   paid: paid   people: at least 2 people holding guides }
}
fee yearly "Yearly fee" { amount 100 USD }
lifecycle designation { active when held  ready when qualifies  waiting otherwise }
"""


def sides(tmp_path: Path, *edits: tuple[str, str]) -> tuple[str, str]:
    text = BASE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    for name, told in (("before", BASE), ("after", text)):
        (tmp_path / f"{name}.policy").write_text(told, encoding="utf-8")
    return str(tmp_path / "before.policy"), str(tmp_path / "after.policy")


def claims(run_merit: Run, tmp_path: Path, *edits: tuple[str, str]) -> dict[str, dict[str, str]]:
    code, told = run_merit("prove", *sides(tmp_path, *edits), "--format", "json")
    assert code == 0, told
    return {
        rule["rule"]: {name: claim["state"] for name, claim in rule["claims"].items()}
        for rule in json.loads(told)["rules"]
    }


def test_a_raised_threshold_is_never_looser_and_a_partner_shows_that_it_is_stricter(
    run_merit: Run, tmp_path: Path
) -> None:
    code, told = run_merit("prove", *sides(tmp_path, ("visits >= 5", "visits >= 7")))

    assert code == 0
    assert "always: stricter for some, never looser (proved)" in told
    assert '"visits": ' in told
    assert "1 refuted by a partner" in told


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (("visits >= 5", "visits >= 4"), {"never stricter": "proved", "never looser": "witness"}),
        (("at least 2 people", "at least 3 people"), {"never stricter": "witness", "never looser": "proved"}),
        (('"Guide"  "Guide, second step"', '"Guide"'), {"never stricter": "witness", "never looser": "proved"}),
        (("visits >= 5", "visits > 4"), {"never stricter": "proved", "never looser": "proved"}),
        (("paid: paid", "paid: paid or guests >= 1"), {"never stricter": "proved", "never looser": "witness"}),
        (("visits >= 5", "visits + guests >= 6"), {"never stricter": "witness", "never looser": "witness"}),
    ],
)
def test_each_claim_is_one_of_its_own(
    run_merit: Run, tmp_path: Path, edit: tuple[str, str], expected: dict[str, str]
) -> None:
    assert claims(run_merit, tmp_path, edit)["designation.gold"] == expected


def test_a_fee_is_dearer(run_merit: Run, tmp_path: Path) -> None:
    found = claims(run_merit, tmp_path, ("100 USD", "110 USD"))

    assert found == {"fee.yearly": {"never cheaper": "proved", "never dearer": "witness"}}


def test_what_is_only_laid_out_or_renamed_decides_the_same(run_merit: Run, tmp_path: Path) -> None:
    _code, told = run_merit("prove", *sides(tmp_path, ('"Gold"', '"Gold Circle"')))

    assert told == "no decision changes: the keys of all rules are equal on all days\n"


def test_a_rule_of_one_side_is_told_and_not_claimed(run_merit: Run, tmp_path: Path) -> None:
    code, told = run_merit("prove", *sides(tmp_path, ("fee yearly", "fee monthly")), "--require")

    assert "on one side only" in told
    assert "fee.yearly" in told
    assert code == 1


def test_markdown_is_a_table(run_merit: Run, tmp_path: Path) -> None:
    _code, told = run_merit("prove", *sides(tmp_path, ("visits >= 5", "visits >= 7")), "--format", "markdown")

    assert "| Gold (`designation.gold`) | always | stricter for some, never looser (proved)" in told


def test_a_witness_tells_no_fact_that_it_could_do_without(run_merit: Run, tmp_path: Path) -> None:
    _code, told = run_merit("prove", *sides(tmp_path, ("visits >= 5", "visits >= 7")), "--format", "json")
    (gold,) = [one for one in json.loads(told)["rules"] if one["rule"] == "designation.gold"]

    partner = gold["claims"]["never stricter"]["partner"]
    assert partner["facts"].keys() == {"visits"}
    assert 5 <= partner["facts"]["visits"] < 7


def test_only_the_rules_of_a_pattern_are_asked(run_merit: Run, tmp_path: Path) -> None:
    _code, told = run_merit("prove", *sides(tmp_path, ("visits >= 5", "visits >= 7")), "--rules", "fee.*")

    assert "designation.gold" not in told
