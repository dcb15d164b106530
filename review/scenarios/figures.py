"""The figures of rules that a fact, measure or list is held against: where decisions can turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from dsl import core as c
from dsl.core.references import expressions
from dsl.core.walk import children


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

    A figure belongs to the names that stand in the same comparison or the same metric.
    """
    found = Figures()
    reader = _Reader(core, found)
    for rule in rules:
        reader.rule(rule)
    return found


class _Reader:
    def __init__(self, core: c.Core, found: Figures) -> None:
        self.core = core
        self.found = found
        self._seen: set[str] = set()
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
        match node:
            case c.Compare(left=left, right=right):
                return self._meeting(left, right)
            case c.PerUnit(value=value, unit=unit, cap=cap, points=points):
                return self._meeting(value, *self._reached(points, unit, cap))
            case c.Prorate(value=value, target=target):
                return self._meeting(value, target)
            case c.Sometime(start=start, end=end):
                return self._meeting(start, end)
            case _:
                return None

    def _reached(self, points: c.Expr, unit: c.Expr | None, cap: c.Expr | None) -> list[c.Expr]:
        """Return the value at which points per unit reach their cap, as a figure."""
        each, most = self._literals(points), self._literals(cap) if cap is not None else []
        size = self._literals(unit) if unit is not None else [Decimal(1)]
        found: list[c.Expr] = [*([unit] if unit is not None else [])]
        for one in each:
            for top in most:
                for step in size:
                    if isinstance(one, Decimal) and isinstance(top, Decimal) and isinstance(step, Decimal) and one > 0:
                        at = (top / one).to_integral_value(rounding="ROUND_CEILING") * step
                        found.append(c.Literal(value=at, type=points.type))
        return found

    def _meeting(self, *met: c.Expr) -> tuple[list[str], list[Any]]:
        names = [name for part in met for name in self._subjects(part)]
        figures = [value for part in met for value in self._literals(part)]
        return names, figures

    def _subjects(self, node: c.Node) -> Iterator[str]:
        """Yield the names whose values a node is reckoned from."""
        match node:
            case c.Fact(name=name):
                yield name
            case c.Field(name=name):
                if self._within:
                    yield f"{self._within[-1]}.{name}"
            case c.Named(name=name, supplied=supplied):
                if supplied:
                    yield name
                yield from self._subjects(self.core.named[name].value)
            case c.Aggregate(records=records, value=value):
                yield f"{records}."
                if isinstance(value, c.Field):
                    yield f"{records}.{value.name}"
            case c.People() | c.DifferentPeople():
                yield "people holding"
            case _:
                for inner in children(node):
                    yield from self._subjects(inner)

    def _literals(self, node: c.Node) -> list[Any]:
        """Return the figures, days and words of a node, of all its versions, behind names too."""
        match node:
            case c.Literal(value=value):
                return [] if value is None or isinstance(value, bool) else [value]
            case c.Named(name=name):
                key = f"literals of {name}"
                if key in self._seen:
                    return []
                self._seen.add(key)
                found = self._literals(self.core.named[name].value)
                self._seen.discard(key)
                return found
            case c.Aggregate() | c.People() | c.DifferentPeople():
                return []
            case _:
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
        match node:
            case c.Named(name=name):
                if f"named {name}" not in self._seen:
                    self._seen.add(f"named {name}")
                    self.node(self.core.named[name].value)
            case c.Qualifies(rule=rule) | c.InProgress(rule=rule):
                self.rule(self.core.rules[rule])
            case c.Holds(award=award) | c.Paid(award=award) | c.Lapsed(award=award) | c.InRenewal(award=award):
                self.found.awards.setdefault(award)
                for rule_ in self.core.rules.values():
                    if rule_.award == award:
                        self.rule(rule_)
            case c.People(lists=lists) | c.DifferentPeople(lists=lists):
                for listing in lists:
                    self.found.certifications.update(dict.fromkeys(one.certification for one in listing.entries))
            case c.Aggregate(records=records):
                self._within.append(records)
                for part in (node.where, node.value):
                    if part is not None:
                        self.node(part)
                self._within.pop()
            case _:
                return
