"""``merit review``: a pull request of policies on one page."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from cli.console import (
    CLEAN,
    DEFAULT_POLICIES,
    FINDINGS,
    Broken,
    as_of_option,
    echo_in,
    fail_usage,
    format_option,
    paint,
    problem_lines,
    today,
)
from cli.data_files import Data, DataErrors, read_data
from cli.impact import Asked, days_of, engine_of, impact_of, partner_options, rules_that_differ
from cli.proving import proof_of
from cli.scenario_files import located
from cli.sides import files_beside, side
from dsl.source import Source
from review.diff.compare import Comparison, compare
from review.formats.requests import REVIEW
from review.request.clauses import shown_by, touched, untried
from review.request.findings import WORDS, findings, gated
from review.request.request import Request, headline
from review.request.scenarios import Told, outcomes
from review.request.sources import sources_of
from review.scenarios.coverage import Coverage
from review.scenarios.reading import read_scenarios
from review.scenarios.ready.kept import Settings, settings_of
from review.scenarios.scenario import ScenarioErrors
from review.scenarios.shapes import shape_problems

GENERATED = 40
"""Partners that are made where none are told: some seconds' worth for a change that reaches everything."""
SECONDS = 20.0
"""Seconds that proving takes at most where nothing is said."""
SCENARIOS, SETTINGS = ".scenarios.yaml", "ready.yaml"


@click.command(short_help="Put all that a change of policies means on one page.")
@click.argument("base")
@click.argument("head", required=False)
@partner_options
@as_of_option("What begins before this day reaches back")
@format_option(REVIEW)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0),
    default=SECONDS,
    show_default=True,
    help="How long it may take to prove what is claimed of the change; 0: nothing is.",
)
@click.option("--fail-on", metavar="WORDS", help=f"Exit with 1 where one of these is found: {', '.join(WORDS)}.")
@click.option("--out", metavar="FILE", help="Where the page goes; else it is printed.")
def review(
    base: str,
    head: str | None,
    files: tuple[str, ...],
    generated: int | None,
    seed: int,
    dates: str | None,
    every: str | None,
    first: date | None,
    last: date | None,
    group_by: str | None,
    jobs: int | None,
    policies: tuple[str, ...],
    as_of: date | None,
    form: str,
    seconds: float,
    fail_on: str | None,
    out: str | None,
) -> None:
    """Tell what HEAD, by default the working tree, changes of BASE: in words, for whom, and what scenarios say to it.

    It is `merit diff`, `merit impact`, the scenarios that ask for what the change reaches, and what changed figures rest
    on, for a comment of a pull request (markdown), a browser (html), or beside its lines (github, sarif). Where no
    partners are told, some are generated.
    """
    if files and generated is not None:
        fail_usage("give the partners with --partners, or have some made with --generated N, not both")
    if out is not None and not Path(out).parent.is_dir():
        fail_usage(f"there is no folder `{Path(out).parent}` for --out")
    words = _words(fail_on)
    paths = policies or (DEFAULT_POLICIES,)
    day = as_of or today()
    days = days_of(dates, every, first, last) or (day,)
    asked = Asked(files, None if files else generated or GENERATED, seed, days, jobs, group_by)
    found = compare(side(base, paths), side(head, paths))
    told = _request(found, (base, head), paths, asked, day, seconds)
    if out is None:
        echo_in(form, REVIEW, told)
    else:
        Path(out).write_text(REVIEW[form](told, paint), encoding="utf-8")
        click.echo(f"{out}: {headline(told)}")
    sys.exit(_gate(told, words))


def _request(
    found: Comparison,
    named: tuple[str, str | None],
    paths: Sequence[str],
    asked: Asked,
    day: date,
    seconds: float,
) -> Request:
    before, after = engine_of(found.before), engine_of(found.after)
    impact = impact_of(found, before, after, asked) if rules_that_differ(found) else None
    changed = touched(found)
    seen = Coverage(found.after.core)
    old, new = (_scenarios(one, paths) for one in named)
    reached = {one.name: one.former or one.name for one in found.changed if one.what == "rule" and one.decides}
    reworded = {one.name for one in found.changed if one.what == "rule" and one.kind != "reached"}
    by_the_register = {one.name for one in found.changed if one.what == "rule" and one.by_the_register}
    watched = shown_by(found, changed)
    ran = outcomes(before, after, old, new, reached, reworded, by_the_register, watched, seen.watch)
    settings = _settings(named[1], paths)
    proof = proof_of(found, before, after, seconds)
    return Request(found, day, impact, changed, ran, untried(changed, seen), sources_of(found, settings), proof)


def _scenarios(named: str | None, paths: Sequence[str]) -> list[Told]:
    """Return the scenarios of a side, or leave with what is wrong with them and exit code 3."""
    found: list[Told] = []
    broken: list[str] = []
    for source in files_beside(named, paths, lambda name: name.endswith(SCENARIOS)):
        data = _data(source)
        try:
            file = read_scenarios(data.value, source.name)
        except ScenarioErrors as errors:
            broken.extend(located(data, errors))
            continue
        found.extend(Told(source.name, one, data.place(one.pointer)) for one in file.scenarios)
    if broken:
        raise Broken([f"error: scenarios of {named or 'the working tree'} cannot be read:", *broken])
    return found


def _settings(named: str | None, paths: Sequence[str]) -> Settings | None:
    """Return what the policies say of being ready; None where they say nothing that can be read."""
    for source in files_beside(named, paths, lambda name: name == SETTINGS):
        value = _data(source).value or {}
        if not shape_problems(value, "ready"):
            return settings_of(value)
    return None


def _data(source: Source) -> Data:
    try:
        return read_data(source)
    except DataErrors as errors:
        raise Broken(problem_lines(errors.problems)) from errors


def _words(told: str | None) -> tuple[str, ...]:
    words = tuple(word.strip() for word in (told or "").split(",") if word.strip())
    unknown = [word for word in words if word not in WORDS]
    if unknown:
        fail_usage(f"--fail-on: `{unknown[0]}` is none of the words; they are {', '.join(WORDS)}")
    return words


def _gate(told: Request, words: Sequence[str]) -> int:
    """Say on standard error what is not to be, and return the exit code."""
    stopped = gated(findings(told), words)
    for word, found in stopped.items():
        first = found[0].diagnostic
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        click.echo(f"fails on {word}: {first.span.source.name}:{first.span.line}: {first.message}{more}", err=True)
    return FINDINGS if stopped else CLEAN
