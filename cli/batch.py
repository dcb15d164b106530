"""``merit batch``: decisions on many partners at once."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.console import FINDINGS, Broken, as_of_option, fail_usage, load_engine, policy_folders, today
from evaluator.engine import Engine, UnknownRule

if TYPE_CHECKING:
    from evaluator.columnar.run import Progress

NEEDED = ("duckdb", "pyarrow", "sqlglot")
SLICE = 1_000
"""Partners of a slice: what a run that is killed decides again at most, for each process."""


@click.command(short_help="Decide many partners: Parquet in, Parquet out.")
@click.argument("policies", nargs=-1, metavar="RULES...")
@click.option("--facts", metavar="DIR", help="Tables of facts, as --layout writes them.")
@click.option("--out", metavar="DIR", help="Where tables or decisions are written.")
@as_of_option("Day that is decided")
@click.option(
    "--rules", "patterns", metavar="PATTERN,...", default="*", show_default=True, help="Rules that are decided."
)
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, metavar="N", help="Processes.")
@click.option(
    "--slice",
    "size",
    type=click.IntRange(1),
    default=SLICE,
    show_default=True,
    metavar="N",
    help="Partners that are written at once.",
)
@click.option(
    "--engine",
    "sql_engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What answers the query of the rules.",
)
@click.option("--master", metavar="URL", help="The Spark of --engine spark, as local[2] or spark://host:7077.")
@click.option("--layout", "is_layout", is_flag=True, help="Write the empty tables of facts, with their types.")
@click.option(
    "--import", "lines", metavar="FILE", help="Fill tables of facts from .jsonl, a partner a line; - is standard input."
)
@click.option(
    "--emit-sql",
    "dialect",
    metavar="DIALECT",
    help="Print the query of the rules that are written as one, for an engine; with --layout its tables.",
)
def batch(
    policies: tuple[str, ...],
    facts: str | None,
    out: str | None,
    as_of: date | None,
    patterns: str,
    resume: bool,
    jobs: int,
    size: int,
    sql_engine: str,
    master: str | None,
    is_layout: bool,
    lines: str | None,
    dialect: str | None,
) -> None:
    """Decide the partners of a folder of tables by RULES, by default the folder `policies`.

    --layout writes the tables for the vocabulary of the rules, --import fills them from facts documents; other engines can
    fill them too. Decisions are written in slices: a run that was killed goes on with --resume. What does not fit is
    never left out in silence: it is counted, and listed with its reason in rejects.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        fail_usage(
            f"`merit batch` needs {', '.join(missing)}: install merit[batch] with `pip install '.[batch]'` in the project's folder"
        )
    if (sql_engine == "spark") != (master is not None):
        fail_usage("--engine spark and --master URL go together: --engine spark --master 'local[2]'")
    if sql_engine == "spark" and find_spec("pyspark") is None:
        fail_usage(
            "--engine spark needs pyspark: install merit[spark] with `pip install '.[batch,spark]'` in the project's folder"
        )
    if dialect is not None:
        with _stops():
            if is_layout:
                _emit_layout(load_engine(policy_folders(policies)), dialect)
            else:
                _emit(load_engine(policy_folders(policies)), dialect, _day(as_of), _patterns(patterns))
        return
    if out is None:
        fail_usage("say with --out where to write")
    if is_layout + (lines is not None) + (facts is not None) != 1:
        fail_usage("give the partners with --facts DIR, or ask for --layout, or for --import FILE: one of them")
    engine = load_engine(policy_folders(policies))
    with _stops():
        if is_layout:
            _layout(engine, Path(out))
        elif lines is not None:
            _import(engine, lines, Path(out))
        elif facts is not None:
            asked = (Path(facts), Path(out), _day(as_of), _patterns(patterns))
            _run(engine, *asked, resume=resume, jobs=jobs, size=size, master=master)


def _day(as_of: date | None) -> date:
    if as_of is not None:
        return as_of
    day = today()
    click.echo(f"decided for today, {day}; --as-of takes another day", err=True)
    return day


def _patterns(told: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, told.split(","))))


@contextmanager
def _stops() -> Iterator[None]:
    """Leave with exit code 3 and what to do where tables cannot be read or written."""
    from evaluator.columnar.layout import NamesAlike
    from evaluator.columnar.stopped import Stopped

    try:
        yield
    except Stopped as stopped:
        raise Broken([f"error: {stopped.message}", f"  help: {stopped.help}"]) from stopped
    except NamesAlike as error:
        raise Broken([f"error: {error}"]) from error


def _layout(engine: Engine, out: Path) -> None:
    from evaluator.columnar.arrow import write_empty
    from evaluator.columnar.layout import layout_of
    from evaluator.columnar.stopped import told_plainly

    layout = layout_of(engine.core)
    there = [table.file for table in layout.tables if (out / table.file).exists()]
    if there:
        fail_usage(f"`{out}` holds tables already ({there[0]}); name another folder")
    with told_plainly(f"writing `{out}`"):
        write_empty(layout, out)
    columns = sum(len(table.columns) for table in layout.tables)
    click.echo(f"{len(layout.tables)} tables, {columns:,} columns in {out}")


