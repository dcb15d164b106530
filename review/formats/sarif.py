"""Diagnostics as SARIF 2.1.0, which code hosts show beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dsl.codes import CODES, explain
from dsl.diagnostics import Diagnostic, Fix, Severity
from dsl.source import Span
from evaluator.engine import engine_name

Json = Any
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(found: Sequence[Diagnostic]) -> dict[str, Json]:
    """Return a log with one run: the rules that were broken, with their help, and where, with fixes."""
    name, _, version = engine_name().partition(" ")
    codes = sorted({diagnostic.code for diagnostic in found})
    driver = {"name": name, "version": version, "rules": [_rule(code) for code in codes]}
    results = [_result(diagnostic, codes.index(diagnostic.code)) for diagnostic in found]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _rule(code: str) -> dict[str, Json]:
    entry = CODES[code]
    return {
        "id": code,
        "name": entry.name,
        "shortDescription": {"text": entry.meaning},
        "fullDescription": {"text": entry.why},
        "help": {"text": explain(code)},
    }


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Json]:
    message = diagnostic.message + (f"; {diagnostic.help}" if diagnostic.help else "")
    result: dict[str, Json] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": message},
        "locations": [{"physicalLocation": _place(diagnostic.span)}],
    }
    if diagnostic.labels:
        result["relatedLocations"] = [
            {"id": index, "physicalLocation": _place(label.span), "message": {"text": label.text}}
            for index, label in enumerate(diagnostic.labels)
        ]
    if diagnostic.fix is not None:
        result["fixes"] = [_fix(diagnostic.fix)]
    return result


def _fix(fix: Fix) -> dict[str, Json]:
    changes: dict[str, list[Json]] = {}
    for edit in fix.edits:
        replacement = {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.replacement}}
        changes.setdefault(_uri(edit.span), []).append(replacement)
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {"artifactLocation": {"uri": uri}, "replacements": replacements} for uri, replacements in changes.items()
        ],
    }


def _place(span: Span) -> dict[str, Json]:
    return {"artifactLocation": {"uri": _uri(span)}, "region": _region(span)}


def _uri(span: Span) -> str:
    return Path(span.source.name).as_posix()


def _region(span: Span) -> dict[str, Json]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.source.line_of(span.end),
        "endColumn": span.source.column_of(span.end),
    }
