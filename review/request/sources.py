"""What changed figures rest on: sources that are other ones, figures that nothing vouches for, those that are second-hand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from dsl import document as d
from review.diff.compare import Comparison
from review.guide.marks import plain
from review.scenarios.ready.citations import Leaf, shown, uncited
from review.scenarios.ready.kept import Settings, settings_of

_FIGURES = re.compile(r"[0-9][0-9,.-]*")


@dataclass(frozen=True, slots=True)
class Rested:
    """A line of a rule, or a figure, whose words stay while its sources do not."""

    name: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Sources:
    """What the change does to what figures rest on."""

    rested: tuple[Rested, ...]
    uncited: tuple[Leaf, ...]
    """Figures and days of the side after that are not on the side before, and that nothing vouches for."""
    provisional: tuple[Leaf, ...]
    """Those that are second-hand or not final."""


def sources_of(found: Comparison, settings: Settings | None = None) -> Sources:
    """Return what a change does to what figures rest on.

    Args:
        found: the comparison.
        settings: what the policies say of figures that need no source (``ready.yaml``); None: they say nothing.
    """
    own = settings or settings_of({})
    sides = (found.before.document, found.after.document)
    return Sources(
        tuple(dict.fromkeys(_rested(found))),
        _new(*(uncited(side, own) for side in sides)),
        _new(*(_provisional(side) for side in sides)),
    )


def _rested(found: Comparison) -> Iterable[Rested]:
    for one in found.changed:
        for change in (change for stretch in one.stretches for change in stretch.changes):
            if change.kind == "rests on":
                yield Rested(one.name, plain(change.title), plain(change.before), plain(change.after))


def _provisional(document: d.Document) -> Iterable[Leaf]:
    return (node for node in d.walk(document) if isinstance(node, d.Figure | d.Day) and node.provisional)


def _new(before: Iterable[Leaf], after: Iterable[Leaf]) -> tuple[Leaf, ...]:
    """Return the figures that do not stand in such a line before; where a line stands does not matter."""
    known = Counter(map(_line, before))
    found: list[Leaf] = []
    for leaf in after:
        if known[_line(leaf)]:
            known[_line(leaf)] -= 1
        else:
            found.append(leaf)
    return tuple(found)


def _line(leaf: Leaf) -> tuple[str, str]:
    """Return a figure and the words of its line: a figure beside it that changed does not make it another one."""
    source = leaf.origin.source
    words = source.line_text(leaf.origin.line).strip() if source.text else ""
    return _FIGURES.sub("#", words), shown(leaf)
