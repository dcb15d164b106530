"""L110: a term for a name that nothing writes."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import document as d
from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule
from dsl.lint.unused import unused


def _find(policies: Policies) -> Iterator[Diagnostic]:
    written = frozenset(name for node in d.walk(policies.document) for name in _names(node))
    return unused("L110", "term", policies.document.terms, written, "write the name that is meant, or delete the term")


def _names(node: d.Node) -> tuple[str, ...]:
    """Return the names of a node that have no title of their own."""
    match node:
        case d.Type(of=names) | d.Verb(names=names) | d.Names(names=names):
            return names
        case d.Table(columns=names):
            return names
        case d.Levels(figures=figures):
            return tuple(figures)
        case d.Case(name=str() as name):
            return (name,)
        case _:
            return ()


RULE = LintRule("L110", _find)
