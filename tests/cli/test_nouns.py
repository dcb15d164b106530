"""A programme's own word for a kind of rules, as every command says it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str]]
KINDS = """\
package vendor "The vendor"

kind tier "Tier" like program, heading "Partner tiers" in ja "ティア"
kind charge "Charge" like fee
kind perk "Perk" like entitlement
membership of tiers
"""
RULES = """\
facts { seats: count "Seats" }

tier advanced "Advanced" allow L199 "every tier makes the membership" {
  levels low, high
  requires { seats "Seats": seats >= low 3, high 5 }
  checked at own anniversary
}
tier base "Base" allow L199 "the same" { requires { seats "Seats": seats >= 1 }   checked at own anniversary }
charge yearly "Yearly" { amount 50 USD  covers tiers  due at anniversary }
perk portal "Portal" { requires { tier "A tier": holds any of tiers } }
"""
FACTS = {
    "facts": {"seats": 5},
    "records": {
        "awards": [{"award": "tier.advanced", "level": "high", "attained": "2023-06-01", "anniversary": "2024-06-01"}]
    },
}


@pytest.fixture
def run(run_merit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run commands where the kinds are declared in another file than the rules, and a change of both stands beside."""
    monkeypatch.chdir(tmp_path)
    changed = RULES.replace("high 5", "high 6").replace("50 USD", "60 USD")
    for folder, kinds, rules in (("policies", KINDS, RULES), ("after", KINDS, changed), ("paid", KINDS, RULES)):
        (tmp_path / folder).mkdir()
        kinds = kinds.replace("like fee", "like payment") if folder == "paid" else kinds
        (tmp_path / folder / "a_kinds.policy").write_text(kinds, encoding="utf-8")
        (tmp_path / folder / "rules.policy").write_text(rules, encoding="utf-8")
    (tmp_path / "facts.json").write_text(json.dumps(FACTS), encoding="utf-8")
    return run_merit


def test_the_policies_are_clean(run: Run) -> None:
    assert run("check", "policies") == (0, "2 files, 5 rules: 0 errors, 0 warnings\n")
    code, told = run("check", "policies/rules.policy")
    assert code == 1
    assert 'declare it, where it is your word for a kind of rule: `kind tier "Tier" like program`' in told


def test_a_file_without_the_declaration_is_laid_out(run: Run) -> None:
    path = Path("policies/rules.policy")
    wide = path.read_text(encoding="utf-8").replace("charge yearly ", "charge   yearly   ")
    path.write_text(wide, encoding="utf-8")

    assert run("fmt", "policies")[0] == 0
    assert 'charge yearly "Yearly" {' in path.read_text(encoding="utf-8")


def test_a_change_of_rules_is_told_by_the_word(run: Run) -> None:
    _, told = run("diff", "policies", "after")

    assert "changed  tier.advanced.high  Advanced" in told
    assert "1 perk, 1 tier" in told
    assert "dearer" in told


def test_a_word_for_another_kind_is_a_change_of_its_rules(run: Run) -> None:
    _, told = run("diff", "policies", "paid")

    assert "changed  charge.yearly" in told
    assert "    - Kind: like fee\n    + Kind: like payment\n" in told


def test_a_change_is_proved_and_reviewed(run: Run) -> None:
    pytest.importorskip("z3")

    assert "stricter for some, never looser (proved)" in run("prove", "policies", "after")[1]
    assert "tier.advanced.high" in run("review", "policies", "after", "--generated", "2", "--jobs", "1")[1]


def test_the_report_counts_by_the_word(run: Run) -> None:
    asked = ("report", "--facts", "facts.json", "--as-of", "2024-01-01")

    assert "partner tiers, high" in run(*asked)[1]
    assert " ティア" in run(*asked, "--lang", "ja")[1]
    assert "partner tiers" in run(*asked, "--lang", "zh-TW")[1]
    summary = json.loads(run(*asked, "--format", "json")[1])["summary"]
    assert {(one["kind"], one["like"]) for one in (*summary["counts"], *summary["awards"])} == {("tier", "program")}


def test_the_guide_has_a_page_under_the_heading(run: Run) -> None:
    run("docs", "policies", "--format", "markdown", "--out", "guide")

    page = Path("guide/tiers.md").read_text(encoding="utf-8")
    assert "\n# Partner tiers\n" in page
    assert "\nTier. In force.\n" in page
    assert "One of the partner tiers is held" in Path("guide/perks.md").read_text(encoding="utf-8")
    assert "[Advanced](tiers.md#tier.advanced)" in Path("guide/README.md").read_text(encoding="utf-8")
    assert '<a id="index--partner-tiers"></a>' in Path("guide/README.md").read_text(encoding="utf-8")


def test_a_decision_a_timeline_and_a_list_of_rules_tell_both_words(run: Run) -> None:
    asked = ("--facts", "facts.json", "--format", "json")
    decided = json.loads(run("decide", "tier.*", "charge.*", *asked, "--as-of", "2024-01-01")[1])["decisions"]
    lives = json.loads(run("timeline", "tier.*", *asked, "--from", "2023-06-01", "--to", "2023-07-01")[1])["rules"]

    assert [(one["kind"], one["like"]) for one in decided] == [("tier", "program")] * 3 + [("charge", "fee")]
    assert {(one["kind"], one["like"]) for one in lives} == {("tier", "program")}


def test_the_membership_is_told_by_the_word_in_every_language(run: Run) -> None:
    asked = ("explain", "charge.yearly", "--as-of", "2024-01-01")

    assert "the next one of the partner tiers that are held" in run(*asked)[1]
    assert "ティア" in run(*asked, "--lang", "ja")[1]


def test_scenarios_expect_what_the_kind_decides(run: Run) -> None:
    scenarios = """\
scenarios:
  - name: One
    as_of: 2024-01-01
    with: {facts: {seats: 5}, records: {awards: []}}
    expect: {tier.advanced.high: eligible, charge.yearly: 50 USD, perk.portal: not_eligible}
  - name: Another
    as_of: 2024-01-01
    with: {facts: {seats: 5}, records: {awards: []}}
    expect: {charge.yearly: {stage: active}}
"""
    Path("policies/s.scenarios.yaml").write_text(scenarios, encoding="utf-8")

    code, told = run("test", "policies")

    assert code == 3
    assert "a charge has no `stage`" in told
    Path("policies/s.scenarios.yaml").write_text(scenarios.partition("  - name: Another")[0], encoding="utf-8")
    assert run("test", "policies") == (0, "1 passed, 0 failed\n")


def test_a_rule_that_was_of_another_kind_keeps_its_holders(run: Run) -> None:
    """A programme goes over to its own words, and nobody has to attain anything again."""
    with Path("policies/rules.policy").open("a", encoding="utf-8") as rules:
        rules.write(
            'tier first "First" was program.first { requires { seats: seats >= 1 }   checked at own anniversary }\n'
        )
    award = {"award": "program.first", "attained": "2023-11-01", "anniversary": "2024-11-01", "ended": "none"}
    Path("facts.json").write_text(json.dumps({"facts": {"seats": 5}, "records": {"awards": [award]}}), encoding="utf-8")

    told = run("decide", "tier.first", "--facts", "facts.json", "--as-of", "2024-01-01")[1]

    assert "register: held, since 2023-11-01" in told
