"""Dates of forms, sections, versions and entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dsl import document as d
from dsl.core.types import is_empty
from dsl.diagnostics import Diagnostic
from dsl.lower.scope import days_of, swapped_dates


def dates(nodes: Iterable[d.Node], found: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield C401 for the nodes that end before they begin and are not ``found`` yet."""
    told = {(one.span.source, one.span.start) for one in found if one.code == "C401"}
    for node in nodes:
        if isinstance(node, d.Validity) and is_empty(days_of(node)):
            at = node.origin
            if node.start is not None and (at.source, at.start) not in told:
                yield Diagnostic(
                    "C401",
                    f"this ends before it begins on {node.start.day}",
                    at,
                    help="`from` includes its day, `until` excludes it, `through` includes it",
                    fix=swapped_dates(at),
                )
