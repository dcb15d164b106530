"""A pytest plugin that collects scenario files: a test for each scenario.

It is there wherever Merit is installed and does nothing unless asked for: ``pytest --merit`` collects the
``*.scenarios.yaml`` that pytest comes by; with ``merit_policies = policies`` in the configuration those of these
folders are collected without the option. Nothing of Merit is imported before a scenario file is.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from evaluator.engine import Engine
    from review.scenarios.scenario import ScenarioFile

SUFFIX = ".scenarios.yaml"
_ENGINES: pytest.StashKey[dict[tuple[Path, ...], Engine]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option and the setting."""
    group = parser.getgroup("merit")
    group.addoption("--merit", action="store_true", help="collect *.scenarios.yaml, each scenario as a test")
    parser.addini("merit_policies", type="paths", default=[], help="folders whose *.scenarios.yaml are collected")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a scenario file where that is asked for."""
    if not file_path.name.endswith(SUFFIX) or not _is_asked_for(file_path, parent.config):
        return None
    return ScenariosFile.from_parent(parent, path=file_path)


def _is_asked_for(path: Path, config: pytest.Config) -> bool:
    return bool(config.getoption("--merit")) or any(
        folder.resolve() in path.resolve().parents for folder in config.getini("merit_policies")
    )


class Failed(Exception):
    """A scenario is not decided as expected, or its file cannot be run; the text says why."""


class ScenariosFile(pytest.File):
    """A scenario file."""

    def collect(self) -> Iterable[pytest.Item]:
        """Yield its scenarios."""
        from cli.console import Broken
        from cli.scenario_files import read_files

        try:
            [read] = read_files([self.path], lambda _: True)
        except Broken as error:
            raise self.CollectError(error.message) from None
        for index, scenario in enumerate(read.file.scenarios):
            line = read.data.place(scenario.pointer).line
            yield ScenarioItem.from_parent(self, name=scenario.name, file=read.file, index=index, line=line)

    def engine(self) -> Engine:
        """Return the policies around the file, loaded once for all files."""
        from cli.console import Broken, load_engine
        from cli.scenario_files import policies_of

        named = [folder for folder in self.config.getini("merit_policies") if folder.resolve() in self.path.parents]
        folders = tuple(path.resolve() for path in named or policies_of([self.path]))
        engines = self.config.stash.setdefault(_ENGINES, {})
        if folders not in engines:
            try:
                engines[folders] = load_engine(folders)
            except Broken as error:
                raise Failed(error.message) from None
        return engines[folders]


class ScenarioItem(pytest.Item):
    """A scenario."""

    def __init__(self, *, file: ScenarioFile, index: int, line: int, **more: Any) -> None:
        super().__init__(**more)
        self.file = file
        self.index = index
        self.line = line

    def runtest(self) -> None:
        """Decide the scenario."""
        from dataclasses import replace

        from review.scenarios.report import failure_lines
        from review.scenarios.runner import run
        from review.scenarios.scenario import ScenarioErrors

        assert isinstance(self.parent, ScenariosFile)
        one = replace(self.file, scenarios=(self.file.scenarios[self.index],))
        try:
            [result] = run(self.parent.engine(), one)
        except ScenarioErrors as errors:
            told = (f"{problem.pointer}: {problem.message}; {problem.help}" for problem in errors.problems)
            raise Failed("\n".join(told)) from None
        if not result.passed:
            raise Failed("\n".join([f"{self.path}:{self.line}", *failure_lines(result)]))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what was expected and decided, without a traceback of Merit's own."""
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the scenario stands."""
        return self.path, self.line - 1, self.name
