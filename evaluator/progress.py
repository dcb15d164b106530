"""Whether something of a requirement is done: something the partner told moves it above what nothing gives.

What nothing gives is the same requirement of a partner with nothing: no number above zero, no flag, no day, no record.
What only says which rules apply (a choice, a text) stays as told. So a condition that asks nothing of the partner is
no progress, and 19 people of 20 are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from dsl import core as c
from dsl.builtin import BUILT_IN
from dsl.core.algebra import RANGES, truth_of
from dsl.core.ops.metrics import Decided
from dsl.core.ops.progress import progress
from dsl.core.ranges import ZERO, Range, Truth, exactly, truth
from evaluator.explanation import Explanation
from evaluator.moment import Moment

Json = Any
Evaluate = Callable[[c.Expr, Moment], Explanation]


def choices_told(core: c.Core, data: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    """Return what only says which rules apply: the choices and texts that are told, and those that are projected."""
    told = {"facts": data.get("facts", {}), "projected": data.get("projected", {}).get("facts", {})}
    return {
        section: {name: value for name, value in facts.items() if is_choosing(_type_of(core, name))}
        for section, facts in told.items()
    }


def nothing_told(core: c.Core, choices: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
    """Return the facts of a partner with nothing, of the same choices and texts as the partner at hand."""
    names = (*core.facts, *(name for name, named in core.named.items() if named.supplied))
    types = {name: _type_of(core, name) for name in names}
    empty = {name: _EMPTY.get(type_.kind, 0) for name, type_ in types.items() if not is_choosing(type_)}
    records: dict[str, Json] = {name: [] for name in (*core.records, *BUILT_IN)}
    return {
        "facts": {**choices["facts"], **empty},
        "records": records,
        "projected": {"facts": {**choices["projected"], **empty}, "records": records},
    }


def is_choosing(type_: c.Type) -> bool:
    """Whether what is told only says which rules apply: a choice or a text."""
    return type_.kind in ("choice", "text")


def _type_of(core: c.Core, name: str) -> c.Type:
    return core.facts[name].type if name in core.facts else core.named[name].type


_EMPTY: dict[str, Json] = {"flag": False, "date": "none"}


class Progress:
    """Finds progress in what was decided, beside an evaluation of the same nodes with nothing."""

    def __init__(self, with_nothing: Evaluate, at: Moment, as_of: date) -> None:
        """Take what decides for a partner with nothing, the moment that it is asked for, and the day of the question."""
        self.with_nothing = with_nothing
        self.at = at
        self.as_of = as_of

    def of(self, part: Explanation) -> Truth:
        """Return whether something of a requirement is done: points or a condition above what nothing gives."""
        return truth_of(self._of(part))

    def _of(self, part: Decided[Range]) -> Range:
        # What an explanation leaves out is of the day of the question.
        day = part.day if isinstance(part, Explanation) else None
        at = self.at._replace(day=day or self.as_of)
        return progress(RANGES, part, _Given(self.with_nothing, at), self._of)


class _Given:
    """What a partner with nothing gives at a moment."""

    def __init__(self, with_nothing: Evaluate, at: Moment) -> None:
        self.with_nothing = with_nothing
        self.at = at

    def gives(self, node: c.Expr) -> Range:
        """Return what a node is."""
        return given(self.with_nothing(node, self.at))

    def falls_short(self, node: c.Expr) -> Range:
        """Return whether nothing does not surely meet a condition."""
        return truth(self.gives(node) is not Truth.TRUE)


def given(found: Explanation) -> Range:
    """Return what nothing gives: the least of it where the programme's figures alone are missing.

    They are no fact that could settle it: the growth of nothing, an unknown figure.
    """
    gaps = list(found.missing())
    if gaps and all(gap.kind == "figure" for gap in gaps):
        return Truth.FALSE if isinstance(found.range, Truth) else exactly(ZERO)
    return found.range
