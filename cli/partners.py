"""``merit partners``: partners to try rules on."""

from __future__ import annotations

import sys
from datetime import date
from itertools import count, islice
from pathlib import Path
from typing import IO

import click

from cli.console import as_of_option, fail_usage, load_engine, policies_option, policy_folders, today
from evaluator.engine import UnknownRule
from review.formats.format import in_one_line
from review.scenarios.partners import COMPLETE, Partners

MOST = 10_000_000
"""Partners that are made at once."""


@click.group()
def partners() -> None:
    """Partners to try rules on."""


@partners.command(short_help="Make partners at the rules' own figures.")
@click.option("--count", "number", default=10, show_default=True, type=click.IntRange(1, MOST), help="How many.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same partners.")
@click.option("--rules", "patterns", multiple=True, metavar="RULE", help="Tell only what these rules read.")
@click.option("--complete", is_flag=True, help="Leave nothing untold.")
@click.option("--out", metavar="FILE", help="Write here, not to standard output.")
@as_of_option("Day that they are told for")
@policies_option
def generate(
    number: int,
    seed: int,
    patterns: tuple[str, ...],
    complete: bool,
    out: str | None,
    as_of: date | None,
    policies: tuple[str, ...],
) -> None:
    """Make partners whose facts lie at the figures of the rules, a line of JSON each.

    They are made, not real: good for trying rules where no partners are at hand, not for saying how many partners a
    change concerns. Some facts are left out, as in real life, unless --complete is given. A line is a facts document
    as `merit decide --facts` and the service take it.
    """
    if out is not None and not Path(out).parent.is_dir():
        fail_usage(f"there is no folder `{Path(out).parent}` for --out")
    engine = load_engine(policy_folders(policies))
    try:
        rules = [rule for pattern in patterns or ("*",) for rule in engine.rules(pattern)]
    except UnknownRule as error:
        fail_usage(f"{error}; did you mean `{error.suggestion}`?" if error.suggestion else str(error))
    if as_of is None:
        as_of = today()
        click.echo(f"made for today, {as_of}; --as-of takes another day", err=True)
    made = Partners(engine.core, seed=seed, as_of=as_of, rules=rules, chances=COMPLETE if complete else None)
    if out is None:
        _write(made, number, sys.stdout)
        return
    with Path(out).open("w", encoding="utf-8") as stream:
        _write(made, number, stream)
    click.echo(f"{out}: {number:,} partners", err=True)


def _write(made: Partners, number: int, stream: IO[str]) -> None:
    for facts in islice(map(made.partner, count(1)), number):
        stream.write(in_one_line(facts).decode() + "\n")
