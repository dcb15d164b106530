"""What the commands share at the terminal: colours, and failures with their exit codes."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from cli.data_files import Data, DataErrors, DataProblem, read_data
from dsl import cache
from dsl.cache import Cache
from dsl.diagnostics import Diagnostic, proposed
from dsl.load import Loaded, load_sources, policy_files
from dsl.render import summary
from dsl.source import Source, read_source
from evaluator import limits
from evaluator.engine import Engine
from review.formats.diagnostics import text_of
from review.formats.format import Formats
from review.languages.voice import ENGLISH, LANGUAGES, UnknownLanguage, language

CLEAN, FINDINGS, USAGE, BROKEN = 0, 1, 2, 3
"""Exit codes: answered; findings or an expectation not met; usage; error in policies, facts or scenarios."""

Command = TypeVar("Command", bound=Callable[..., Any])
Result = TypeVar("Result")

DEFAULT_POLICIES = "policies"

_COLOURS: dict[str, dict[str, Any]] = {
    "head": {"bold": True},
    "faint": {"dim": True},
    "met": {"fg": "green"},
    "eligible": {"fg": "green"},
    "partly_met": {"fg": "yellow"},
    "undetermined": {"fg": "yellow"},
    "warning": {"fg": "yellow"},
    "info": {"fg": "cyan"},
    "unmet": {"fg": "red"},
    "not_eligible": {"fg": "red"},
    "error": {"fg": "red"},
}


def paint(text: str, kind: str) -> str:
    """Colour a text; ``echo`` takes colours out again where the output is no terminal."""
    return click.style(text, **_COLOURS[kind]) if kind in _COLOURS and not os.environ.get("NO_COLOR") else text


def format_option(*tables: Iterable[str]) -> Callable[[Command], Command]:
    """Return the option that chooses among the formats of some tables; the first is the default."""
    names = list(dict.fromkeys(name for table in tables for name in table))
    return click.option("--format", "form", type=click.Choice(names), default=names[0], show_default=True)


def echo_in(form: str, formats: Formats[Result], result: Result) -> None:
    """Print a result in a format."""
    click.echo(formats[form](result, paint), nl=False)


class Broken(click.ClickException):
    """What was given cannot be used: lines that say why, and exit code 3."""

    exit_code = BROKEN

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))

    def show(self, file: Any = None) -> None:
        """Print the lines on standard error."""
        click.echo(self.message, err=True)


def _as_day(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """Read a day written year-month-day, or tell why it is none."""
    if value is None:
        return None
    option = parameter.opts[0]
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        fail_usage(f"{option}: {value} is no date; write year-month-day, like 2022-10-03")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        fail_usage(f"{option}: {value} is not a day of the calendar")
    if not limits.is_inside(day):
        fail_usage(f"{option}: {limits.DayOutside(day)}; {limits.SPAN_ADVICE}")
    return day


def day_option(name: str, parameter: str, told: str) -> Callable[[Command], Command]:
    """Return an option that takes a day, given to commands as a day or None under the name of a parameter."""
    return click.option(name, parameter, metavar="DATE", callback=_as_day, help=told)


def as_of_option(purpose: str, *, otherwise: str = "today") -> Callable[[Command], Command]:
    """Return the option ``--as-of``, given to commands as a day or None; ``otherwise`` is what None stands for."""
    told = f"{purpose}; {otherwise} where none is given."
    return click.option("--as-of", metavar="DATE", callback=_as_day, help=told)


policies_option = click.option(
    "--policies", multiple=True, metavar="PATH", help="Policy files and folders.  [default: policies]"
)
"""The option ``--policies``, given to commands as paths to be opened by ``policy_folders``."""


def _as_language(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Return a language that there is, or tell which there are."""
    try:
        return language(value)
    except UnknownLanguage as error:
        near = proposed(value, LANGUAGES)
        fail_usage(f"--lang: {error}{f'; {near}' if near else ''}")


language_option = click.option(
    "--lang",
    "language",
    metavar="LANGUAGE",
    default=ENGLISH,
    show_default=True,
    callback=_as_language,
    help=f"Language of what is told: {', '.join(LANGUAGES)}.",
)
"""The option ``--lang``, given to commands as the tag of a language that there is."""


engine_option = click.option(
    "--engine",
    type=click.Choice(("compiled", "reference")),
    help="By compiled functions where nobody asks why, or by the interpreter alone.  [default: compiled]",
)
"""The option ``--engine``, given to commands as the name of what decides."""


def today() -> date:
    """Return the day it is here; only commands ask, decisions are told."""
    return datetime.now().astimezone().date()


def fail_usage(message: str) -> NoReturn:
    """Leave with a line and exit code 2."""
    raise click.UsageError(message)


