"""``merit table``: tables of policies to CSV or Excel and back, for those who edit them in a spreadsheet."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
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
from dsl.diagnostics import Diagnostic, proposed
from dsl.format.csv_tables import (
    Imported,
    PolicyTable,
    Problem,
    column_of,
    csv_rows,
    export_csv,
    import_rows,
    place_in,
    tables_in,
)
from dsl.format.spreadsheets import AS_XLSX, SAVE_AS, Unreadable, csv_text
from dsl.format.workbooks import column_letters, export_workbook, is_old_workbook, is_workbook, workbook_rows
from dsl.load import load_sources, policy_files
from dsl.source import Source


@click.group(short_help="Tables to CSV or Excel and back.")
def table() -> None:
    """Write a table of the policies as CSV or an Excel workbook, and bring back what was changed in it.

    Comments, citations and dates stay: what is behind a row is a column of its own.
    """


@table.command(name="export", short_help="Write a table as CSV or an Excel workbook.")
@click.argument("name")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["csv", "xlsx"]),
    help="As CSV or as an Excel workbook; where none is given, as the name of FILE ends, else as CSV.",
)
@click.option("--out", metavar="FILE", help="Where to write it; to standard output where none is given.")
@policies_option
def export_command(name: str, format_: str | None, out: str | None, policies: tuple[str, ...]) -> None:
    """Write the table NAME as CSV, or as an Excel workbook."""
    found, _ = _find(name, policy_folders(policies))
    is_workbook_ = format_ == "xlsx" or (format_ is None and out is not None and out.lower().endswith(".xlsx"))
    if is_workbook_:
        if out is None:
            fail_usage("a workbook is no text: say where to write it with `--out FILE`")
        _need_workbooks()
        Path(out).write_bytes(export_workbook(found))
    elif out is None:
        click.echo(export_csv(found), nl=False)
        return
    else:
        Path(out).write_text(export_csv(found), encoding="utf-8", newline="")
    click.echo(f"{out}: {len(found.rows)} rows of {name}")


@table.command(name="import", short_help="Bring back an edited CSV or workbook.")
@click.argument("name")
@click.argument("file")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; show what would change, and exit with 1.")
@policies_option
def import_command(name: str, file: str, only_check: bool, policies: tuple[str, ...]) -> None:
    """Change the table NAME in the policies to what FILE has; - is standard input.

    Only changed cells and rows are touched. FILE is CSV in UTF-8, or an Excel workbook (.xlsx), of which the sheet of the
    table's name is read, or the only one; dates as spreadsheets write them (10/23/2022) are read where the file leaves one
    reading only. What the policies could not be loaded with is not written.
    """
    found, sources = _find(name, policy_folders(policies))
    if file != "-" and not Path(file).exists():
        fail_usage(f"there is no `{file}`")
    read = _read(file, found)
    done = Imported(found.source.text, problems=read.problems) if read.problems else import_rows(found, read.rows)
    if done.problems:
        shown = [f"{read.at(one.line, one.column)}: {paint('error', 'error')}: {one.message}" for one in done.problems]
        helps = [f"\n  help: {one.help}" if one.help else "" for one in done.problems]
        raise Broken([line + more for line, more in zip(shown, helps, strict=True)])
    if done.text == found.source.text:
        click.echo(f"{found.source.name}: {name} is as in {file}")
        sys.exit(CLEAN)
    _refuse_errors(sources, found, done, read)
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


@dataclass(frozen=True)
class _Rows:
    """What a file has: its rows as texts, what of it could not be read, and how its cells are called."""

    file: str
    rows: list[list[str]]
    columns: tuple[str, ...]
    is_workbook: bool = False
    problems: tuple[Problem, ...] = ()

    def at(self, line: int, column: str = "") -> str:
        """Return where something stands in the file: `file.csv:7`, `file.xlsx!B7`."""
        if not self.is_workbook:
            return f"{self.file}:{line}"
        headings = [column_of(heading, self.columns) for heading in self.rows[0]] if self.rows else []
        letters = column_letters(headings.index(column)) if column in headings else ""
        return f"{self.file}!{letters}{line}" if letters else f"{self.file}!{line}:{line}"


def _read(file: str, table: PolicyTable) -> _Rows:
    """Return the rows of a file, or leave with what to do about it and exit code 3."""
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    columns = (*table.columns, table.notes_column)
    if is_old_workbook(data):
        raise Broken(
            [f"{file}: {paint('error', 'error')}: this is a workbook of Excel before 2007", f"  help: {AS_XLSX}"]
        )
    if is_workbook(data):
        _need_workbooks()
        try:
            rows, problems = workbook_rows(table, data)
        except Unreadable as error:
            advice = "export the table again, and edit that file"
            raise Broken([f"{file}: {paint('error', 'error')}: {error}", f"  help: {advice}"]) from error
        return _Rows(file, rows, columns, True, tuple(problems))
    try:
        return _Rows(file, csv_rows(csv_text(data)), columns)
    except Unreadable as error:
        raise Broken([f"{file}: {paint('error', 'error')}: {error}", f"  help: {SAVE_AS}"]) from error


def _need_workbooks() -> None:
    """Leave with what to install, where workbooks can't be read or written."""
    if find_spec("openpyxl") is None:
        fail_usage("workbooks need openpyxl; install merit[excel]")


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


def _refuse_errors(sources: Sequence[Source], table: PolicyTable, done: Imported, read: _Rows) -> None:
    """Leave with the errors that the change would bring into policies that have none, each with its cell in the file."""
    if load_sources(sources).errors:
        return
    new = Source(table.source.name, done.text)
    loaded = load_sources([new if source is table.source else source for source in sources])
    if not loaded.errors:
        return
    now = next(one for one in tables_in(new) if one.name == table.name)

    def told(error: Diagnostic) -> str:
        place = place_in(now, error.span.start) if error.span.source.name == new.name else None
        if place is None or place[0] >= len(done.numbers):
            return diagnostic_text(error)
        return f"{read.at(done.numbers[place[0]], place[1])}: {diagnostic_text(error)}"

    raise Broken([*map(told, loaded.errors), "nothing was written"])


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
