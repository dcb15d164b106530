"""What the commands share at the terminal: colours, and failures with their exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click

from cli.data_files import Data, DataErrors, DataProblem, read_data
from dsl.diagnostics import Diagnostic, PolicyErrors
from dsl.load import load, policy_files
from dsl.render import as_text, summary
from dsl.source import read_source
from evaluator.engine import Engine

CLEAN, FINDINGS, USAGE, BROKEN = 0, 1, 2, 3
"""Exit codes: answered; findings or an expectation not met; usage; error in policies, facts or scenarios."""

DEFAULT_POLICIES = "policies"

_COLOURS: dict[str, dict[str, Any]] = {
    "head": {"bold": True},
    "faint": {"dim": True},
    "met": {"fg": "green"},
    "eligible": {"fg": "green"},
    "partly_met": {"fg": "yellow"},
    "undetermined": {"fg": "yellow"},
    "warning": {"fg": "yellow"},
    "unmet": {"fg": "red"},
    "not_eligible": {"fg": "red"},
    "error": {"fg": "red"},
}


def paint(text: str, kind: str) -> str:
    """Colour a text; ``echo`` takes colours out again where the output is no terminal."""
    return click.style(text, **_COLOURS[kind]) if kind in _COLOURS else text


def echo_json(value: Any) -> None:
    """Print JSON with its texts as they are."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


class Broken(click.ClickException):
    """What was given cannot be used: lines that say why, and exit code 3."""

    exit_code = BROKEN

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))

    def show(self, file: Any = None) -> None:
        """Print the lines on standard error."""
        click.echo(self.message, err=True)


class Day(click.ParamType):
    """A day written year-month-day."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a day, or tell why it is none."""
        if isinstance(value, date):
            return value
        text = str(value)
        if len(text) != len("2022-10-03") or not text.replace("-", "").isdigit():
            self.fail(f"{text} is no date; write year-month-day, like 2022-10-03", param, ctx)
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.fail(f"{text} is not a day of the calendar", param, ctx)


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


def load_engine(paths: Sequence[Path]) -> Engine:
    """Return the engine of policies, or leave with their errors and exit code 3."""
    try:
        if not policy_files(paths):
            raise Broken([f"error: there are no policies in {', '.join(f'`{path}`' for path in paths)}"])
        return Engine(load(paths))
    except PolicyErrors as errors:
        raise Broken([*map(diagnostic_text, errors.diagnostics), summary(errors.diagnostics)]) from errors
    except (OSError, UnicodeDecodeError) as error:
        raise Broken([f"error: the policies cannot be read: {error}"]) from error


def diagnostic_text(diagnostic: Diagnostic) -> str:
    """Return a diagnostic as text, its severity coloured."""
    head, line_break, rest = as_text(diagnostic).partition("\n")
    word = f": {diagnostic.severity}:"
    return head.replace(word, f": {paint(diagnostic.severity.value, diagnostic.severity.value)}:", 1) + line_break + rest


def read_file(path: Path) -> Data:
    """Read a YAML or JSON file, or leave with what is wrong with it and exit code 3."""
    try:
        return read_data(read_source(path))
    except DataErrors as errors:
        raise Broken([problem_text(problem) for problem in errors.problems]) from errors
    except (OSError, UnicodeDecodeError) as error:
        raise Broken([f"error: `{path}` cannot be read: {error}"]) from error


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
