"""``merit impact``: whom a change of policies concerns."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from itertools import chain, count, islice
from pathlib import Path

import click

from cli.console import (
    DEFAULT_POLICIES,
    Broken,
    Command,
    day_option,
    echo_in,
    existing,
    fail_usage,
    format_option,
    read_file,
    today,
)
from cli.sides import side
from dsl.core.calendar import month_index, month_text
from dsl.diagnostics import nearest
from evaluator import limits
from evaluator.engine import Engine
from review.diff.compare import Comparison, Side, compare
from review.diff.impact import Part, Partner, Trial
from review.diff.impact_report import Impact
from review.formats.comparisons import IMPACT
from review.scenarios.partners import Partners

CHUNK = 50
"""Partners that a process decides before it tells of them."""
SUFFIXES = (".yaml", ".yml", ".json")
MONTHS = {"month": 1, "quarter": 3, "year": 12}
"""How many months lie between the days of ``--every``."""
MOST_DAYS = 240
"""Days that one run decides at most: twenty years of months."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which partners are decided, and on which days."""

    files: tuple[str, ...]
    generated: int | None
    seed: int
    days: tuple[date, ...]
    jobs: int | None
    group_by: str | None = None
    """The fact that partners are put together by."""


def partner_options(command: Command) -> Command:
    """Add the options that name partners and days; they are what ``Asked`` has."""
    options = (
        click.option(
            "--partners",
            "files",
            multiple=True,
            metavar="PATH",
            help="Facts: a file, a folder of files, or .jsonl, a partner a line.",
        ),
        click.option(
            "--generated",
            type=click.IntRange(1),
            metavar="N",
            help="Make N partners at the rules' own figures instead.",
        ),
        click.option("--seed", default=1, show_default=True, help="Of the partners that are made."),
        click.option("--dates", metavar="DAY,...", help="Days that are decided; today where none is given."),
        click.option(
            "--every",
            type=click.Choice(tuple(MONTHS)),
            help="The first days of all months, quarters or years --from a day --to another, instead.",
        ),
        day_option("--from", "first", "First of the days of --every."),
        day_option("--to", "last", "Last of them."),
        click.option(
            "--group-by",
            metavar="FACT",
            help="Put partners together by what they tell of this fact, for money and columns.",
        ),
        click.option(
            "--jobs",
            type=click.IntRange(1),
            metavar="N",
            help="Processes; as many as there are processors where not given.",
        ),
        click.option(
            "--policies",
            multiple=True,
            metavar="PATH",
            help="Where the policies stand in revisions.  [default: policies]",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command(short_help="Say whom a change of policies concerns.")
@click.argument("base")
@click.argument("head", required=False)
@partner_options
@click.option("--parquet", metavar="FILE", help="Write every flip as a row of a Parquet file too.")
@format_option(IMPACT)
def impact(
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
    parquet: str | None,
    form: str,
) -> None:
    """Decide partners by BASE and by HEAD, by default the working tree, and tell whose decisions are other ones.

    Only rules that can decide otherwise are tried (`merit diff` says which). Without partners at hand, --generated makes
    some: they show how a change can flip decisions, not how often it does.
    """
    if bool(files) == bool(generated):
        fail_usage("give the partners with --partners, or have some made with --generated N")
    if parquet is not None and find_spec("pyarrow") is None:
        fail_usage("--parquet needs pyarrow; install merit[batch]")
    paths = policies or (DEFAULT_POLICIES,)
    days = days_of(dates, every, first, last)
    if not days:
        days = (today(),)
        click.echo(f"decided for today, {days[0]}; --dates takes other days", err=True)
    asked = Asked(files, generated, seed, days, jobs, group_by)
    found = compare(side(base, paths), side(head, paths))
    told = impact_of(found, engine_of(found.before), engine_of(found.after), asked)
    if parquet is not None:
        from review.diff.flips_table import write_parquet

        try:
            write_parquet(told.flips, Path(parquet))
        except OSError as error:
            raise Broken([f"error: `{parquet}` cannot be written: {error.strerror or error}"]) from error
    echo_in(form, IMPACT, told)


def impact_of(found: Comparison, before: Engine, after: Engine, asked: Asked) -> Impact:
    """Decide partners by both sides of a comparison, by the rules that can decide otherwise.

    Args:
        found: the comparison.
        before: the engine of its side before.
        after: the engine of its side after.
        asked: which partners, on which days.
    """
    differ = rules_that_differ(found)
    tried = [one for one in found.changed if one.what == "rule" and one.name in differ]
    rules = {one.former or one.name: one.name for one in tried}
    unlike = {one.former or one.name: one.unlike for one in tried}
    if asked.group_by is not None:
        _is_fact(asked.group_by, before, after)
    trial = Trial(before, after, rules, asked.days, asked.group_by, unlike)
    partners = (
        _made(trial, asked.seed, asked.generated) if asked.generated is not None else _read(existing(asked.files))
    )
    parts = list(_tried(trial, partners if rules else iter(()), asked.jobs or os.cpu_count() or 1))
    flips = tuple(chain.from_iterable(part.flips for part in parts))
    refused = tuple(chain.from_iterable(part.refused for part in parts))
    return Impact(
        sum(part.partners for part in parts), sum(part.decided for part in parts), asked.days,
        {name: found.after.core.rules[name].title for name in rules.values()}, flips, refused,
        asked.seed if asked.generated is not None else None,
    )  # fmt: skip


def _is_fact(name: str, before: Engine, after: Engine) -> None:
    known = [*before.core.facts, *after.core.facts]
    if name not in known:
        near = nearest(name, known)
        fail_usage(f"--group-by: there is no fact `{name}`{f'; `{near}` is one' if near else ''}")


def rules_that_differ(found: Comparison) -> dict[str, str]:
    """Return the rules of both sides that can decide otherwise, by their names after, each with its name before."""
    changed = [one for one in found.changed if one.what == "rule" and one.decides]
    return {one.name: one.former or one.name for one in changed if one.kind not in ("added", "removed")}


def engine_of(told: Side) -> Engine:
    """Return what decides by a side."""
    return Engine(told.document, told.core)


def days_of(dates: str | None, every: str | None, first: date | None, last: date | None) -> tuple[date, ...]:
    """Return the days that are asked for, none where nothing is said; leave with exit code 2 where they are none.

    Args:
        dates: days by commas.
        every: after what a day is the next one, of ``MONTHS``.
        first: the first day that may be one.
        last: the last one.
    """
    if every is None and (first or last):
        fail_usage("--from and --to go with --every: --every month, quarter or year")
    if every is not None and dates is not None:
        fail_usage("give the days with --dates, or with --every, not both")
    if every is not None:
        return _regular(MONTHS[every], first, last)
    found: list[date] = []
    for text in dates.split(",") if dates is not None else ():
        try:
            day = date.fromisoformat(text.strip())
        except ValueError:
            fail_usage(f"--dates: {text.strip()} is no date; write year-month-day, like 2022-10-03")
        if not limits.is_inside(day):
            fail_usage(f"--dates: {limits.DayOutside(day)}")
        found.append(day)
    return tuple(dict.fromkeys(found))


def _regular(months: int, first: date | None, last: date | None) -> tuple[date, ...]:
    """Return the first days of all months, quarters or years from a day to another."""
    if first is None or last is None:
        fail_usage("--every needs --from and --to, like --every month --from 2026-01-01 --to 2026-12-31")
    for name, day in (("--from", first), ("--to", last)):
        if not limits.is_inside(day):
            fail_usage(f"{name}: {limits.DayOutside(day)}")
    start = -(-(month_index(first) + (first.day > 1)) // months) * months
    found = tuple(
        date.fromisoformat(f"{month_text(index)}-01") for index in range(start, month_index(last) + 1, months)
    )
    if not found:
        fail_usage(f"--every: no such day lies from {first} to {last}; has --to come before --from?")
    if len(found) > MOST_DAYS:
        fail_usage(
            f"--every: these are {len(found):,} days, {MOST_DAYS} at most; take quarters or years, or fewer of them"
        )
    return found


def _made(trial: Trial, seed: int, number: int) -> Iterator[Partner]:
    """Yield partners at the figures of the side after and of the side before, by turns."""
    makers = [
        Partners(engine.core, seed=seed, as_of=trial.days[0], rules=[engine.core.rules[name] for name in names])
        for engine, names in ((trial.after, trial.rules.values()), (trial.before, trial.rules))
    ]
    for index in islice(count(), number):
        name = f"made-{index + 1:06d}"
        yield name, {**makers[index % 2].partner(1 + index // 2), "partner": name}


def _read(paths: Iterable[Path]) -> Iterator[Partner]:
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES or file.suffix == ".jsonl")
            if not inside:
                fail_usage(f"there are no facts in `{path}`: no .yaml, .json or .jsonl")
            yield from _read(inside)
        elif path.suffix == ".jsonl":
            yield from _lines(path)
        else:
            facts = read_file(path).value
            yield _named(facts, path.stem), facts


def _lines(path: Path) -> Iterator[Partner]:
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                try:
                    facts = json.loads(line)
                except ValueError as error:
                    raise Broken([f"{path}:{number}: error: this line is no JSON: {error}"]) from error
                yield _named(facts, f"{path.stem}:{number}"), facts


def _named(facts: object, otherwise: str) -> str:
    return str(facts.get("partner", otherwise)) if isinstance(facts, dict) else otherwise


# ---- processes ---------------------------------------------------------------------------------------------------

_TRIAL: list[Trial] = []
"""What a worker decides with."""


def _tried(trial: Trial, partners: Iterator[Partner], jobs: int) -> Iterator[Part]:
    """Yield what shares of the partners come to, in their order; few are at hand at a time."""
    first = list(islice(partners, CHUNK))
    rest = chain(first, partners)
    if jobs == 1 or len(first) < CHUNK or "fork" not in multiprocessing.get_all_start_methods():
        yield from _counted(trial.of(share) for share in _shares(rest))
        return
    _TRIAL[:] = [trial]  # Forked workers have the policies already.
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
        yield from _counted(_in_order(pool, rest, jobs))


def _in_order(pool: ProcessPoolExecutor, partners: Iterator[Partner], jobs: int) -> Iterator[Part]:
    shares = _shares(partners)
    waiting = [pool.submit(_of, share) for share in islice(shares, 2 * jobs)]
    while waiting:
        yield waiting.pop(0).result()
        waiting.extend(pool.submit(_of, share) for share in islice(shares, 1))


def _of(share: Sequence[Partner]) -> Part:
    return _TRIAL[0].of(share)


def _shares(partners: Iterator[Partner]) -> Iterator[Sequence[Partner]]:
    while share := list(islice(partners, CHUNK)):
        yield share


def _counted(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield parts and tell how far it is, on a terminal only."""
    shown, partners = sys.stderr.isatty(), 0
    for part in parts:
        partners += part.partners
        yield part
        if shown:
            click.echo(f"\r{partners:,} partners ", err=True, nl=False)
    if shown:
        click.echo(err=True)
