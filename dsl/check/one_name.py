"""One name stands for one thing, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dsl import document as d
from dsl.core import Kinds
from dsl.diagnostics import Diagnostic, Label
from dsl.lower.scope import word_in

_PLURAL = "the plural of a kind"
SHARED = ("common", "lifecycle")
"""Kinds of rules whose names are read in places of their own: behind `use`, or not at all."""


def one_name(document: d.Document, kinds: Kinds) -> Iterator[Diagnostic]:
    """Yield names that stand for two things of different kinds.

    Rules of different kinds may share one, for their kind can be written before it. Terms are titles of names, sources
    are read behind `cite`, fields inside the brackets of their records; a benefit has the name that `gives` tells.

    Reports:
        C208 one name for two things.
    """
    first: dict[str, tuple[str, d.Node]] = {}
    for what, nodes in _declared(document, kinds).items():
        for name, node in nodes:
            other, before = first.setdefault(name, (what, node))
            if other != what:
                yield Diagnostic(
                    "C208",
                    f"`{name}` is {what}, and {other} of that name stands elsewhere",
                    word_in(node.origin, name),
                    help="give one of them another name"
                    + (", or write the plural behind the kind: `, plural NAME`" if _PLURAL in (what, other) else ""),
                    labels=(Label(word_in(before.origin, name), f"{other} `{name}`"),),
                )


def _declared(document: d.Document, kinds: Kinds) -> Mapping[str, list[tuple[str, d.Node]]]:
    rules: list[tuple[str, d.Node]] = []
    for rule in document.rules.values():
        if rule.name is not None and rule.kind not in SHARED:
            rules.append((rule.name, rule))
        elif rule.each_row_of is not None and rule.each_row_of in document.tables:
            rows = document.tables[rule.each_row_of].rows
            cells = [row.cells[0] for row in rows if row.cells]
            rules.extend((cell.names[0], cell) for cell in cells if isinstance(cell, d.Names))
    # An option may give what a group or an award names.
    given = {*document.groups, *(name for name, _ in rules)}
    return {
        "a fact": list(document.facts.items()),
        "a figure": list(document.definitions.items()),
        "a measure": list(document.measures.items()),
        "a list of records": list(document.records.items()),
        "a table": list(document.tables.items()),
        "a list of certifications": list(document.certifications.items()),
        "a group": list(document.groups.items()),
        _PLURAL: [(kind.plural, document.kinds[kind.name]) for kind in kinds.own if kind.name in document.kinds],
        "a rule": rules,
        "a benefit": [(name, verb) for verb in _gives(document) for name in verb.names if name not in given],
    }


def _gives(document: d.Document) -> Iterator[d.Verb]:
    for node in d.walk(document):
        if isinstance(node, d.Verb) and node.word == "gives":
            yield node
