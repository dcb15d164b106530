"""Which names of a document something reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dsl import document as d


@dataclass(frozen=True, slots=True)
class Uses:
    """Names that stand where names are read, by what they can name."""

    values: frozenset[str]
    """Facts, measures, figures, lists, groups, records, tables."""
    commons: frozenset[str]
    sources: frozenset[str]


def uses(document: d.Document) -> Uses:
    """Return the names that something of a document reads; a form does not read itself."""
    values: set[str] = set()
    commons: set[str] = set()
    sources: set[str] = set()
    for owner, node in _forms(document):
        own: set[str] = set()
        fields = _fields_read(node, document)
        for inner in d.walk(node):
            match inner:
                case d.Verb(word="use", names=names):
                    commons.update(name for name in names if f"common.{name}" != owner)
                case d.Cite(source=source):
                    sources.add(source)
                case d.Name() if id(inner) in fields:
                    continue
                case _:
                    own.update(_names_of(inner))
        values.update(own - {owner})
    return Uses(frozenset(values), frozenset(commons), frozenset(sources))


def _forms(document: d.Document) -> Iterator[tuple[str, d.Node]]:
    """Yield every form with its name, shared clauses as ``common.name``."""
    kept: Iterable[Mapping[str, d.Node]] = (
        document.facts,
        document.records,
        document.certifications,
        document.groups,
        document.tables,
        document.definitions,
        document.measures,
        document.rules,
        document.properties,
    )
    for forms in kept:
        yield from forms.items()
    for rules in document.additions.values():
        yield from (("", rule) for rule in rules)


def _fields_read(node: d.Node, document: d.Document) -> set[int]:
    """Return the identities of names that are fields of the records around them."""
    found: set[int] = set()
    # Where both could be read, the type that is expected has chosen: taken as read, for a false alarm is worse.
    others = {*document.facts, *document.definitions, *document.measures}
    for select in d.walk(node):
        if isinstance(select, d.Select) and select.of in document.records:
            fields = document.records[select.of].fields
            names = (inner for inner in d.walk(select.where) if isinstance(inner, d.Name))
            found.update(id(name) for name in names if name.name in fields and name.name not in others)
    return found


def _names_of(node: d.Node) -> tuple[str, ...]:
    match node:
        case d.Name(name=name):
            return (name,)
        case d.Select(of=of):
            return (of,)
        case d.Selection(names=names) | d.Choose(names=names) | d.Verb(names=names) | d.Names(names=names):
            return names
        case d.DifferentPeople(lists=lists):
            return lists
        case d.NumberHeld(group=group):
            return (group,)
        case d.Rule(each_row_of=str() as table):
            return (table,)
        case _:
            return ()
