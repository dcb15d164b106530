"""Write docs/boundaries.md from the boundaries.yaml files: `python tests/policies/render_boundaries.py`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "boundaries.md"

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from tests.policies.boundaries import Boundary, all_boundaries  # noqa: E402

HEAD = """# Boundaries

Each figure and each day on which a rule turns, with the scenarios on its three sides: one step below or the day before,
the boundary itself, one step above or the day after. `merit test policies -k "WORDS OF A NAME"` runs a scenario.

This page is made from `policies/**/boundaries.yaml` by `python tests/policies/render_boundaries.py`.
"""


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
    return file.removeprefix("policies/").removesuffix(".scenarios.yaml")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("[", "\\[").replace("]", "\\]")


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(all_boundaries()), encoding="utf-8")
