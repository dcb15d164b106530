"""``merit test``: run the scenarios of policies."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from cli.console import (
    CLEAN,
    DEFAULT_POLICIES,
    FINDINGS,
    Broken,
    echo_json,
    existing,
    fail_usage,
    load_engine,
    paint,
    policy_folders,
    problem_lines,
    read_file,
)
from cli.data_files import Data, DataProblem
from cli.selection import Chosen, SelectionError, selection
from evaluator.engine import Engine
from evaluator.testing import report
from evaluator.testing.reading import read_scenarios
from evaluator.testing.report import Ran
from evaluator.testing.runner import run
from evaluator.testing.scenario import Scenario, ScenarioErrors, ScenarioFile

PATTERN = "*.scenarios.yaml"


@click.command(name="test", short_help="Run the scenarios of policies.")
@click.argument("paths", nargs=-1)
@click.option("-k", "expression", metavar="EXPR", help="Only scenarios whose file, name or rules hold these words.")
@click.option("--policies", multiple=True, metavar="PATH", help="Policy files and folders; else found from PATHS.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "junit", "markdown"]), default="text", show_default=True
)
@click.option("-v", "--verbose", is_flag=True, help="Name what passed too, and tell other rules down to their parts.")
def test_command(
    paths: tuple[str, ...], expression: str | None, policies: tuple[str, ...], form: str, verbose: bool
) -> None:
    """Run the scenarios (*.scenarios.yaml) in PATHS, by default in the folder policies.

    A failure shows what was expected and what was decided, and the reasons with file and line.
    """
    given = existing(paths) if paths else policy_folders(policies)
    files = scenario_files(given)
    if not files:
        fail_usage(f"there are no {PATTERN} in {', '.join(f'`{path}`' for path in given)}")
    chosen = _chosen(expression)
    engine = load_engine(policy_folders(policies) if policies else policies_of(given))
    ran = run_files(engine, files, chosen)
    match form:
        case "json":
            echo_json(report.as_json(ran))
        case "junit":
            click.echo(report.as_junit(ran), nl=False)
        case "markdown":
            click.echo(report.as_markdown(ran), nl=False)
        case _:
            for line in report.text_lines(ran, paint=paint, verbose=verbose):
                click.echo(line)
    sys.exit(CLEAN if all(one.result.passed for one in ran) else FINDINGS)


def scenario_files(paths: Iterable[Path]) -> list[Path]:
    """Return the scenario files of paths: files as named, folders with all that is below them."""
    found: dict[Path, None] = {}
    for path in paths:
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


def run_files(engine: Engine, files: Iterable[Path], chosen: Chosen) -> list[Ran]:
    """Run the chosen scenarios of files, or leave with what is wrong with the files and exit code 3."""
    ran: list[Ran] = []
    broken: list[str] = []
    for path in files:
        try:
            data = read_file(path)
        except Broken as error:
            broken.append(error.message)
            continue
        try:
            file = _only(read_scenarios(data.value, str(path)), chosen)
            ran.extend(Ran(file.name, data.place(r.scenario.pointer).line, r) for r in run(engine, file))
        except ScenarioErrors as errors:
            broken.extend(_located(data, errors))
    if broken:
        raise Broken(broken)
    return ran


def _located(data: Data, errors: ScenarioErrors) -> list[str]:
    return problem_lines(
        DataProblem(data.place(problem.pointer), problem.message, problem.help) for problem in errors.problems
    )


def _only(file: ScenarioFile, chosen: Chosen) -> ScenarioFile:
    return ScenarioFile(file.name, tuple(one for one in file.scenarios if chosen(_words(file.name, one))))


def _words(file: str, scenario: Scenario) -> str:
    rules = [expectation.rule for step in scenario.steps for expectation in step.expectations]
    return " ".join([file, scenario.name, *rules])


def _chosen(expression: str | None) -> Chosen:
    if not expression:
        return lambda _: True
    try:
        return selection(expression)
    except SelectionError as error:
        fail_usage(f"-k: {error}")
