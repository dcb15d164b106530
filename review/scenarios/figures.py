"""The figures of rules that a fact, measure or list is held against: where decisions can turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from dsl import core as c
from dsl.core.references import expressions, references
from dsl.core.walk import asked, by_role, children


@dataclass(slots=True)
class Figures:
    """What the rules ask of each name.

    ``numbers`` and ``days`` are by the name of a fact, a supplied measure or ``list.field``; ``of_list`` are figures that
    a count or sum over a list is held against, and ``people`` those of how many hold a certification.
    """

    numbers: dict[str, set[Decimal]] = field(default_factory=dict)
    days: dict[str, set[date]] = field(default_factory=dict)
    words: dict[str, set[str]] = field(default_factory=dict)
    of_list: dict[str, set[Decimal]] = field(default_factory=dict)
    people: set[Decimal] = field(default_factory=set)
    certifications: dict[str, None] = field(default_factory=dict)
    awards: dict[str, None] = field(default_factory=dict)


def figures_of(core: c.Core, rules: Iterable[c.Rule]) -> Figures:
    """Return the figures that rules hold facts against, also through measures, other rules and the register's checks.

    A figure belongs to the names that stand in the same comparison or the same metric. What was found for rules is kept
    with the core, and is not to be changed.
    """
    asked = list(rules)
    if any(core.rules.get(rule.id) is not rule for rule in asked):
        return _found(core, asked)  # rules of another core are known by no name here
    kept: dict[tuple[str, ...], Figures] = core.kept.setdefault(_FIGURES, {})
    names = tuple(rule.id for rule in asked)
    if names not in kept:
        if len(kept) == _MOST:
            kept.clear()
        kept[names] = _found(core, asked)
    return kept[names]


def _found(core: c.Core, rules: Iterable[c.Rule]) -> Figures:
    found = Figures()
    reader = _Reader(core, found)
    for rule in rules:
        reader.rule(rule)
    return found


_FIGURES = "figures that rules hold facts against"
_MOST = 1_000
"""For how many sets of rules it is kept: of each rule alone, and of some together."""


class _Reader:
    def __init__(self, core: c.Core, found: Figures) -> None:
        self.core = core
        self.found = found
        self._seen: set[str] = set()
        self._read: set[tuple[int, str]] = set()
        """The nodes that were read, each with the list whose records were at hand: equal subtrees are one object."""
        self._within: list[str] = []
        """The lists whose records are at hand."""

    def rule(self, rule: c.Rule) -> None:
        if rule.id in self._seen:
            return
        self._seen.add(rule.id)
        self.found.awards.setdefault(rule.award)
        for version in rule.versions:
            for part in expressions(version):
                self.node(part)
            for option in version.options:
                for effect in option.effects:
                    for name in effect.names:
                        if name in self.core.rules:
                            self.rule(self.core.rules[name])

    def node(self, node: c.Node) -> None:
        """Read a node: what it compares, and all below it."""
        here = id(node), self._within[-1] if self._within else ""
        if here in self._read:
            return
        self._read.add(here)
        values = self._held_against(node)
        if values is not None:
            names, figures = values
            for name in names:
                self._note(name, figures)
        self._names(node)
        for inner in children(node):
            self.node(inner)

    def _held_against(self, node: c.Node) -> tuple[list[str], list[Any]] | None:
        """Return the names and figures that meet in a node, None where nothing is compared in it."""
        metric = by_role(node, "metric")
        if metric:
            return self._meeting(*metric, *by_role(node, "target"), *self._reached(node))
        compared = [part for how, part in asked(node) if how == "in order"]
        window = [part for how, part in asked(node) if how == "to say which day"]
        met = next((parts for parts in (compared, window) if len(parts) > 1), None)
        return self._meeting(*met) if met is not None else None

    def _reached(self, node: c.Node) -> list[c.Expr]:
        """Return the unit of points that are earned per unit, and the value at which they reach their cap, as figures."""
        points, unit = by_role(node, "points"), by_role(node, "unit")
        each = [value for part in points for value in self._literals(part)]
        most = [value for part in by_role(node, "cap") for value in self._literals(part)]
        size = [value for part in unit for value in self._literals(part)] if unit else [Decimal(1)]
        found = list(unit)
        for one in each:
            for top in most:
                for step in size:
                    if isinstance(one, Decimal) and isinstance(top, Decimal) and isinstance(step, Decimal) and one > 0:
                        at = (top / one).to_integral_value(rounding="ROUND_CEILING") * step
                        found.append(c.Literal(value=at, type=points[0].type))
        return found

    def _meeting(self, *met: c.Expr) -> tuple[list[str], list[Any]]:
        names = [name for part in met for name in self._subjects(part)]
        figures = [value for part in met for value in self._literals(part)]
        return names, figures

    def _subjects(self, node: c.Node) -> Iterator[str]:
        """Yield the names whose values a node is reckoned from."""
        if isinstance(node, c.Field):
            if self._within:
                yield f"{self._within[-1]}.{node.name}"
        elif isinstance(node, c.OfRecords):
            yield f"{node.records}."
            if isinstance(node.value, c.Field):
                yield f"{node.records}.{node.value.name}"
        elif isinstance(node, c.OfPeople):
            yield "people holding"
        else:
            for to, name, supplied in references(node):
                if to == "fact" or supplied:
                    yield name
                if to == "named":
                    yield from self._subjects(self.core.named[name].value)
            for inner in children(node):
                yield from self._subjects(inner)

    def _literals(self, node: c.Node) -> list[Any]:
        """Return the figures, days and words of a node, of all its versions, behind names too."""
        if isinstance(node, c.Literal):
            return [] if node.value is None or isinstance(node.value, bool) else [node.value]
        if isinstance(node, c.Named):
            key = f"literals of {node.name}"
            if key in self._seen:
                return []
            self._seen.add(key)
            found = self._literals(self.core.named[node.name].value)
            self._seen.discard(key)
            return found
        if isinstance(node, c.OfRecords | c.OfPeople):
            return []  # what stands there is held against records
        return [value for inner in children(node) for value in self._literals(inner)]

    def _note(self, name: str, figures: Iterable[Any]) -> None:
        for value in figures:
            match value:
                case Decimal() if name == "people holding":
                    self.found.people.add(value)
                case Decimal() if name.endswith("."):
                    self.found.of_list.setdefault(name[:-1], set()).add(value)
                case Decimal():
                    self.found.numbers.setdefault(name, set()).add(value)
                case date():
                    self.found.days.setdefault(name, set()).add(value)
                case str():
                    self.found.words.setdefault(name, set()).add(value)
                case _:
                    continue

    def _names(self, node: c.Node) -> None:
        for to, name, _ in references(node):
            if to == "named" and f"named {name}" not in self._seen:
                self._seen.add(f"named {name}")
                self.node(self.core.named[name].value)
            elif to == "rule":
                self.rule(self.core.rules[name])
            elif to == "award":
                self.found.awards.setdefault(name)
                for rule in self.core.rules.values():
                    if rule.award == name:
                        self.rule(rule)
        if isinstance(node, c.OfPeople):
            for listing in node.lists:
                self.found.certifications.update(dict.fromkeys(one.certification for one in listing.entries))
        if isinstance(node, c.OfRecords):
            self._within.append(node.records)
            for part in (node.where, node.value):
                if part is not None:
                    self.node(part)
            self._within.pop()
