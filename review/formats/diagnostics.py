"""What a check found, as text for people and as annotations of a code host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsl.diagnostics import Diagnostic, Severity
from dsl.load import Loaded
from dsl.render import as_json, as_text, summary
from review.formats.format import Formats, in_json, in_lines
from review.formats.sarif import sarif
from review.words.decision_text import Paint


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of policies found.

    ``kept`` counts what stands in the baseline and is not among ``found``.
    """

    found: Sequence[Diagnostic]
    loaded: Loaded
    kept: int = 0


def text_of(diagnostic: Diagnostic, paint: Paint) -> str:
    """Return a diagnostic as text, its severity coloured."""
    head, line_break, rest = as_text(diagnostic).partition("\n")
    severity = diagnostic.severity.value
    return head.replace(f": {severity}:", f": {paint(severity, severity)}:", 1) + line_break + rest


def summary_of(checked: Checked) -> str:
    """Return how much was looked at, what was found, and what can be fixed by which option."""
    found, files, rules = checked.found, len(checked.loaded.sources), len(checked.loaded.core.rules)
    counted = f"{files} file{'' if files == 1 else 's'}, {rules} rule{'' if rules == 1 else 's'}"
    known = f", {checked.kept} in the baseline" if checked.kept else ""
    safe = sum(one.fix is not None and one.fix.safe for one in found)
    unsafe = sum(one.fix is not None for one in found) - safe
    options = [f"{count} with {option}" for count, option in ((safe, "--fix"), (unsafe, "--unsafe-fixes")) if count]
    fixable = f"\ncan be fixed: {', '.join(options)}" if options else ""
    return f"{counted}: {summary(found)}{known}{fixable}"


def github(diagnostic: Diagnostic) -> str:
    """Return a workflow command, which GitHub shows as an annotation of the line."""
    span = diagnostic.span
    message = diagnostic.message + (f"\nhelp: {diagnostic.help}" if diagnostic.help else "")
    place = f"file={_property(span.source.name)},line={span.line},col={span.column}"
    end = f"endLine={span.source.line_of(span.end)},endColumn={span.source.column_of(span.end)}"
    word = "notice" if diagnostic.severity is Severity.INFO else diagnostic.severity
    return f"::{word} {place},{end},title={diagnostic.code}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


CHECK = Formats[Checked](
    text=lambda checked, paint: in_lines([*(text_of(one, paint) for one in checked.found), summary_of(checked)]),
    json=lambda checked, _: in_json([as_json(one) for one in checked.found]),
    github=lambda checked, _: in_lines(map(github, checked.found)),
    sarif=lambda checked, _: in_json(sarif(checked.found)),
)
