"""``merit timeline``: what a partner holds, attains, renews and loses over dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click

from cli.console import (
    Broken,
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
from evaluator.timeline.fold import Timeline, timeline as timeline_of
from evaluator.timeline.told import SpanErrors, TimelineQuery
from review.formats.format import Spoken
from review.formats.timeline_calendar import NoCalendar
from review.formats.timelines import TIMELINE
from review.languages.voice import voice_of


@click.command(short_help="What a partner holds, attains, renews and loses over dates.")
@click.argument("rules", nargs=-1)
@click.option(
    "--facts", "facts_file", metavar="FILE", required=True,
    help="Facts of the partner with its events, YAML or JSON; - reads standard input.",
)  # fmt: skip
@day_option(
    "--from",
    "first",
    "First day: the register is as the facts tell it, before anything of this day; today where none is given.",
)
@day_option("--to", "last", "Last day; a year after the first where none is given.")
@click.option("--rules", "more", multiple=True, metavar="PATTERN", help="More rules to follow, by id or pattern.")
@policies_option
@format_option(TIMELINE)
@language_option
def timeline(
    rules: tuple[str, ...],
    facts_file: str,
    first: date | None,
    last: date | None,
    more: tuple[str, ...],
    policies: tuple[str, ...],
    form: str,
    language: str,
) -> None:
    """Fold RULES over the days on which something that they read changes.

    The register is kept as the policies say, with what the partner does as `events` in the facts, for example
    {"on": "2023-06-20", "renews": "designation.security"}. Without events it is told what holds if nothing is bought
    or renewed.
    """
    patterns = (*rules, *more)
    if not patterns:
        fail_usage('name the rules to follow, for example "designation.*"')
    if facts_file != "-" and not Path(facts_file).is_file():
        fail_usage(f"there is no file `{facts_file}`")
    data = read_file(Path(facts_file))
    if not isinstance(data.value, Mapping):
        problem = DataProblem(data.place(""), "this is no object", "write `facts:`, `records:` and `events:`")
        raise Broken(problem_lines([problem]))
    if first is None:
        first = today()
        click.echo(f"from today, {first}; --from takes another day", err=True)
    last = last or _a_year_after(first)
    engine = load_engine(policy_folders(policies))
    told = _told(engine, data, patterns, first, last)
    try:
        echo_in(form, TIMELINE, Spoken(told, voice_of(engine.core, language)))
    except NoCalendar as error:
        fail_usage(str(error))


def _a_year_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 365)


def _told(engine: Engine, data: Data, patterns: tuple[str, ...], first: date, last: date) -> Timeline:
    try:
        return timeline_of(engine, TimelineQuery(patterns, first, last, data.value))
    except SpanErrors as error:
        fail_usage(f"--from {first} --to {last}: {error}")
    except UnknownRule as error:
        advice = f"; did you mean `{error.suggestion}`?" if error.suggestion else ""
        fail_usage(f"{error}{advice}")
    except FactErrors as errors:
        found = [
            DataProblem(data.place(problem.pointer), f"{problem.message} [{problem.code}]", problem.help)
            for problem in errors.problems
        ]
        raise Broken([*problem_lines(found), *(["there may be more"] if errors.more else [])]) from errors
