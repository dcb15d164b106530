"""``merit check``: what is wrong with policies."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cli.console import CLEAN, FINDINGS, diagnostic_text, echo_json, existing, fail_usage, load_policies, policy_folders
from dsl.codes import CODES, explain
from dsl.diagnostics import Diagnostic, Severity, nearest
from dsl.fixes import apply_fixes
from dsl.load import Loaded
from dsl.render import as_json, summary
from evaluator.engine import engine_name

Json = Any
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@click.command(short_help="Report what is wrong with policies.")
@click.argument("paths", nargs=-1)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github", "sarif"]), default="text", show_default=True
)
@click.option("--fix", "mend", is_flag=True, help="Make the proposed changes that keep the meaning, then check.")
@click.option("--unsafe-fixes", "unsafe", is_flag=True, help="Make all proposed changes, then check; review them.")
@click.option("--explain", "code", metavar="CODE", help="Say what a code means, for example C104, and check nothing.")
def check(paths: tuple[str, ...], form: str, mend: bool, unsafe: bool, code: str | None) -> None:
    """Report what is wrong with the policies in PATHS, by default in the folder policies.

    Files are checked together, as they are decided together. Warnings are shown and leave the exit code 0.
    """
    if code is not None:
        _explain(code)
        return
    given = existing(paths) if paths else policy_folders(())
    loaded = load_policies(given)
    if (mend or unsafe) and _mend(loaded, only_safe=not unsafe):
        loaded = load_policies(given)
    match form:
        case "json":
            echo_json([as_json(diagnostic) for diagnostic in loaded.diagnostics])
        case "github":
            for diagnostic in loaded.diagnostics:
                click.echo(_github(diagnostic))
        case "sarif":
            echo_json(_sarif(loaded.diagnostics))
        case _:
            for diagnostic in loaded.diagnostics:
                click.echo(diagnostic_text(diagnostic))
            click.echo(_summary(len(loaded.sources), loaded))
    sys.exit(FINDINGS if loaded.errors else CLEAN)


def _explain(code: str) -> None:
    if code.upper() not in CODES:
        near = nearest(code.upper(), CODES)
        fail_usage(f"there is no code `{code}`" + (f"; did you mean `{near}`?" if near else ""))
    click.echo(explain(code), nl=False)


def _mend(loaded: Loaded, *, only_safe: bool) -> bool:
    """Make the changes that diagnostics propose, in the files; return whether there were any."""
    changed = False
    for source in loaded.sources:
        text = apply_fixes(source.text, loaded.diagnostics, only_safe=only_safe)
        if text != source.text:
            Path(source.name).write_text(text, encoding="utf-8", newline="")
            click.echo(f"mended {source.name}", err=True)
            changed = True
    return changed


def _summary(files: int, loaded: Loaded) -> str:
    rules = len(loaded.core.rules)
    counted = f"{files} file{'' if files == 1 else 's'}, {rules} rule{'' if rules == 1 else 's'}"
    return f"{counted}: {summary(loaded.diagnostics)}"


def _github(diagnostic: Diagnostic) -> str:
    """Return a workflow command, which GitHub shows as an annotation of the line."""
    span = diagnostic.span
    message = diagnostic.message + (f"\nhelp: {diagnostic.help}" if diagnostic.help else "")
    place = f"file={_property(span.source.name)},line={span.line},col={span.column}"
    end = f"endLine={span.source.line_of(span.end)},endColumn={span.source.column_of(span.end)}"
    return f"::{diagnostic.severity} {place},{end},title={diagnostic.code}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _sarif(found: Sequence[Diagnostic]) -> dict[str, Json]:
    name, _, version = engine_name().partition(" ")
    driver = {
        "name": name,
        "version": version,
        "rules": [_rule(code) for code in sorted({diagnostic.code for diagnostic in found})],
    }
    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": list(map(_result, found))}],
    }


def _rule(code: str) -> dict[str, Json]:
    entry = CODES[code]
    return {
        "id": code,
        "name": entry.name,
        "shortDescription": {"text": entry.meaning},
        "help": {"text": explain(code)},
    }


def _result(diagnostic: Diagnostic) -> dict[str, Json]:
    span = diagnostic.span
    message = diagnostic.message + (f"; {diagnostic.help}" if diagnostic.help else "")
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.source.line_of(span.end),
        "endColumn": span.source.column_of(span.end),
    }
    place = {"artifactLocation": {"uri": Path(span.source.name).as_posix()}, "region": region}
    return {
        "ruleId": diagnostic.code,
        "level": "error" if diagnostic.severity is Severity.ERROR else "warning",
        "message": {"text": message},
        "locations": [{"physicalLocation": place}],
    }
