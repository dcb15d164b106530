"""Scenario files as tests of pytest."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

DATA = Path(__file__).parents[1] / "data" / "cli"


@pytest.fixture
def collect(pytester):
    """Runs pytest beside a copy of the small policies, with the plugin as an installed Merit has it."""
    shutil.copytree(DATA / "policies", pytester.path / "policies")
    installed = any(one.name == "merit" for one in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "cli.pytest_plugin")

    def run(*arguments):
        # In a process of its own: one run in this process would forget what modules it loads, and leave half of them behind.
        return pytester.runpytest_subprocess(*plugin, "-p", "no:cacheprovider", *arguments)

    return run


def test_scenarios_are_collected_where_the_option_says_so(collect):
    result = collect("--merit", "-v")

    result.assert_outcomes(passed=7)
    result.stdout.fnmatch_lines(["*acme.scenarios.yaml::A third builder is enough PASSED*"])


def test_scenarios_of_the_configured_folders_are_collected(collect, pytester):
    pytester.makeini("[pytest]\nmerit_policies = policies\n")

    collect().assert_outcomes(passed=7)


def test_nothing_is_collected_unasked(collect):
    collect().assert_outcomes()


def test_a_scenario_is_chosen_by_its_words(collect):
    collect("--merit", "-k", "builder and not unknown").assert_outcomes(passed=1, deselected=6)


def test_a_failure_tells_expected_and_actual_and_why(collect, pytester):
    file = pytester.path / "policies" / "acme.scenarios.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("points: 75", "points: 76"), encoding="utf-8")

    result = collect("--merit")

    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["*acme.scenarios.yaml:*", "*designation.cloud  points  76 *75*"])
    assert "Traceback" not in result.stdout.str()


def test_a_file_that_is_none_is_an_error_of_collecting(collect, pytester):
    (pytester.path / "policies" / "wrong.scenarios.yaml").write_text("scenarios: 3\n", encoding="utf-8")

    result = collect("--merit")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*wrong.scenarios.yaml:1:*this is the number 3*"])


def test_names_that_the_policies_do_not_have_fail(collect, pytester):
    file = pytester.path / "policies" / "acme.scenarios.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("program.expert: not_eligible", "program.exprt: eligible"),
                    encoding="utf-8")  # fmt: skip

    result = collect("--merit")

    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["*there is no rule `program.exprt`*"])


def test_the_plugin_loads_nothing_of_merit_by_itself():
    code = (
        "import sys, cli.pytest_plugin; print(sorted({'dsl', 'evaluator', 'lark', 'yaml', 'click'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=DATA.parents[2])

    assert done.stdout == "[]\n"
