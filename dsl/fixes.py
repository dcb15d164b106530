"""What diagnostics propose, done: the edits of their fixes made in the text."""

from __future__ import annotations

from collections.abc import Iterable

from dsl.diagnostics import Diagnostic, Edit


def apply_fixes(text: str, diagnostics: Iterable[Diagnostic], *, only_safe: bool = False) -> str:
    """Return the text with the fixes of its diagnostics made.

    A fix is made as a whole or not at all: one whose edits overlap those of an earlier diagnostic, or lie in another
    source, waits for the next time.

    Args:
        text: the text of the source that the diagnostics speak of.
        diagnostics: in order; what is fixed first wins.
        only_safe: leave out fixes that may change what the author meant.
    """
    taken: dict[tuple[int, int, str], None] = {}
    for diagnostic in diagnostics:
        fix = diagnostic.fix
        if fix is None or (only_safe and not fix.safe):
            continue
        edits = [_key(edit) for edit in fix.edits]
        here = all(edit.span.source.text == text for edit in fix.edits)
        if here and not any(_overlap(edit, other) for edit in edits for other in taken):
            taken.update(dict.fromkeys(edits))
    for start, end, replacement in sorted(taken, key=lambda edit: edit[:2])[::-1]:
        text = text[:start] + replacement + text[end:]
    return text


def _key(edit: Edit) -> tuple[int, int, str]:
    return edit.span.start, edit.span.end, edit.replacement


def _overlap(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    """Whether two different edits touch the same text; insertions at one place both stand."""
    if one == other:
        return one[0] == one[1]
    return one[0] < other[1] and other[0] < one[1]
