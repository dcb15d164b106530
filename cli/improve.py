"""``merit improve``: what it would take that a partner is eligible."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click

from cli.console import (
    CLEAN,
    FINDINGS,
    Broken,
    as_of_option,
    day_option,
    echo_in,
    fail_usage,
    format_option,
    language_option,
    load_engine,
    policies_option,
    policy_folders,
    problem_lines,
    read_file,
    today,
)
from cli.data_files import Data, DataProblem
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.engine import Engine, UnknownRule
from evaluator.improve.costs import CostErrors, Costs, read_costs
from evaluator.improve.improving import ImproveErrors, Improvement, ImproveQuery, improve as improve_rule
from review.formats.format import Spoken
from review.formats.improvements import IMPROVE
from review.languages.voice import voice_of


@click.command(short_help="What it would take to be eligible, the cheapest first.")
@click.argument("rule")
@click.option(
    "--facts", "facts_file", metavar="FILE", required=True, help="Facts of the partner, YAML or JSON; - reads standard input."
)  # fmt: skip
@as_of_option("Day to decide for")
@day_option("--by", "by", "Wait until this day at most; without it nothing is waited for.")
@click.option(
    "--costs",
    "costs_file",
    metavar="FILE",
    help="What changes cost, YAML or JSON; what it leaves out is as by default.",
)
@click.option("--max-changes", type=int, metavar="N", help="Tell plans of so many changes at most.")
@policies_option
@format_option(IMPROVE)
@language_option
def improve(
    rule: str,
    facts_file: str,
    as_of: date | None,
    by: date | None,
    costs_file: str | None,
    max_changes: int | None,
    policies: tuple[str, ...],
    form: str,
    language: str,
) -> None:
    """Look for the cheapest changes of a partner's facts that make it eligible for RULE.

    Every plan is decided anew, and none of its changes can be left out. Exit code 1 where no plan is found.
    """
    for path in (facts_file, costs_file):
        if path is not None and path != "-" and not Path(path).is_file():
            fail_usage(f"there is no file `{path}`")
    data = read_file(Path(facts_file))
    if not isinstance(data.value, Mapping):
        problem = DataProblem(data.place(""), "this is no object", "write `facts:` and `records:` with what is known")
        raise Broken(problem_lines([problem]))
    if as_of is None:
        as_of = today()
        click.echo(f"decided for today, {as_of}; --as-of takes another day", err=True)
    engine = load_engine(policy_folders(policies))
    costs = None if costs_file is None else _costs(engine, read_file(Path(costs_file)))
    found = _found(engine, ImproveQuery(rule, as_of, data.value, by, costs, max_changes), data)
    echo_in(form, IMPROVE, Spoken(found, voice_of(engine.core, language)))
    sys.exit(FINDINGS if found.outcome in ("cannot_be_reached", "unknown") else CLEAN)


def _costs(engine: Engine, data: Data) -> Costs:
    """Read costs; leave with what is wrong with them at its place."""
    try:
        return read_costs(engine.core, data.value)
    except CostErrors as errors:
        found = [
            DataProblem(data.place(problem.pointer), f"{problem.message} [{problem.code}]", problem.help)
            for problem in errors.problems
        ]
        raise Broken(problem_lines(found)) from errors


def _found(engine: Engine, query: ImproveQuery, data: Data) -> Improvement:
    try:
        return improve_rule(engine, query)
    except ImproveErrors as error:
        option = {"rule": "", "by": f"--by {query.by}: ", "max_changes": f"--max-changes {query.max_changes}: "}[
            error.name
        ]
        fail_usage(f"{option}{error}")
    except UnknownRule as error:
        advice = f"; did you mean `{error.suggestion}`?" if error.suggestion else ""
        fail_usage(f"{error}{advice}")
    except FactErrors as errors:
        found = [
            DataProblem(data.place(problem.pointer), f"{problem.message} [{problem.code}]", problem.help)
            for problem in errors.problems
        ]
        raise Broken([*problem_lines(found), *(["there may be more"] if errors.more else [])]) from errors
