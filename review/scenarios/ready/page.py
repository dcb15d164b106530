"""The page of boundaries, made from their lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from dsl.diagnostics import Diagnostic
from dsl.source import Source, Span
from review.scenarios.ready.boundaries import Boundary, all_boundaries
from review.scenarios.ready.kept import Kept, duty

HEAD = """# Boundaries

Each figure and each day on which a rule turns, with the scenarios on its three sides: one step below or the day before,
the boundary itself, one step above or the day after. `merit test policies -k "WORDS OF A NAME"` runs a scenario.

This page is made from `policies/**/boundaries.yaml` by `merit test --ready --write`.
"""


def page_duties(kept: Kept, text: str | None) -> Iterator[Diagnostic]:
    """Yield whether the page is another than the lists make.

    Reports:
        R151 a page that is not what it is made from.
    """
    if kept.wanted.page and text != page(all_boundaries(kept)):
        advice = "make it anew with `merit test --ready --write`"
        state = "missing" if text is None else "not what the boundaries.yaml say"
        yield duty("R151", f"`{kept.wanted.page}` is {state}", Span(Source(kept.wanted.page, ""), 0, 0), advice)


def page(boundaries: Sequence[Boundary]) -> str:
    """Return the page."""
    return "\n".join([HEAD, *_areas(boundaries)])


def _areas(boundaries: Sequence[Boundary]) -> Iterator[str]:
    for area in dict.fromkeys(one.area for one in boundaries):
        own = [one for one in boundaries if one.area == area]
        files = list(dict.fromkeys(one.file for one in own))
        yield f"## {area.capitalize()}\n"
        yield "| boundary | rule | kind | before | on | after |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for one in own:
            sides = " | ".join(f"[{_cell(name)}][{_label(one.file)}]" for name in one.sides)
            yield f"| {_cell(one.boundary)} | `{one.rule}` | {one.kind} | {sides} |"
        yield ""
        yield from (f"[{_label(file)}]: ../{file}" for file in files)
        yield ""


def _label(file: str) -> str:
    return str(PurePath(*PurePath(file).parts[1:])).removesuffix(".scenarios.yaml")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("[", "\\[").replace("]", "\\]")
