"""``merit test``: run the scenarios of policies, and tell how much they try."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

import click

from cli.changes import changed_lines
from cli.console import (
    CLEAN,
    FINDINGS,
    diagnostic_text,
    echo_in,
    engine_option,
    existing,
    fail_usage,
    format_option,
    policy_folders,
    without_errors,
)
from cli.ready import tell_ready
from cli.scenario_files import (
    PATTERN,
    ReadFile,
    chosen_by,
    hint_lines,
    policies_of,
    read_files,
    run_files,
    scenario_files,
)
from cli.test_coverage import tell_coverage
from cli.test_generate import write_missing
from cli.test_mutation import Trial, tell_faults
from dsl.load import misnamed
from evaluator.engine import Engine
from review.formats.scenarios import COVERAGE, MUTATION, TEST, Run

FORMATS: Mapping[str, Iterable[str]] = {
    "run": TEST,
    "coverage": COVERAGE,
    "mutate": MUTATION,
    "generate": ("text",),
    "ready": ("text",),
}
"""What each way of running writes."""

OF_ONE = {
    "detail": ("run",),
    "engine": ("run",),
    "fail_under": ("coverage", "mutate"),
    "changed_since": ("coverage",),
    "jobs": ("mutate",),
    "sample": ("mutate",),
    "seed": ("mutate",),
    "accepted": ("mutate",),
    "out": ("generate",),
    "write": ("ready",),
}
"""Options that belong to some ways of running only."""


@click.command(name="test", short_help="Run the scenarios of policies.")
@click.argument("paths", nargs=-1)
@click.option("-k", "expression", metavar="EXPR", help="Only scenarios (faults) whose file, name or rules hold these.")
@click.option("--policies", multiple=True, metavar="PATH", help="Policy files and folders; else found from PATHS.")
@format_option(TEST, COVERAGE, MUTATION)
@click.option("-v", "--verbose", is_flag=True, help="Name what passed too.")
@click.option(
    "--detail", type=click.Choice(["summary", "full"]), help="How much of a failure is told: 40 lines, or all."
)
@click.option("--coverage", is_flag=True, help="Tell which parts of the policies no scenario tries.")
@click.option("--changed-since", metavar="REV", help="Coverage of the lines only that differ from a git revision.")
@click.option("--mutate", is_flag=True, help="Put small faults into the policies; tell those that nothing notices.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes that try faults.  [default: all cores]")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Try N faults, picked at random.")
@click.option("--seed", type=int, metavar="S", help="What the picking starts from.  [default: 0]")
@click.option("--accepted", metavar="FILE", help="Survivors that are meant.  [default: mutation.yaml in the policies]")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="N", help="Findings where less than N % is seen.")
@click.option("--ready", is_flag=True, help="Tell what is left to do before a change of policies is ready.")
@click.option("--write", is_flag=True, default=None, help="Begin what --ready misses; never over what is there.")
@click.option("--generate", "rule", metavar="RULE", help="Write the scenarios that would try the rest of a rule.")
@click.option("--out", metavar="FILE", help="Where generated scenarios go; else they are printed.")
@engine_option
@click.pass_context
def test_command(
    context: click.Context,
    paths: tuple[str, ...],
    expression: str | None,
    policies: tuple[str, ...],
    form: str,
    verbose: bool,
    detail: str | None,
    coverage: bool,
    changed_since: str | None,
    mutate: bool,
    jobs: int | None,
    sample: int | None,
    seed: int | None,
    accepted: str | None,
    fail_under: float | None,
    ready: bool,
    write: bool | None,
    rule: str | None,
    out: str | None,
    engine: str | None,
) -> None:
    """Run the scenarios (*.scenarios.yaml) in PATHS, by default in the folder policies.

    A failure shows what was expected and what was decided, and the reasons with file and line. With --coverage,
    --mutate or --generate the scenarios are looked at instead: what of the policies they leave untried. With --ready
    everything is looked at that a finished change has: figures cited, boundaries tried, sources carried, pages made.
    """
    way = _way(coverage, mutate, rule, ready)
    _check_options(context, way, form)
    least = Decimal(str(fail_under)) if fail_under is not None else None
    given = existing(paths) if paths else policy_folders(policies)
    strays = misnamed(given)
    for stray in strays:
        click.echo(diagnostic_text(stray), err=True)
    files = scenario_files(given)
    if not files and way != "generate":
        fail_usage(f"there are no {PATTERN} in {', '.join(f'`{path}`' for path in given)}")
    folders = policy_folders(policies) if policies else policies_of(given)
    loaded = without_errors(folders)
    deciding = Engine.of(loaded, reference=engine == "reference")
    chosen = chosen_by(expression)
    match way:
        case "ready":
            sys.exit(tell_ready(loaded, deciding, read_files(files, lambda _: True), folders, bool(write)))
        case "coverage":
            lines = changed_lines(changed_since) if changed_since is not None else None
            read = _matching(read_files(files, chosen), expression)
            sys.exit(tell_coverage(deciding, read, form, least, lines, verbose=verbose))
        case "mutate":
            trial = Trial(jobs, sample, seed or 0, _accepted(accepted, folders))
            read = read_files(files, lambda _: True)
            sys.exit(tell_faults(deciding, read, form, least, trial, chosen))
        case "generate":
            sys.exit(write_missing(deciding, read_files(files, chosen), rule or "", out))
    read = _matching(read_files(files, chosen), expression)
    ran = run_files(deciding, read)
    for line in hint_lines(deciding, read):
        click.echo(line, err=True)
    echo_in(form, TEST, Run(ran, verbose, detail == "full"))
    sys.exit(CLEAN if all(one.result.passed for one in ran) and not strays else FINDINGS)


def _matching(read: list[ReadFile], expression: str | None) -> list[ReadFile]:
    """Return the files as read, or leave with exit code 1 where `-k` chooses no scenario: nothing tried is not green."""
    if expression and not any(one.file.scenarios for one in read):
        click.echo(f"no scenario's file, name or rules hold `{expression}`", err=True)
        sys.exit(FINDINGS)
    return read


def _way(coverage: bool, mutate: bool, rule: str | None, ready: bool) -> str:
    asked_of = {"coverage": coverage, "mutate": mutate, "generate": rule is not None, "ready": ready}
    ways = [name for name, asked in asked_of.items() if asked]
    if len(ways) > 1:
        fail_usage(f"--{ways[0]} and --{ways[1]} do not go together; run one after the other")
    return ways[0] if ways else "run"


def _check_options(context: click.Context, way: str, form: str) -> None:
    for name, ways in OF_ONE.items():
        if context.params[name] is not None and way not in ways:
            with_ = " or ".join("a plain run" if one == "run" else f"--{one}" for one in ways)
            fail_usage(f"--{name.replace('_', '-')} goes with {with_}")
    if form not in FORMATS[way]:
        what = "a plain run" if way == "run" else f"--{way}"
        fail_usage(f"{what} does not write {form}; it writes {', '.join(FORMATS[way])}")


def _accepted(named: str | None, folders: list[Path]) -> Path | None:
    if named is not None:
        return existing([named])[0]
    return next((file for folder in folders if (file := folder / "mutation.yaml").is_file()), None)
