"""``merit test --coverage``, ``--mutate`` and ``--generate``: outputs as recorded, exit codes, wrong usage."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data" / "cli"

COMMANDS = {
    "test_coverage": "test policies --coverage",
    "test_coverage_all": "test policies --coverage -v -k builder --fail-under 90",
    "test_coverage_json": "test policies --coverage --format json",
    "test_coverage_markdown": "test policies --coverage --format markdown",
    "test_coverage_lcov": "test policies --coverage --format lcov",
    "test_mutate": "test policies --mutate --jobs 2 -k 'designation or program'",
    "test_mutate_sample": "test policies --mutate --jobs 1 --sample 6 --seed 3 --fail-under 10",
    "test_mutate_json": "test policies --mutate --jobs 1 --format json -k pass",
    "test_mutate_markdown": "test policies --mutate --jobs 1 --format markdown -k program",
    "test_generate": "test policies --generate competency.delivery.silver",
}

USAGE = {
    "test policies --coverage --mutate": "--coverage and --mutate do not go together; run one after the other",
    "test policies --coverage --format junit": "--coverage does not write junit; it writes text, json, markdown, lcov",
    "test policies --format lcov": "a plain run does not write lcov; it writes text, json, junit, markdown",
    "test policies --coverage --engine reference": "--engine goes with a plain run",
    "test policies --jobs 2": "--jobs goes with --mutate",
    "test policies --fail-under 90": "--fail-under goes with --coverage or --mutate",
    "test policies --mutate --changed-since HEAD": "--changed-since goes with --coverage",
    "test policies --generate designation.clod": "--generate: there is no rule `designation.clod`; did you mean "
    "`designation.cloud`?",
    "test policies --generate designation.cloud --out facts.yaml": "--out: there is a `facts.yaml` already; name a new "
    "file",
    "test policies --coverage --changed-since=-p": "--changed-since: `-p` is no revision",
    "test policies/acme.policy": "`policies/acme.policy` holds policies, not scenarios; name its scenarios: "
    "policies/acme.scenarios.yaml",
    "test policies --mutate --accepted none.yaml": "there is no `none.yaml`",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_answers_as_recorded(name, run_merit, golden):
    command = COMMANDS[name]

    code, output = run_merit(*shlex.split(command))

    golden.check(DATA / "output" / f"{name}.txt", f"$ merit {command}\n{output}exit {code}\n")


@pytest.mark.parametrize("command", USAGE)
def test_wrong_usage_is_told_in_one_line_with_exit_code_2(command, run_merit):
    assert run_merit(*shlex.split(command)) == (2, f"error: {USAGE[command]}\n")


@pytest.fixture
def copy(tmp_path, monkeypatch, run_merit):
    """A copy of the policies that may be changed; the command runs beside it."""
    shutil.copytree(DATA / "policies", tmp_path / "policies")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_process_and_several_find_the_same(run_merit):
    one = run_merit("test", "policies", "--mutate", "--jobs", "1", "--format", "json", "-k", "date or fees")
    several = run_merit("test", "policies", "--mutate", "--jobs", "3", "--format", "json", "-k", "date or fees")

    assert several == one


def test_accepted_survivors_are_left_out_and_those_of_no_use_are_told(run_merit, copy):
    _, output = run_merit("test", "--mutate", "--format", "json", "--jobs", "1")
    told = json.loads(output)
    survived = [one["key"] for one in told["faults"] if one["outcome"] == "survived"]
    accepted = dict.fromkeys([*survived, "no such fault"], "meant")
    (copy / "policies" / "mutation.yaml").write_text(json.dumps(accepted), encoding="utf-8")

    code, output = run_merit("test", "--mutate", "--format", "json", "--jobs", "1")

    again = json.loads(output)
    assert survived
    assert again["score"] == "100"
    assert again["unused"] == ["no such fault"]
    assert code == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [("[a]", "this is no object"), ("a: ''", "the reason is missing"), ("a: 3", "the reason is missing")],
)
def test_accepted_survivors_need_a_reason(text, message, run_merit, copy):
    (copy / "accepted.yaml").write_text(text, encoding="utf-8")

    code, output = run_merit("test", "--mutate", "--accepted", "accepted.yaml", "-k", "nothing_at_all")

    assert f"error: {message}" in output
    assert code == 3


def test_an_empty_file_accepts_nothing(run_merit, copy):
    (copy / "accepted.yaml").write_text("# nothing yet\n", encoding="utf-8")

    assert run_merit("test", "--mutate", "--accepted", "accepted.yaml", "-k", "nothing_at_all")[0] == 0


def test_faults_are_not_tried_while_scenarios_fail(run_merit):
    code, output = run_merit("test", "scenarios/failing.scenarios.yaml", "--policies", "policies", "--mutate")

    assert "error: this fails without any fault" in output
    assert code == 3


def test_what_is_made_passes_counts_for_nothing_and_waits(run_merit, copy):
    before = run_merit("test", "--coverage")[1].splitlines()[-1]

    made = run_merit("test", "--generate", "designation.cloud", "--out", "policies/cloud.scenarios.yaml")
    ran = run_merit("test")
    after = run_merit("test", "--coverage")[1].splitlines()

    text = (copy / "policies" / "cloud.scenarios.yaml").read_text(encoding="utf-8")
    assert made[0] == 0
    assert text.startswith("# Made by `merit test --generate designation.cloud`.")
    assert ran[0] == 0
    count = text.count("\n    review: true")
    assert ran[1] == f"{7 + count} passed, 0 failed\n"
    assert after[-2:] == [f"{count} scenarios wait for review and count for nothing", before]


def test_what_is_made_and_confirmed_counts(run_merit, copy):
    run_merit("test", "--generate", "designation.cloud", "--out", "policies/cloud.scenarios.yaml")
    file = copy / "policies" / "cloud.scenarios.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("    review: true\n", ""), encoding="utf-8")

    _, output = run_merit("test", "--coverage", "--format", "json")
    again = run_merit("test", "--generate", "designation.cloud")

    cloud = [one for one in json.loads(output)["parts"] if one["rule"] == "designation.cloud"]
    assert [one["missing"] for one in cloud if one["kind"] in ("threshold", "date")] == [[]] * sum(
        one["kind"] in ("threshold", "date") for one in cloud
    )
    assert again[1].endswith("nothing to write for `designation.cloud`\n")


def git(*arguments):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], check=True, capture_output=True)


def test_changed_since_looks_at_changed_lines_only(run_merit, copy):
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    assert run_merit("test", "--coverage", "--changed-since", "HEAD")[1].splitlines()[-1].startswith("0 parts, 100 %")

    file = copy / "policies" / "acme.policy"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("pass at 70 points", 'pass at 70 points cite guide "Mark"'), encoding="utf-8")
    (copy / "policies" / "more.policy").write_text(
        'entitlement more "More" { small: market = small }\n', encoding="utf-8"
    )

    code, output = run_merit("test", "--coverage", "--changed-since", "HEAD")

    assert code == 0
    assert {line.split(": ")[0] for line in output.splitlines() if " of " in line and ": " in line} == {
        "policies/acme.policy:23",
        "policies/more.policy:1",
    }


def test_a_revision_that_git_does_not_know_is_wrong_usage(run_merit, copy):
    git("init", "-q")

    code, output = run_merit("test", "--coverage", "--changed-since", "nowhere")

    assert output.startswith("error: --changed-since: ")
    assert code == 2
