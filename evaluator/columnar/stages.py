"""Columns that are reckoned from columns: a stage for each depth, so that nothing is written twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlglot import exp

from evaluator.columnar.layout import PARTNER
from evaluator.columnar.terms import Term, alias, column, selected

Layer: TypeAlias = tuple[Collection[str], Collection[str]]
"""The columns that a stage passes on, and its own."""
_PLAIN = (exp.Column, exp.Literal, exp.Boolean, exp.Null)


@dataclass
class Stages:
    """The columns over one source of rows."""

    prefix: str
    """Of the names of columns, so that those of several sources differ."""
    kept: dict[Term, Term] = field(default_factory=dict)
    """The column of each term."""
    terms: dict[str, Term] = field(default_factory=dict)
    """The terms, by the names of their columns."""
    reads: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each column those that its term is made of."""

    def keep(self, term: Term) -> Term:
        """Return the column of a term; what is a column or a figure already is itself."""
        if isinstance(term, _PLAIN) or (isinstance(term, exp.Cast) and isinstance(term.this, exp.Literal)):
            return term
        found = self.kept.get(term)
        if found is None:
            name = f"{self.prefix}{len(self.kept)}"
            found = self.kept[term] = column(name)
            self.terms[name] = term
            self.reads[name] = tuple(names_in(term))
        return found

    def needed(self, names: Iterable[str], given: Collection[str] = ()) -> dict[str, None]:
        """Return columns and all that they are made of, in the order in which they were kept; what is given is made of nothing."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.reads.get(name, ()) if name not in given else ()
        kept = {name: None for name in self.terms if name in found}
        return {**kept, **dict.fromkeys(sorted(found - kept.keys()))}

    def layers(self, outputs: Iterable[str], given: Collection[str] = ()) -> Iterator[Layer]:
        """Yield of each depth the columns from below that it passes on, what one above reads and no more, and its own.

        Engines look at every column of every stage.

        Args:
            outputs: the columns that are read of all.
            given: those that are columns of the source, besides those that no term was kept for.
        """
        read = dict.fromkeys(outputs)
        needed = self.needed(read, given)
        depths: dict[str, int] = {}
        by_depth: dict[int, list[str]] = {}
        for name in needed:
            # What a column is made of was kept before it.
            if name in self.terms and name not in given:
                depths[name] = 1 + max((depths.get(one, 0) for one in self.reads[name]), default=0)
                by_depth.setdefault(depths[name], []).append(name)
        found: list[Layer] = []
        for depth in sorted(by_depth, reverse=True):
            own = dict.fromkeys(by_depth[depth])
            below = {name: None for name in read if name not in own}
            found.append((below, own))
            read = {**below, **dict.fromkeys(one for name in own for one in self.reads[name])}
        yield from reversed(found)

    def over(self, source: exp.Select, outputs: Mapping[str, Term]) -> exp.Select:
        """Return the query of some outputs over a source: a stage inside another, each with the columns that are needed.

        Args:
            source: the rows, and all columns that are read of them.
            outputs: terms by the names of their columns.
        """
        query = source
        read = dict.fromkeys(name for term in outputs.values() for name in names_in(term))
        for depth, (below, own) in enumerate(self.layers(read), 1):
            columns = [*map(column, below), *(alias(self.terms[name], name) for name in own)]
            query = selected(columns, query, f"{self.prefix}stage_{depth}")
        return selected([alias(term, name) for name, term in outputs.items()], query, f"{self.prefix}last")


def names_in(term: Term) -> dict[str, None]:
    """Return the names of the columns that a term is made of."""
    found: dict[str, None] = {}
    waiting: list[object] = [term]
    while waiting:
        one = waiting.pop()
        if isinstance(one, exp.Column):
            found[one.name] = None
        elif isinstance(one, exp.Expression):
            waiting += one.args.values()
        elif isinstance(one, list):
            waiting += one
    return found


def columns_read(terms: Iterable[Term]) -> dict[str, Term]:
    """Return the columns that terms are made of, by their names, and the partner."""
    outputs: dict[str, Term] = {PARTNER: column(PARTNER)}
    for term in terms:
        for name in names_in(term):
            outputs.setdefault(name, column(name))
    return outputs
