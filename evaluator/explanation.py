"""Why a node has its range, as data: text, JSON and HTML are renderings of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dsl.core import Expr, Named, Type
from evaluator.ranges import Range, Truth, is_settled


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is not known and would narrow a range.

    ``pointer`` is the JSON pointer into the facts where it would stand; for a policy's own unknown figure it is the
    place in the policy, and no fact helps.
    """

    kind: Literal["fact", "history", "records", "rows", "field", "months", "figure"]
    pointer: str
    title: str
    type: Type | None = None
    day: date | None = None
    """The day it is needed for, where that is not the day of the question."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a node has its range: the node, the range, the parts it rests on, what is missing here.

    Parts stand in the document's order, all of them: a decided whole still shows every part. ``chosen`` names what a
    choice took (branches, rows, versions, days) where the node chooses.
    """

    node: Expr
    range: Range
    parts: tuple[Explanation, ...] = ()
    gaps: tuple[Gap, ...] = ()
    chosen: tuple[str, ...] = ()
    day: date | None = None
    """The date of the evaluation, where it is not the question's."""
    since: date | None = None
    """The first day of those up to ``day`` that it stands for, where they are several."""

    @property
    def truth(self) -> Truth:
        """The range of a condition.

        Raises:
            TypeError: the node is no condition.
        """
        if not isinstance(self.range, Truth):
            raise TypeError(f"{type(self.node).__name__} is no condition")
        return self.range

    def walk(self) -> Iterator[Explanation]:
        """Yield this explanation and all below it, parents first."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def missing(self) -> Iterator[Gap]:
        """Yield the gaps that keep this node from being settled: those below settled parts do not matter."""
        if is_settled(self.range):
            return
        yield from self.gaps
        if isinstance(self.node, Named) and self.gaps:
            return  # the ready-made value settles it, whatever it would be reckoned from
        for part in self.parts:
            yield from part.missing()
