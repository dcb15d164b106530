"""Which rule rests on which: through what it asks, what it is paid with, what it gives and keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dsl import core as c
from dsl.core.references import Reads, expressions, references
from dsl.core.walk import walk
from review.guide.names import Names


@dataclass(frozen=True, slots=True)
class Links:
    """The pages that each rule page rests on, and those that rest on it, by their keys, in the order of the guide."""

    before: Mapping[str, tuple[str, ...]]
    after: Mapping[str, tuple[str, ...]]
    figures: Mapping[str, tuple[str, ...]]
    """The figures and measures that a page speaks of; these may speak of others."""
    users: Mapping[str, tuple[str, ...]]
    """The pages that speak of a figure, a list of certifications or a table."""


def links_of(names: Names) -> Links:
    """Return how the rules of the policies hang together."""
    before: dict[str, dict[str, None]] = {}
    after: dict[str, dict[str, None]] = {}
    figures: dict[str, dict[str, None]] = {}
    users: dict[str, dict[str, None]] = {}
    for rule in names.core.rules.values():
        page = names.page_of(rule.id)
        before.setdefault(page, {})
        for version in rule.versions:
            for node in (node for part in expressions(version) for node in walk(part)):
                if isinstance(node, c.Named):
                    figures.setdefault(page, {})[node.name] = None
        for kind, name in _spoken_of(names, rule):
            if kind == "rule":
                other = names.page_of(name)
                if other != page and (other in names.awards or other.startswith("lifecycle.")):
                    before[page][other] = None
                    after.setdefault(other, {})[page] = None
            else:
                users.setdefault(f"{kind} {name}", {})[page] = None
    return Links(_frozen(before), _frozen(after), _frozen(figures), _frozen(users))


def _frozen(found: Mapping[str, Mapping[str, None]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(value) for key, value in found.items()}


def _spoken_of(names: Names, rule: c.Rule) -> Iterator[tuple[str, str]]:
    """Yield what a rule speaks of: rules, figures, lists of certifications, tables."""
    seen: set[str] = set()
    for version in rule.versions:
        for old in version.was:
            yield "rule", old
        for effect in (*version.effects, *(one for option in version.options for one in option.effects)):
            for name in effect.names:
                for member in names.members(name):
                    yield "rule", member
        for part in expressions(version):
            yield from _in_node(names, part, seen)


def _in_node(names: Names, part: c.Expr, seen: set[str]) -> Iterator[tuple[str, str]]:
    for node in walk(part):
        for to, name, _ in references(node):
            if to in ("rule", "award"):
                yield "rule", name
            elif to in ("certifications", "table"):
                yield to, name
            elif to == "named" and name not in seen:
                seen.add(name)
                yield "figure", name
                yield from _in_node(names, names.core.named[name].value, seen)


def told_of(core: c.Core, rules: Iterable[c.Rule]) -> Reads:
    """Return what the rules ask for themselves: not what the rules they rest on ask for (``dsl.core.references``)."""
    facts: dict[str, None] = {}
    measures: dict[str, None] = {}
    records: dict[str, None] = {}
    seen: set[str] = set()
    waiting = [part for rule in rules for version in rule.versions for part in expressions(version)]
    while waiting:
        for node in walk(waiting.pop(0)):
            for to, name, supplied in references(node):
                if to == "fact":
                    facts[name] = None
                elif to == "records":
                    records[name] = None
                elif to == "named" and name not in seen:
                    seen.add(name)
                    if supplied:
                        measures[name] = None
                    waiting.append(core.named[name].value)
    return Reads(tuple(facts), tuple(measures), tuple(records))