def _import(engine: Engine, lines: str, out: Path) -> None:
    from evaluator.columnar.importing import REJECTS, import_lines
    from evaluator.columnar.layout import layout_of
    from evaluator.columnar.stopped import told_plainly
    from evaluator.columnar.tables import is_empty

    layout = layout_of(engine.core)
    if not is_empty(out, layout):
        fail_usage(f"`{out}` holds partners already; name another folder")
    begun = time.monotonic()
    shown = sys.stderr.isatty()

    def tell(number: int) -> None:
        if shown:
            click.echo(f"\r{number:,} lines ", err=True, nl=False)

    if lines == "-":
        done = import_lines(sys.stdin.buffer, engine.reader, layout, out, tell)  # type: ignore[arg-type]
    else:
        with told_plainly(f"reading `{lines}`"), Path(lines).open("rb") as stream:
            done = import_lines(stream, engine.reader, layout, out, tell)
    if shown:
        click.echo(err=True)
    rows = sum(done.rows.values()) - done.partners
    click.echo(f"{done.partners:,} partners, {rows:,} other rows in {out} ({time.monotonic() - begun:.1f} s)")
    if done.rejected:
        click.echo(f"{done.rejected:,} of {done.lines:,} lines did not fit: {out / REJECTS} says why")
        sys.exit(FINDINGS)


def _emit_layout(engine: Engine, dialect: str) -> None:
    from evaluator.columnar.emit import emit_layout

    click.echo(emit_layout(engine.core, _known_dialect(dialect)), nl=False)


def _known_dialect(dialect: str) -> str:
    from evaluator.columnar.emit import DIALECTS

    if dialect not in DIALECTS:
        fail_usage(f"--emit-sql: I do not know `{dialect}`; known are {', '.join(DIALECTS)}")
    return dialect


def _emit(engine: Engine, dialect: str, as_of: date, patterns: Sequence[str]) -> None:
    from evaluator.columnar.emit import emit
    from evaluator.columnar.known import NOTHING_KNOWN

    done = emit(engine, _ids(engine, patterns), as_of, _known_dialect(dialect), NOTHING_KNOWN)
    click.echo(done.text, nl=False)
    for rule, why in done.refused.items():
        click.echo(f"note: {rule} is not written: {why}", err=True)


def _ids(engine: Engine, patterns: Sequence[str]) -> list[str]:
    try:
        return list(dict.fromkeys(rule.id for pattern in patterns for rule in engine.asked(pattern)))
    except UnknownRule as error:
        fail_usage(f"{error}; did you mean `{error.suggestion}`?" if error.suggestion else str(error))


def _run(
    engine: Engine,
    facts: Path,
    out: Path,
    as_of: date,
    patterns: tuple[str, ...],
    *,
    resume: bool,
    jobs: int,
    size: int,
    master: str | None,
) -> None:
    # The columns are read here: no other command should wait for them.
    from evaluator.columnar.run import REJECTS, Asked, run

    asked = Asked(facts, out, as_of, tuple(_ids(engine, patterns)), size, jobs, resume, master)
    begun = time.monotonic()
    shown = _Shown(begun) if sys.stderr.isatty() else None
    try:
        done = run(engine, asked, shown.tell if shown is not None else lambda _: None)
    finally:
        if shown is not None:
            shown.end()
    seconds = time.monotonic() - begun
    went_on = f", {done.slices_before} of {done.slices} slices from before" if done.slices_before else ""
    click.echo(
        f"{done.partners:,} partners, {done.rules:,} rules, {done.decisions:,} decisions in {out} ({seconds:.1f} s{went_on})"
    )
    click.echo(
        f"{done.lowered:,} of {done.rules:,} rules as one query, which left {_share(done.left_over, done.partners)} of the partners"
        f" to the row engine; that took {_share(done.by_rows, done.decisions)} of the decisions"
    )
    if done.rejects:
        click.echo(f"{done.rejected:,} partners were not decided: {done.rejects:,} lines in {out / REJECTS} say why")
        sys.exit(FINDINGS)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


class _Shown:
    """A line on a terminal that tells how far it is, how fast, and how long it will take."""

    def __init__(self, begun: float) -> None:
        self._begun = begun

    def tell(self, progress: Progress) -> None:
        done = progress.partners - progress.before
        rate = done / max(time.monotonic() - self._begun, 1e-9)
        left = f", {(progress.of - progress.partners) / rate:,.0f} s left" if done else ""
        share = 100 * progress.partners // max(progress.of, 1)
        click.echo(f"\r{share:3d} % of {progress.of:,} partners, {rate:,.0f} a second{left}   ", err=True, nl=False)

    def end(self) -> None:
        click.echo(err=True)
