"""A run that was broken off goes on where it was: nothing that passed is run again, and nothing is left out besides."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.shares import shares

pytest_plugins = ["pytester"]
ROOT = Path(__file__).resolve().parents[1]
ASKED = ("--resume", "passed.txt", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest")
TESTS = """
import pathlib, pytest

@pytest.mark.parametrize("number", range(6))
def test_it(number):
    assert number < 4 or pathlib.Path("mended").exists()
"""


def git(*args: str) -> None:
    own = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *own, *args], check=True, capture_output=True)


@pytest.fixture
def committed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with tests, two of which fail, and the options that the tests here have."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest("from tests.conftest import pytest_addoption, pytest_configure")
    pytester.makepyfile(test_some=TESTS)
    git("init", "-q")
    git("add", "conftest.py", "test_some.py")
    git("commit", "-q", "-m", "tests")
    return pytester


@pytest.mark.parametrize("processes", ["0", "2"])
def test_what_passed_is_left_out_and_what_failed_runs_again(committed: pytest.Pytester, processes: str) -> None:
    asked = (*ASKED, "-n", processes)

    committed.runpytest_subprocess(*asked).assert_outcomes(passed=4, failed=2)
    Path("mended").touch()
    committed.runpytest_subprocess(*asked).assert_outcomes(passed=2, deselected=0 if processes == "2" else 4)

    assert committed.runpytest_subprocess(*asked).ret == pytest.ExitCode.OK

    told = Path("passed.txt").read_text("utf-8").splitlines()
    assert sorted(told[1:]) == [f"test_some.py::test_it[{number}]" for number in range(6)]


def test_what_passed_before_a_change_is_not_left_out_after_it(committed: pytest.Pytester) -> None:
    committed.runpytest_subprocess(*ASKED).assert_outcomes(passed=4, failed=2)
    Path("test_some.py").write_text(TESTS.replace("< 4", "< 3"), "utf-8")

    changed = committed.runpytest_subprocess(*ASKED)
    git("commit", "-q", "-a", "-m", "another")
    another = committed.runpytest_subprocess(*ASKED)

    assert changed.ret == another.ret == pytest.ExitCode.USAGE_ERROR
    changed.stderr.fnmatch_lines(["*commit what you changed first*"])
    another.stderr.fnmatch_lines(["*passed.txt tells what passed at *, and this is *"])


@pytest.mark.parametrize("of", [1, 3, 7, 20])
def test_shares_are_all_cases_and_none_of_them_twice(of: int) -> None:
    cases = list(range(19))

    assert sorted(case for share in shares(of) for case in share.cases(cases)) == cases
