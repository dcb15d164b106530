"""``merit table``: tables of policies to CSV and back, for those who edit them in a spreadsheet."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from cli.console import (
    CLEAN,
    FINDINGS,
    Broken,
    diagnostic_text,
    fail_usage,
    paint,
    policies_option,
    policy_folders,
    source_of,
)
from dsl.diagnostics import proposed
from dsl.format.csv_tables import Imported, PolicyTable, export_csv, import_csv, tables_in
from dsl.format.spreadsheets import SAVE_AS, Unreadable, csv_text
from dsl.load import load_sources, policy_files
from dsl.source import Source


@click.group(short_help="Tables to CSV and back.")
def table() -> None:
    """Write a table of the policies as CSV, and bring back what was changed in it.

    Comments, citations and dates stay: what is behind a row is a column of its own.
    """


@table.command(name="export", short_help="Write a table as CSV.")
@click.argument("name")
@click.option("--out", metavar="FILE", help="Where to write it; to standard output where none is given.")
@policies_option
def export_command(name: str, out: str | None, policies: tuple[str, ...]) -> None:
    """Write the table NAME as CSV."""
    found, _ = _find(name, policy_folders(policies))
    text = export_csv(found)
    if out is None:
        click.echo(text, nl=False)
        return
    Path(out).write_text(text, encoding="utf-8", newline="")
    click.echo(f"{out}: {len(found.rows)} rows of {name}")


@table.command(name="import", short_help="Bring back an edited CSV.")
@click.argument("name")
@click.argument("file")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; show what would change, and exit with 1.")
@policies_option
def import_command(name: str, file: str, only_check: bool, policies: tuple[str, ...]) -> None:
    """Change the table NAME in the policies to what FILE has; - is standard input.

    Only changed cells and rows are touched. FILE is UTF-8; dates as spreadsheets write them (10/23/2022) are read where
    the file leaves one reading only. What the policies could not be loaded with is not written.
    """
    found, sources = _find(name, policy_folders(policies))
    if file != "-" and not Path(file).exists():
        fail_usage(f"there is no `{file}`")
    done = import_csv(found, _csv_of(file))
    if done.problems:
        shown = [f"{file}:{one.line}: {paint('error', 'error')}: {one.message}" for one in done.problems]
        helps = [f"\n  help: {one.help}" if one.help else "" for one in done.problems]
        raise Broken([line + more for line, more in zip(shown, helps, strict=True)])
    if done.text == found.source.text:
        click.echo(f"{found.source.name}: {name} is as in {file}")
        sys.exit(CLEAN)
    _refuse_errors(sources, found.source, done.text)
    if only_check:
        _show_diff(found.source, done.text)
    else:
        Path(found.source.name).write_text(done.text, encoding="utf-8", newline="")
    click.echo(f"{found.source.name}: {_summary(done)}", err=only_check)
    if done.settled is not None:
        written, day = done.settled
        click.echo(
            f"`{written}` is read as {day}: another date of {file} can be read in that order only", err=only_check
        )
    sys.exit(FINDINGS if only_check else CLEAN)


def _csv_of(file: str) -> str:
    """Return the text of a CSV file, or leave with what to do about its encoding and exit code 3."""
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        return csv_text(data)
    except Unreadable as error:
        raise Broken([f"{file}: {paint('error', 'error')}: {error}", f"  help: {SAVE_AS}"]) from error


def _find(name: str, paths: Sequence[Path]) -> tuple[PolicyTable, list[Source]]:
    """Return the table of a name and all sources, or leave with what is near to it."""
    sources = [source_of(file) for file in policy_files(paths)]
    tables = [one for source in sources if source.name.endswith(".policy") for one in tables_in(source)]
    found = next((one for one in tables if one.name == name), None)
    if found is None:
        names = [one.name for one in tables]
        told = proposed(name, names, f"there are: {', '.join(names) or 'none'}")
        fail_usage(f"there is no table `{name}` in the policy files; {told}")
    return found, sources


def _refuse_errors(sources: Sequence[Source], old: Source, text: str) -> None:
    """Leave with the errors that the change would bring into policies that have none."""
    if load_sources(sources).errors:
        return
    loaded = load_sources([Source(old.name, text) if source is old else source for source in sources])
    if loaded.errors:
        raise Broken([*map(diagnostic_text, loaded.errors), "nothing was written"])


def _show_diff(source: Source, text: str) -> None:
    lines = difflib.unified_diff(
        source.text.splitlines(), text.splitlines(), source.name, f"{source.name}, imported", lineterm=""
    )
    for line in lines:
        click.echo(paint(line, {"+": "met", "-": "unmet", "@": "faint"}.get(line[:1], "")))


def _summary(done: Imported) -> str:
    counts = ((done.changed, "changed"), (done.added, "added"), (done.removed, "removed"))
    told = [f"{size} row{'' if size == 1 else 's'} {word}" for size, word in counts if size]
    return ", ".join(told)
