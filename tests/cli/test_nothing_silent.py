"""What is not read, not chosen or not told apart is never green."""

from __future__ import annotations

from pathlib import Path

import pytest

POLICY = "facts { a: flag }\nentitlement e { requires { x: a } }\n"
SCENARIO = "  - name: one\n    as_of: 2023-01-01\n    expect: {entitlement.e: undetermined}\n"


@pytest.fixture
def folder(tmp_path, run_merit, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("policies").mkdir()
    Path("policies/a.policy").write_text(POLICY, encoding="utf-8")
    Path("policies/a.scenarios.yaml").write_text(f"scenarios:\n{SCENARIO}", encoding="utf-8")
    return tmp_path / "policies"


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("b.policy.txt", "b.policy"),
        ("b.POLICY", "b.policy"),
        ("b.policies", "b.policy"),
        ("x.scenario.yaml", "x.scenarios.yaml"),
        ("x.scenarios.yml", "x.scenarios.yaml"),
        ("x_scenarios.yaml", "x.scenarios.yaml"),
        ("x.Scenarios.yaml", "x.scenarios.yaml"),
    ],
)
def test_a_file_with_nearly_the_name_is_told_by_check_and_by_test(folder, run_merit, name, right):
    (folder / name).write_text("", encoding="utf-8")

    checked, tested = run_merit("check", "policies"), run_merit("test", "policies")

    for code, output in (checked, tested):
        assert code == 1
        assert f"nothing reads `{name}`" in output
        assert f"name it `{right}`" in output
    assert "1 passed, 0 failed" in tested[1]


@pytest.mark.parametrize("name", ["notes.md", "a.policy.orig", "mutation.yaml", ".b.policy.txt", "scenarios.md"])
def test_other_files_are_none_of_its_business(folder, run_merit, name):
    (folder / name).write_text("", encoding="utf-8")

    assert run_merit("check", "policies", "--ignore", "L101")[0] == 0


@pytest.mark.parametrize("more", [[], ["--coverage"]])
def test_a_choice_that_nothing_matches_is_not_green(folder, run_merit, more):
    code, output = run_merit("test", "policies", "-k", "no_such_scenario", *more)

    assert (code, output) == (1, "no scenario's file, name or rules hold `no_such_scenario`\n")


def test_two_scenarios_of_one_name_are_told_at_the_second(folder, run_merit):
    (folder / "a.scenarios.yaml").write_text(f"scenarios:\n{SCENARIO}{SCENARIO}", encoding="utf-8")

    code, output = run_merit("test", "policies")

    assert code == 3
    assert "a.scenarios.yaml:5:" in output
    assert "a scenario is named `one` already" in output


def test_scenarios_of_two_files_may_have_one_name(folder, run_merit):
    (folder / "b.scenarios.yaml").write_text(f"scenarios:\n{SCENARIO}", encoding="utf-8")

    assert run_merit("test", "policies") == (0, "2 passed, 0 failed\n")


METRICS = "\n".join(f"  category c{n} {{ m{n}: a earns 2 points }}" for n in range(50))
LONG = f"""\
facts {{ a: flag }}
designation d {{
  pass at 1 point
{METRICS}
}}
"""
FAILS = """\
scenarios:
  - name: all is told of it
    steps:
      - {as_of: 2023-01-01, expect: {designation.d: eligible}}
      - {as_of: 2023-02-01, expect: {designation.d: {points: 3, standing: held}}}
"""


def test_a_failure_tells_what_differs_first_and_in_forty_lines(folder, run_merit):
    (folder / "a.policy").write_text(LONG, encoding="utf-8")
    (folder / "a.scenarios.yaml").write_text(FAILS, encoding="utf-8")

    code, output = run_merit("test", "policies")
    junit = run_merit("test", "policies", "--format", "junit")[1].splitlines()
    _, whole = run_merit("test", "policies", "--detail", "full")
    section = run_merit("test", "policies", "--format", "markdown")[1].splitlines()[2:]
    _, whole_section = run_merit("test", "policies", "--format", "markdown", "--detail", "full")

    *told, empty, summary = output.splitlines()
    assert (code, empty, summary) == (1, "", "0 passed, 1 failed")
    assert [line.split() for line in told[:8]] == [
        ["FAIL", "policies/a.scenarios.yaml:2:", "all", "is", "told", "of", "it"],
        ["on", "2023-01-01"],
        ["rule", "what", "expected", "actual"],
        ["designation.d", "eligibility", "eligible", "undetermined"],
        ["on", "2023-02-01"],
        ["rule", "what", "expected", "actual"],
        ["designation.d", "points", "3", "from", "0,", "to", "100"],
        ["designation.d", "standing.held", "held", "undetermined"],
    ]
    assert len(told) == 40
    assert "`merit test --detail full` tells them" in told[-1]
    assert set(told[1:]) <= set(junit)
    assert len(whole.splitlines()) > 200
    assert "more lines" not in whole
    assert len(section) == 40
    assert section[6] == "| 2023-01-01 | `designation.d` | eligibility | eligible | undetermined |"
    assert "`merit test --detail full` tells them" in section[-1]
    assert section[-3] == "</details>"
    assert len(whole_section.splitlines()) > 200
    assert "more lines" not in whole_section
