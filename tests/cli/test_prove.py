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
    assert "1 proved, 3 refuted by a partner, 0 not known" in told


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


CHECKED = """
property paid_visits "Gold is paid" { qualifies for gold implies paid }
property more_visits "More visits never cost gold" { more visits, guests never costs gold }
"""


def test_what_is_claimed_of_one_version_is_proved(run_merit: Run, tmp_path: Path) -> None:
    (tmp_path / "club.policy").write_text(BASE + CHECKED, encoding="utf-8")

    code, told = run_merit("prove", "--check", str(tmp_path), "--as-of", "2026-11-29")

    assert code == 0, told
    assert told.startswith("2 properties: 2 proved\n")
    assert "2 proved" in told
    assert "no findings" in told


def test_who_refutes_a_property_is_shown_and_assumed_is_no_finding(run_merit: Run, tmp_path: Path) -> None:
    claim = 'property few "Gold needs guests"{} {{ qualifies for gold implies guests >= 1 }}\n'
    (tmp_path / "club.policy").write_text(BASE + claim.format(""), encoding="utf-8")
    asked = ("prove", "--check", str(tmp_path / "club.policy"), "--rules", "property.*", "--format", "json")

    code, told = run_merit(*asked)
    (stated,) = json.loads(told)["properties"]
    assert (code, stated["state"], stated["finding"]) == (1, "refuted", True)
    assert stated["claims"][0]["partner"]["facts"]["guests"] == 0

    (tmp_path / "club.policy").write_text(BASE + claim.format(' assume "meant so"'), encoding="utf-8")
    code, told = run_merit(*asked)
    (stated,) = json.loads(told)["properties"]
    assert (code, stated["state"], stated["finding"], stated["assumed"]) == (0, "refuted", False, ["meant so"])


def test_a_rule_that_nobody_can_meet_is_a_finding(run_merit: Run, tmp_path: Path) -> None:
    text = BASE.replace("visits: visits >= 5", "visits: visits >= 5   few: visits < 3")
    (tmp_path / "club.policy").write_text(text, encoding="utf-8")

    code, told = run_merit("prove", "--check", str(tmp_path / "club.policy"))

    assert code == 1
    assert "nobody can meet it: designation.gold.visits, designation.gold.few cannot hold together" in told


def test_a_check_is_of_one_version_and_a_comparison_of_two(run_merit: Run, tmp_path: Path) -> None:
    before, after = sides(tmp_path)

    assert run_merit("prove", "--check", before, after)[0] == 2
    assert run_merit("prove")[0] == 2
