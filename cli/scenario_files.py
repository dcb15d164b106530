"""Scenario files: found, read, chosen and run, with every problem located in its file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cli.console import DEFAULT_POLICIES, Broken, fail_usage, problem_lines, read_file
from cli.data_files import Data, DataProblem
from cli.selection import Chosen, SelectionError, selection
from evaluator.engine import Engine
from review.scenarios.given import Given
from review.scenarios.reading import read_scenarios
from review.scenarios.report import Ran
from review.scenarios.runner import Watch, run
from review.scenarios.scenario import Scenario, ScenarioErrors, ScenarioFile

PATTERN = "*.scenarios.yaml"


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The scenarios of a file, and the data they were read from."""

    data: Data
    file: ScenarioFile


def scenario_files(paths: Iterable[Path]) -> list[Path]:
    """Return the scenario files of paths: files as named, folders with all that is below them.

    A policy file is none; who names one is told where its scenarios are.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.suffix == ".policy":
            beside = path.with_suffix(".scenarios.yaml")
            named = f"its scenarios: {beside}" if beside.exists() else f"the folder: {path.parent}"
            fail_usage(f"`{path}` holds policies, not scenarios; name {named}")
        for file in sorted(path.rglob(PATTERN)) if path.is_dir() else [path]:
            found[file] = None
    return list(found)


def policies_of(paths: Sequence[Path]) -> list[Path]:
    """Return the policies that scenarios are about.

    Inside the folder ``policies`` that is the whole folder, since its files rest on each other; elsewhere the path
    itself or the folder of the file, where it holds policies.
    """
    default = Path(DEFAULT_POLICIES)
    found: dict[Path, None] = {}
    for path in paths:
        folder = path if path.is_dir() else path.parent
        inside = default.resolve() in (folder.resolve(), *folder.resolve().parents)
        found[default if inside or next(folder.rglob("*.policy"), None) is None else folder] = None
    for folder in found:
        if not folder.exists():
            fail_usage("there are no policies beside these scenarios; name them with --policies")
    return list(found)


def read_files(files: Iterable[Path], chosen: Chosen) -> list[ReadFile]:
    """Read the chosen scenarios of files, or leave with what is wrong with the files and exit code 3."""
    read: list[ReadFile] = []
    broken: list[str] = []
    for path in files:
        try:
            data = read_file(path)
        except Broken as error:
            broken.append(error.message)
            continue
        try:
            read.append(ReadFile(data, _only(read_scenarios(data.value, str(path)), chosen)))
        except ScenarioErrors as errors:
            broken.extend(located(data, errors))
    if broken:
        raise Broken(broken)
    return read


def run_files(engine: Engine, files: Iterable[ReadFile], watch: Watch | None = None) -> list[Ran]:
    """Run scenarios, or leave with what they ask for and the policies do not have, and exit code 3.

    ``watch`` is told the decisions of scenarios that do not wait for review.
    """
    ran: list[Ran] = []
    broken: list[str] = []
    for one in files:
        confirmed, waiting = (
            replace(one.file, scenarios=tuple(s for s in one.file.scenarios if s.review is review))
            for review in (False, True)
        )
        try:
            results = (*run(engine, confirmed, watch), *run(engine, waiting))
        except ScenarioErrors as errors:
            broken.extend(located(one.data, errors))
            continue
        by_scenario = {result.scenario.pointer: result for result in results}
        ran.extend(
            Ran(one.file.name, one.data.place(scenario.pointer).line, by_scenario[scenario.pointer])
            for scenario in one.file.scenarios
        )
    if broken:
        raise Broken(broken)
    return ran


MOST_HINTS = 10
"""How many hints about scenarios are told."""


def hint_lines(engine: Engine, files: Iterable[ReadFile]) -> list[str]:
    """Return what scenarios tell that no rule knows, each once at the first place that tells it."""
    first: dict[tuple[str, str], str] = {}
    for one in files:
        for scenario in one.file.scenarios:
            # Over nothing: people whom a step adds stand in the list then.
            for given in (scenario.given, *(step.told.over(Given()) for step in scenario.steps)):
                for hint in engine.hints.of(given.json()):
                    line = one.data.place(given.place_of(hint.pointer) or scenario.pointer).line
                    first.setdefault((hint.message, hint.help), f"{one.file.name}:{line}")
    told = [f"hint: {place}: {message}; {help_}" for (message, help_), place in first.items()]
    more = len(told) - MOST_HINTS
    return [*told[:MOST_HINTS], *([f"and {more} more hints"] if more > 0 else [])]


def located(data: Data, errors: ScenarioErrors) -> list[str]:
    """Return what is wrong with scenarios as text, each with its place in the file."""
    return problem_lines(
        DataProblem(data.place(problem.pointer), problem.message, problem.help) for problem in errors.problems
    )


def chosen_by(expression: str | None) -> Chosen:
    """Return what ``-k`` chooses, all without it; leave with exit code 2 where it cannot be read."""
    if not expression:
        return lambda _: True
    try:
        return selection(expression)
    except SelectionError as error:
        fail_usage(f"-k: {error}")


def _only(file: ScenarioFile, chosen: Chosen) -> ScenarioFile:
    return ScenarioFile(file.name, tuple(one for one in file.scenarios if chosen(_words(file.name, one))))


def _words(file: str, scenario: Scenario) -> str:
    rules = [expectation.rule for step in scenario.steps for expectation in step.expectations]
    return " ".join([file, scenario.name, *rules])
