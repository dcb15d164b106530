"""The twin of one core: what was compiled of it, by node and epoch."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

from dsl import core as c
from evaluator.compiled.source import Compiled, compiled


class Twin:
    """Compiles nodes when they are asked for first; between two change days nothing dated changes."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self._made: dict[tuple[int, int], tuple[c.Expr, Compiled]] = {}

    def of(self, node: c.Expr, day: date) -> Compiled:
        """Return what decides a node on a day."""
        key = (id(node), bisect_right(self.core.change_days, day))
        if key not in self._made:
            # With its node: an identity is one object's only as long as that is there.
            self._made[key] = (node, compiled(node, day))
        return self._made[key][1]
