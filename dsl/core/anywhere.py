"""Whether something stands in a node or anywhere in what it is made of: looked for once for each node of a core."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dsl.core import nodes as n
from dsl.core.remembered import Remembered
from dsl.core.rules import Core
from dsl.core.walk import children


class Anywhere:
    """Looks through nodes, and through the names and rules in them, whatever the day."""

    def __init__(self, core: Core, is_it: Callable[[n.Expr], bool | None]) -> None:
        """Take what is looked for.

        Args:
            core: whose nodes they are.
            is_it: whether a node is it; None: it is not, and what it is made of is not looked at.
        """
        self.core = core
        self._is_it = is_it
        self._found: Remembered[int, tuple[n.Expr, bool]] = Remembered()

    def within(self, node: n.Expr) -> bool:
        """Whether it stands in a node."""
        found = self._found.get(id(node))
        if found is None or found[0] is not node:
            # Until more is known: who goes round in a circle has to look.
            self._found.keep(id(node), (node, True))
            is_it = self._is_it(node)
            found = (node, any(map(self.within, self._below(node))) if is_it is False else is_it is True)
            self._found[id(node)] = found
        return found[1]

    def _below(self, node: n.Expr) -> Iterator[n.Expr]:
        yield from children(node)
        if isinstance(node, n.Named):
            yield self.core.named[node.name].value
        elif isinstance(node, n.OfRule):
            versions = self.core.rules[node.rule].versions
            yield from (version.requirement for version in versions if version.requirement is not None)
