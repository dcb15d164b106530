"""Which facts and records can reach a node: read off what the nodes of a core are made of, once for the core.

Where one fact more is told, what it does not reach is as it was; what nothing told reaches is the same for all partners.
"""

from __future__ import annotations

from collections.abc import Iterable, Set as AbstractSet

from dsl import core as c
from dsl.core.references import references
from dsl.core.walk import asked

ANY: AbstractSet[str] | None = None
"""Any fact may reach it: what reads the register decides the checks of any award."""
PROJECTED = "projected"
"""Whatever is told as projected."""


def of_list(name: str) -> str:
    """Return what a list of records is called here: beside facts, which may have its name."""
    return f"records {name}"


class Reached:
    """What nodes of one core read, also through names and rules: facts, measures that may be supplied, lists of records."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self._nodes: dict[int, tuple[c.Node, AbstractSet[str] | None]] = {}
        self._names: dict[tuple[str, str], AbstractSet[str] | None] = {}

    def by(self, node: c.Node, facts: AbstractSet[str]) -> bool:
        """Return whether something that is told can reach a node: facts by their names, lists as ``of_list`` has them."""
        own = self.of(node)
        return own is None or not own.isdisjoint(facts)

    def of(self, node: c.Node) -> AbstractSet[str] | None:
        """Return the names that a node reads, lists as ``of_list`` tells them; ``ANY`` where that is not known before facts are."""
        known = self._nodes.get(id(node))
        if known is None or known[0] is not node:
            # With its node: an identity is one node's only as long as that is there.
            known = self._nodes[id(node)] = (node, self._of(node))
        return known[1]

    def _of(self, node: c.Node) -> AbstractSet[str] | None:
        if "awards" in node.lists_read or isinstance(node, c.InProgress):
            return ANY  # progress is held against a partner with nothing
        read = list(references(node))
        own = {name for to, name, _ in read if to in ("fact", "named")}
        own.update(of_list(name) for to, name, _ in read if to == "records")
        if isinstance(node, c.AsProjected):
            own.add(PROJECTED)
        below: list[AbstractSet[str] | None] = []
        for how, part in asked(node):
            if isinstance(part, str):
                below.append(self._of_name(how, part))
            elif isinstance(part, c.Node):
                below.append(self.of(part))
        return _together([own, *below])

    def _of_name(self, how: str, name: str) -> AbstractSet[str] | None:
        key = (how, name)
        if key not in self._names:
            if how == "named":
                self._names[key] = self.of(self.core.named[name].value)
            else:
                versions = self.core.rules[name].versions
                asked = [version.requirement for version in versions if version.requirement is not None]
                self._names[key] = _together(map(self.of, asked))
        return self._names[key]


def _together(found: Iterable[AbstractSet[str] | None]) -> AbstractSet[str] | None:
    every: set[str] = set()
    for one in found:
        if one is None:
            return ANY
        every |= one
    return every
