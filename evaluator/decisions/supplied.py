"""Measures that were supplied ready-made, where a decision reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set as AbstractSet

from dsl import core as c
from dsl.core.reached import Reached
from evaluator.explanation import Explanation
from evaluator.facts import Facts

NONE: Mapping[str, Explanation] = {}


class Supplied:
    """Finds the measures in explanations that were supplied; what explanations share is looked at once."""

    def __init__(self, told: AbstractSet[str], facts: Facts, reached: Reached) -> None:
        self._told = told
        self._reaching = facts.reaching(told, reached)
        self._reached = reached
        self._found: dict[int, tuple[Explanation, Mapping[str, Explanation]]] = {}

    def among(self, tops: Sequence[Explanation]) -> Iterable[tuple[str, Explanation]]:
        """Return each measure with the place at which it is read first."""
        found: dict[str, Explanation] = {}
        for top in tops if self._told else ():
            for name, explanation in self._below(top).items():
                found.setdefault(name, explanation)
        return found.items()

    def _below(self, part: Explanation) -> Mapping[str, Explanation]:
        node = part.node
        if not (part.parts or isinstance(node, c.Named)) or not self._reached.by(node, self._reaching):
            return NONE
        known = self._found.get(id(part))
        if known is None:
            found: dict[str, Explanation] = {}
            if isinstance(node, c.Named) and node.supplied and node.name in self._told:
                found[node.name] = part
            for inner in part.parts:
                for name, explanation in self._below(inner).items():
                    found.setdefault(name, explanation)
            known = self._found[id(part)] = (part, found)
        return known[1]
