"""Diagnostics as text and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dsl.diagnostics import Diagnostic, Severity
from dsl.source import Span

Json = Any


def as_text(diagnostic: Diagnostic) -> str:
    """Return a diagnostic with the lines it speaks of underlined, and its advice."""
    lines = [f"{diagnostic.span.place}: {diagnostic.severity}: {diagnostic.message} [{diagnostic.code}]"]
    marks = [(diagnostic.span, "^", ""), *((label.span, "-", label.text) for label in diagnostic.labels)]
    shown: Span | None = None
    for span, mark, text in marks:
        same_line = shown is not None and shown.source is span.source and shown.line == span.line
        if span.source is not diagnostic.span.source and not same_line:
            lines.append(f"  {span.place}")
        lines.extend(_snippet(span, mark, text)[1 if same_line else 0 :])
        shown = span
    if diagnostic.help:
        lines.append(f"  help: {diagnostic.help}")
    return "\n".join(lines)


def _snippet(span: Span, mark: str, text: str) -> list[str]:
    """Return the first line of a span and what underlines it; tabs stay, so that both stand in line."""
    if not span.source.text:
        return []
    line = span.line
    whole = span.source.line_text(line)
    start = min(span.column - 1, len(whole))
    stretch = whole[start : start + span.end - span.start]
    start += len(stretch) - len(stretch.lstrip())
    before = "".join(char if char == "\t" else " " for char in whole[:start])
    under = before + mark * max(1, len(stretch.strip()))
    width = len(str(line))
    return [f"  {line} | {whole}", f"  {' ' * width} | {under}{f' {text}' if text else ''}"]


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """Return how many errors and warnings there are, and how many informations if any."""
    found = list(diagnostics)
    errors, warnings, infos = (
        sum(d.severity is severity for d in found) for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO)
    )

    def counted(size: int, word: str) -> str:
        return f"{size} {word}{'' if size == 1 else 's'}"

    more = f", {counted(infos, 'info')}" if infos else ""
    return f"{counted(errors, 'error')}, {counted(warnings, 'warning')}{more}"


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