def existing(paths: Iterable[str]) -> list[Path]:
    """Return paths that exist, or leave with exit code 2."""
    found = [Path(path) for path in paths]
    for path in found:
        if not path.exists():
            fail_usage(f"there is no `{path}`")
    return found


def policy_folders(paths: Sequence[str]) -> list[Path]:
    """Return the policies to load: those named, else the folder ``policies``."""
    if not paths and not Path(DEFAULT_POLICIES).exists():
        fail_usage(f"there is no folder `{DEFAULT_POLICIES}` here; name the policies with --policies")
    return existing(paths or (DEFAULT_POLICIES,))


def load_engine(paths: Sequence[Path], *, reference: bool = False) -> Engine:
    """Return the engine of policies, or leave with their errors and exit code 3; ``reference``: the interpreter alone."""
    loaded = without_errors(paths)
    return Engine.of(loaded, reference=reference)


def without_errors(paths: Sequence[Path]) -> Loaded:
    """Return policies that can be decided, or leave with their errors and exit code 3."""
    loaded = load_policies(paths)
    if loaded.errors:
        raise Broken([*map(diagnostic_text, loaded.diagnostics), summary(loaded.diagnostics)])
    return loaded


def load_policies(paths: Sequence[Path]) -> Loaded:
    """Read and check policies, or those of one bundle; leave with exit code 3 where a file cannot be read, and 2 where there is none."""
    if len(paths) == 1 and _is_bundle(paths[0]):
        return load_sources(_of_bundle(paths[0]), kept())
    try:
        files = policy_files(paths)
    except UnicodeDecodeError as error:
        raise Broken([f"error: a file in {_quoted(paths)} is not UTF-8: {error.reason}"]) from error
    if not files:
        fail_usage(f"there are no policies in {_quoted(paths)}")
    return load_sources([source_of(file) for file in files], kept())


def _is_bundle(path: Path) -> bool:
    """Whether a file begins as a bundle does, whatever it is called."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(10) == b".manifest\0"


def _of_bundle(path: Path) -> list[Source]:
    """Return the policy files of a bundle that is whole; who signed it is not looked at."""
    from server.bundle import MAX_BYTES, WrongBundle, unpack

    try:
        with path.open("rb") as stream:
            return unpack(stream.read(MAX_BYTES + 1)).sources
    except WrongBundle as error:
        raise Broken([f"error: `{path}` cannot be used: {error}"]) from error


def kept() -> Cache | None:
    """Return what was read of policies before; None where nothing is to be kept."""
    context = click.get_current_context(silent=True)
    where = None if context is not None and context.find_root().params.get("no_cache") else cache.folder()
    return None if where is None else Cache(where, lambda message: click.echo(f"note: {message}", err=True))


def _quoted(paths: Sequence[Path]) -> str:
    return ", ".join(f"`{path}`" for path in paths)


def diagnostic_text(diagnostic: Diagnostic) -> str:
    """Return a diagnostic as text, its severity coloured."""
    return text_of(diagnostic, paint)


def source_of(path: Path) -> Source:
    """Read a text file, or standard input where the path is ``-``; leave with exit code 3 where that is not possible."""
    try:
        if path == Path("-"):
            return Source("<stdin>", sys.stdin.buffer.read().decode("utf-8").replace("\r\n", "\n"))
        return read_source(path)
    except UnicodeDecodeError as error:
        raise Broken([f"error: `{path}` is not UTF-8 at byte {error.start}"]) from error
    except OSError as error:
        raise Broken([f"error: `{path}` cannot be read: {error.strerror}"]) from error


def read_file(path: Path) -> Data:
    """Read a YAML or JSON file, or leave with what is wrong with it and exit code 3."""
    try:
        return read_data(source_of(path))
    except DataErrors as errors:
        raise Broken(problem_lines(errors.problems)) from errors


def problem_lines(problems: Iterable[DataProblem]) -> list[str]:
    """Return problems as text in the order of their places."""
    return [
        problem_text(problem) for problem in sorted(problems, key=lambda one: (one.span.source.name, one.span.start))
    ]


def problem_text(problem: DataProblem) -> str:
    """Return a problem of a data file as text, in the manner of a diagnostic."""
    span = problem.span
    lines = [f"{span.place}: {paint('error', 'error')}: {problem.message}"]
    if span.source.text:
        width = len(str(span.line))
        shown = span.source.line_text(span.line)
        length = max(1, min(span.end - span.start, len(shown) - span.column + 1))
        lines += [f"  {span.line} | {shown}", f"  {' ' * width} | {' ' * (span.column - 1)}{'^' * length}"]
    if problem.help:
        lines.append(f"  help: {problem.help}")
    return "\n".join(lines)
