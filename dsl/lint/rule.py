"""What a lint rule is, and how it says what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dsl.diagnostics import Diagnostic, Edit, Fix, Label, Severity
from dsl.lint.policies import Policies
from dsl.source import Span

Find = Callable[[Policies], Iterator[Diagnostic]]


@dataclass(frozen=True, slots=True)
class LintRule:
    """A pattern that is allowed and probably not meant; ``dsl.codes`` tells its name, meaning and reason."""

    code: str
    find: Find


def finding(
    code: str, message: str, span: Span, help_: str, *labels: Label, fix: Fix | None = None, is_info: bool = False
) -> Diagnostic:
    """Return a finding: a warning, or an information that leaves the exit code alone."""
    severity = Severity.INFO if is_info else Severity.WARNING
    return Diagnostic(code, message, span, help_, labels, fix, severity)


def deletion(span: Span, *, safe: bool = False) -> Fix | None:
    """Return the fix that takes a text away with the blank space before it; None where a comment stands in it."""
    source, text = span.source, span.source.text
    if not text or _has_comment(span.text):
        return None
    start, end = len(text[: span.start].rstrip()), span.end
    if start == 0 or text[start - 1] == "{" or _ends_in_comment(text[:start]):
        # What stands before stays on its line; the blank space behind goes in its place.
        start = span.start
        end += len(text[end:]) - len(text[end:].lstrip())
    return Fix("delete it", (Edit(Span(source, start, end), ""),), safe=safe)


def _has_comment(text: str) -> bool:
    in_text = False
    for char in text:
        if char == '"':
            in_text = not in_text
        elif char == "#" and not in_text:
            return True
    return False


def _ends_in_comment(text: str) -> bool:
    return _has_comment(text.rsplit("\n", 1)[-1])
