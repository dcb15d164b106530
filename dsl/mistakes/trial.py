"""Proposals tried: one that reads is kept only where what it makes of the text checks in that place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dsl.diagnostics import Diagnostic, Edit, Severity
from dsl.source import Span
from dsl.syntax import Block

UNKNOWN_NAME = frozenset({"C101", "C102", "C109", "C113", "C115", "C120", "C135", "C602"})
"""Codes of names that nothing gives."""

BRACES = frozenset({"P003", "P004", "P007"})
"""Codes of braces: which of them are missing rests on what is read before them."""


def tried(found: Sequence[Diagnostic], follows: Sequence[Diagnostic], broken: Sequence[Block]) -> list[Diagnostic]:
    """Return what is told of mistyped blocks, without the fixes of words that would leave another error in their place.

    An error that has a fix of its own is the next of several mistakes. A word that is told for its spelling alone is not
    told then, but what can stand in its place; and what was found with it on its line is not told either.

    Args:
        found: what is mistyped, with the fixes that the blocks read on with.
        follows: what does not check when they are made.
        broken: the blocks, as they read then.
    """
    errors = [one for one in follows if one.severity is Severity.ERROR]
    words = {one: plain for block in broken if block.mended is not None for one, plain in block.words}
    told: list[Diagnostic] = []
    wrong: list[Diagnostic] = []
    for one in found:
        if one.code in BRACES and any(_share_a_block(one, other, broken) for other in wrong):
            continue
        if one not in words or one.fix is None:
            told.append(one)
        elif any(_is_beside(one.span, other.span) for other in wrong):
            continue
        elif error := _error_of(one, errors, words[one] is not None):
            wrong.append(one)
            told.append(words[one] or replace(one, help=f"{one.help}; then {error.message}", fix=None))
        else:
            told.append(one)
    return told


def _error_of(one: Diagnostic, errors: Sequence[Diagnostic], is_guess: bool) -> Diagnostic | None:
    """Return an error that stands where a fix was made, or beside it, and is no other mistake of the author."""
    for error in errors:
        for edit in one.fix.edits if one.fix is not None else ():
            if not _touches(edit, error.span):
                continue
            if error.fix is None or (is_guess and error.code in UNKNOWN_NAME and _overlaps(edit, error.span)):
                return error
    return None


def _touches(edit: Edit, place: Span) -> bool:
    """Whether a place is that of an edit, or only blanks stand between them."""
    source, span = edit.span.source, edit.span
    if place.source is not source:
        return False
    between = source.text[min(span.end, place.end) : max(span.start, place.start)]
    return not between.strip(" \t")


def _overlaps(edit: Edit, place: Span) -> bool:
    return edit.span.start < place.end and place.start < edit.span.end


def _is_beside(one: Span, other: Span) -> bool:
    return one.source is other.source and one.line == other.line


def _share_a_block(one: Diagnostic, other: Diagnostic, blocks: Sequence[Block]) -> bool:
    return any(_within(one.span, block.span) and _within(other.span, block.span) for block in blocks)


def _within(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end
