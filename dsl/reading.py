"""Texts of policies to a checked document: all that is done where nothing of it was kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

from dsl import document as d
from dsl.check.document import check
from dsl.core import Core
from dsl.diagnostics import Diagnostic, Severity, sorted_diagnostics
from dsl.lower.to_core import lower
from dsl.lower.to_document import lower_trees, merge
from dsl.mistakes.mend import told
from dsl.mistakes.trial import UNKNOWN_NAME, tried
from dsl.mistakes.turns import of_finding
from dsl.parser import block_at, nouns_in, parse, reads
from dsl.sheets import read_sheet
from dsl.source import Source, Span
from dsl.syntax import Block

MOST_TURNS = 100
"""How many findings are looked at for a turn of phrase; what comes after is told as it is."""

Part: TypeAlias = tuple[d.Document, tuple[Diagnostic, ...], tuple[Diagnostic, ...], tuple[Block, ...]]
"""What one source says by itself, how it is mistyped, what does not check in it, and its broken blocks."""


def checked(
    sources: Sequence[Source], read: Callable[[Source, frozenset[str]], Part]
) -> tuple[d.Document, Core, tuple[Diagnostic, ...]]:
    """Return the document of sources, its core, and all that is wrong with them, sorted.

    Args:
        sources: the texts.
        read: says what one of them says by itself: ``part_of``, or what it told before. It is told which words the others
            declare as kinds.
    """
    nouns = frozenset(noun for source in sources for noun in _nouns_of(source))
    found: list[Diagnostic] = []
    follows: list[Diagnostic] = []
    parts: list[d.Document] = []
    broken: list[Block] = []
    for source in sources:
        part, own, own_follows, blocks = read(source, nouns)
        found.extend(own)
        follows.extend(own_follows)
        broken.extend(blocks)
        parts.append(part)
    diagnostics: list[Diagnostic] = []
    document = merge(parts, diagnostics)
    core, more = lower(document)
    diagnostics.extend(more)
    diagnostics.extend(check(document, core, diagnostics))
    found = tried(found, (*follows, *diagnostics), broken)
    found.extend(_in_other_words(_beside((*follows, *diagnostics), broken, document.tables)))
    return document, core, tuple(sorted_diagnostics(found))


@lru_cache(maxsize=256)
def part_of(source: Source, nouns: frozenset[str] = frozenset()) -> Part:
    """Return what one source says by itself, how it is mistyped, what does not check in it, and its broken blocks.

    Kept, because who watches or mends policies reads the same sources again and again, all but one of them unchanged.
    """
    if _is_sheet(source):
        part, diagnostics = read_sheet(source)
        return part, tuple(diagnostics), (), ()
    tree, diagnostics = parse(source, nouns)
    broken = tuple(block for block in tree.blocks if block.form is None)
    part, more = lower_trees([tree])
    return part, tuple(diagnostics), tuple(more), broken


def _is_sheet(source: Source) -> bool:
    return source.name.endswith((".json", ".yaml", ".yml"))


def _nouns_of(source: Source) -> frozenset[str]:
    """Return the words that a source declares as kinds."""
    return frozenset(part_of(source)[0].kinds) if _is_sheet(source) else nouns_in(source.text)


def _beside(
    diagnostics: Sequence[Diagnostic], broken: Sequence[Block], tables: Mapping[str, d.Table]
) -> list[Diagnostic]:
    """Leave out what follows from blocks that do not parse: all inside them, and names they may have given.

    A block that reads once its mistakes are mended has told its names; of the others every word may be one, and every
    row of the table that a family is made of.
    """
    if not broken:
        return list(diagnostics)
    lost: set[str] = set()
    for block in broken:
        if block.mended is None:
            lost.update(re.findall(r"[a-z]\w*", block.span.text))
            for name in re.findall(r"each\s+row\s+of\s+(\w+)", block.span.text):
                rows = tables[name].rows if name in tables else ()
                lost.update(cell.names[0] for row in rows for cell in row.cells[:1] if isinstance(cell, d.Names))
    return [
        diagnostic
        for diagnostic in diagnostics
        if not any(_within(diagnostic.span, block.span) for block in broken)
        and not (diagnostic.code in UNKNOWN_NAME and diagnostic.span.text.rsplit(".", 1)[-1] in lost)
    ]


def _in_other_words(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Tell turns of phrase that can be read and do not check, in place of what follows from them.

    What else is found on such a line proposes nothing: it speaks of words that are not meant.
    """
    meant = [_turn_of(one) if index < MOST_TURNS else None for index, one in enumerate(found)]
    lines = {(one.span.source.name, one.span.line) for one in meant if one is not None}
    return [
        turn if turn is not None
        else replace(one, fix=None) if (one.span.source.name, one.span.line) in lines
        else one
        for one, turn in zip(found, meant, strict=True)
    ]  # fmt: skip


def _turn_of(found: Diagnostic) -> Diagnostic | None:
    source = found.span.source
    if found.severity is not Severity.ERROR or not source.name.endswith(".policy"):
        return None
    block = block_at(source, found.span)
    if block is None:
        return None
    for meant in of_finding(block.text, found.span.start - block.start, found.span.end - block.start, found.message):
        if not meant.edits or reads(block, meant.edits):
            return told(meant, block)
    return None


def _within(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end
