"""Proposals tried: one that reads is kept only where what it makes of the text checks in that place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dsl.diagnostics import Diagnostic, Edit, Severity
from dsl.source import Span
from dsl.syntax import Block

SIGNS = frozenset({"P003", "P004", "P007", "P010", "P011", "P012", "P016"})
"""Codes of braces, days, figures and signs: what is meant by them is sure, whatever is said with them."""


def tried(found: Sequence[Diagnostic], follows: Sequence[Diagnostic], broken: Sequence[Block]) -> list[Diagnostic]:
    """Return what is told of mistyped blocks, without the fixes that would leave another error in their place.

    An error that has a fix of its own is the next of several mistakes. A word that is guessed for its spelling is not
    told at all then, but what can stand in its place.

    Args:
        found: what is mistyped, with the fixes that the blocks read on with.
        follows: what does not check when they are made.
        broken: the blocks, as they read then.
    """
    errors = [one for one in follows if one.severity is Severity.ERROR and one.fix is None]
    mended = [block for block in broken if block.mended is not None]
    guesses = {one: plain for block in mended for one, plain in block.guesses}
    told: list[Diagnostic] = []
    wrong_from: list[Span] = []
    for one in found:
        if any(_within(one.span, block) for block in wrong_from):
            continue  # It was found in what a wrong guess made of the block.
        if one.fix is None or one.code in SIGNS or not any(_within(one.span, block.span) for block in mended):
            told.append(one)
            continue
        wrong = next((error for error in errors if any(_touches(edit, error.span) for edit in one.fix.edits)), None)
        if wrong is None:
            told.append(one)
        elif one in guesses:
            told.append(guesses[one])
            wrong_from.extend(block.span for block in mended if _within(one.span, block.span))
        else:
            told.append(replace(one, help=f"{one.help}; then {wrong.message}", fix=None))
    return told


def _touches(edit: Edit, place: Span) -> bool:
    span = edit.span
    return span.source is place.source and span.start <= place.end and place.start <= span.end


def _within(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end
