"""Which facts and records can reach a node: read off what the nodes of a core are made of, once for the core.

Where one fact more is told, what it does not reach is as it was; what nothing told reaches is the same for all partners.
"""

from __future__ import annotations

from collections.abc import Iterable, Set as AbstractSet
from functools import cached_property

from dsl import core as c
from dsl.core.references import expressions, references
from dsl.core.walk import asked

PROJECTED = "projected"
"""Whatever is told as projected."""


def of_list(name: str) -> str:
    """Return what a list of records is called here: beside facts, which may have its name."""
    return f"records {name}"


def of_rows(name: str) -> str:
    """Return what the records of a list are called of which no more is known: for readers who look at each of them."""
    return f"rows of {name}"


def of_certification(name: str) -> str:
    """Return what the records of people who hold a certification are called."""
    return f"certification {name}"


REGISTER = of_list("awards")
"""What is attained. Entries are checked: what is told and reaches their checks reaches whatever reads the register."""


class Reached:
    """What nodes of one core read, also through names and rules: facts, measures that may be supplied, lists of records."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self._nodes: dict[int, tuple[c.Node, AbstractSet[str]]] = {}
        self._names: dict[tuple[str, str], AbstractSet[str]] = {}
        self._entries: dict[frozenset[str], AbstractSet[str]] = {}

    def by(self, node: c.Node, facts: AbstractSet[str]) -> bool:
        """Return whether something that is told can reach a node: facts by their names, lists as ``of_list`` has them.

        Where a list is told and some records of it more or fewer, these can be named instead: by ``of_rows``, and those of
        people by ``of_certification`` beside it.

        Where it reaches the checks of the register's entries, ``REGISTER`` is among what is told.
        """
        return not self.of(node).isdisjoint(facts)

    def of(self, node: c.Node) -> AbstractSet[str]:
        """Return the names that a node reads, lists as ``of_list`` tells them."""
        known = self._nodes.get(id(node))
        if known is None or known[0] is not node:
            # With its node: an identity is one node's only as long as that is there.
            known = self._nodes[id(node)] = (node, self._of(node))
        return known[1]

    def of_entries(self, awards: frozenset[str]) -> AbstractSet[str]:
        """Return the names that the checks of entries of awards read: those of their rules, and of the ones that follow."""
        if awards not in self._entries:
            rules = {one.id: one for award in awards for one in self.core.rules_of_entry.get(award, ())}
            versions = (version for rule in rules.values() for version in rule.versions)
            self._entries[awards] = self._together(node for version in versions for node in expressions(version))
        return self._entries[awards]

    def _of(self, node: c.Node) -> AbstractSet[str]:
        read = list(references(node))
        own = {name for to, name, _ in read if to in ("fact", "named")}
        lists = [name for to, name, _ in read if to == "records"]
        own.update(map(of_list, lists))
        if isinstance(node, c.OfPeople):
            # Who holds what no list of it names is nothing to it.
            own.update(of_certification(one.certification) for listing in node.lists for one in listing.entries)
        else:
            own.update(map(of_rows, lists))
        if isinstance(node, c.AsProjected):
            own.add(PROJECTED)
        if isinstance(node, c.Anniversary):
            own |= self._of_validity
        for how, part in asked(node):
            if isinstance(part, str):
                own |= self._of_name(how, part)
            elif isinstance(part, c.Node):
                own |= self.of(part)
        return own

    def _of_name(self, how: str, name: str) -> AbstractSet[str]:
        key = (how, name)
        if key not in self._names:
            if how == "named":
                self._names[key] = self.of(self.core.named[name].value)
            else:
                versions = self.core.rules[name].versions
                self._names[key] = self._together(v.requirement for v in versions if v.requirement is not None)
        return self._names[key]

    @cached_property
    def _of_validity(self) -> AbstractSet[str]:
        """What says for how long an award is valid: an anniversary is the end of that, for whichever rule it is asked."""
        versions = (version for rule in self.core.rules.values() for version in rule.versions)
        told = (setting.value for version in versions for setting in version.settings.get("valid", ()))
        return self._together(value for value in told if isinstance(value, c.Node))

    def _together(self, nodes: Iterable[c.Node]) -> AbstractSet[str]:
        return frozenset().union(*map(self.of, nodes))
