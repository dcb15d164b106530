"""Diagnostics as text and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dsl.diagnostics import Diagnostic, Label, Severity
from dsl.source import Span

Json = Any


def as_text(diagnostic: Diagnostic) -> str:
    """Return a diagnostic with the lines it speaks of underlined, and its advice."""
    lines = [f"{diagnostic.span.place}: {diagnostic.severity}: {diagnostic.message} [{diagnostic.code}]"]
    lines.extend(_snippet(diagnostic.span, "^", ""))
    for label in diagnostic.labels:
        lines.extend(_labelled(label, diagnostic.span))
    if diagnostic.help:
        lines.append(f"  help: {diagnostic.help}")
    return "\n".join(lines)


def _labelled(label: Label, main: Span) -> list[str]:
    same = label.span.source is main.source
    head = [] if same else [f"  {label.span.place}"]
    return [*head, *_snippet(label.span, "-", label.text)]


def _snippet(span: Span, mark: str, text: str) -> list[str]:
    if not span.source.text:
        return []
    line = span.line
    shown = span.source.line_text(line)
    width = len(str(line))
    length = max(1, min(span.end, span.start + len(shown) - span.column + 1) - span.start)
    under = " " * (span.column - 1) + mark * length
    return [f"  {line} | {shown}", f"  {' ' * width} | {under}{f' {text}' if text else ''}"]


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """Return how many errors and warnings there are."""
    found = list(diagnostics)
    errors = sum(d.severity is Severity.ERROR for d in found)
    warnings = len(found) - errors

    def counted(size: int, word: str) -> str:
        return f"{size} {word}{'' if size == 1 else 's'}"

    return f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"


def as_json(diagnostic: Diagnostic) -> dict[str, Json]:
    """Return a diagnostic as JSON, places with 1-based lines and columns."""
    result: dict[str, Json] = {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        **_place(diagnostic.span),
    }
    if diagnostic.help:
        result["help"] = diagnostic.help
    if diagnostic.labels:
        result["labels"] = [{"text": label.text, **_place(label.span)} for label in diagnostic.labels]
    if diagnostic.fix is not None:
        edits = [{"replacement": edit.replacement, **_place(edit.span)} for edit in diagnostic.fix.edits]
        result["fix"] = {"title": diagnostic.fix.title, "safe": diagnostic.fix.safe, "edits": edits}
    return result


def _place(span: Span) -> dict[str, Json]:
    source = span.source
    return {
        "file": source.name,
        "line": span.line,
        "column": span.column,
        "end_line": source.line_of(span.end),
        "end_column": source.column_of(span.end),
    }
