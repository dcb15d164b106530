"""A run of tests that takes hours, gone on with: what passed is written down as it passes, and left out the next time."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest


class Resumed:
    """Leaves out the tests that a file names, and names in it those that pass.

    The first line is the commit: what passed at another one says nothing of this one.
    """

    def __init__(self, path: Path, commit: str) -> None:
        """Take the file, which need not be there yet, and what the tests are run at.

        Raises:
            UsageError: the file is of another commit, or something is not committed.
        """
        self._path = path
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        if commit.endswith("-dirty"):
            raise pytest.UsageError("commit what you changed first: what passed before a change says nothing after it")
        if lines and lines[0] != commit:
            raise pytest.UsageError(f"{path} tells what passed at {lines[0]}, and this is {commit}: name another file")
        self.passed = frozenset(lines[1:])
        self._begin = "" if lines else f"{commit}\n"

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        leave_out(self.passed, config, items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell each process that runs tests what to leave out: one that begins late finds more in the file."""
        node.workerinput["passed"] = sorted(self.passed)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{self._begin}{report.nodeid}\n")
            self._begin = ""

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Take a run in which all passed before for one that passed, and not for one that found no tests."""
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self.passed:
            session.exitstatus = pytest.ExitCode.OK


class OneOfSeveral:
    """Leaves out what the process that began this one says."""

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        leave_out(frozenset(getattr(config, "workerinput")["passed"]), config, items)  # noqa: B009 - pytest-xdist sets it


def leave_out(passed: frozenset[str], config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take tests that passed out of those that are collected, and have them counted."""
    known = [item for item in items if item.nodeid in passed]
    items[:] = [item for item in items if item.nodeid not in passed]
    if known:
        config.hook.pytest_deselected(items=known)


def commit_of(folder: Path) -> str:
    """Return the commit that a folder is at, with a word where something in it is not committed."""
    told = subprocess.run(
        ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return told.stdout.strip()
