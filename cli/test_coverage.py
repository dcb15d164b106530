"""``merit test --coverage``: which parts of the policies no scenario tries."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import click

from cli.changes import Lines
from cli.console import CLEAN, FINDINGS, echo_in
from cli.scenario_files import ReadFile, run_files
from evaluator.engine import Engine
from review.formats.scenarios import COVERAGE, Tried
from review.scenarios.coverage import Coverage, share


def tell_coverage(
    engine: Engine,
    files: Sequence[ReadFile],
    form: str,
    least: Decimal | None,
    lines: Lines | None,
    *,
    verbose: bool,
) -> int:
    """Run scenarios, print what of the policies they try, and return the exit code.

    Args:
        engine: the policies.
        files: the scenarios; those that wait for review run, and count for nothing.
        form: ``text``, ``json``, ``markdown`` or ``lcov``.
        least: the share, in percent, below which it is a finding.
        lines: only parts on these lines; all where None.
        verbose: whether text names what is covered too.
    """
    seen = Coverage(engine.core)
    ran = run_files(engine, files, seen.watch)
    parts = seen.parts
    if lines is not None:
        parts = [one for one in parts if (Path(one.part.file).resolve(), one.part.line) in lines]
    waiting = sum(one.result.scenario.review for one in ran)
    echo_in(form, COVERAGE, Tried(parts, waiting, verbose))
    failed = [one for one in ran if not one.result.passed]
    for one in failed:
        click.echo(f"{one.place}: fails: {one.result.scenario.name}", err=True)
    too_little = least is not None and share(parts) < least
    if too_little:
        click.echo(f"{share(parts)} % was seen, {least} % is asked for", err=True)
    return FINDINGS if failed or too_little else CLEAN
