"""Columns that are reckoned from columns: a stage for each depth, so that nothing is written twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from evaluator.columnar.layout import PARTNER
from evaluator.columnar.terms import Term, alias, column, selected

_PLAIN = (exp.Column, exp.Literal, exp.Boolean, exp.Null)


@dataclass
class Stages:
    """The columns over one source of rows."""

    prefix: str
    """Of the names of columns, so that those of several sources differ."""
    kept: dict[Term, str] = field(default_factory=dict)
    """The column of each term."""
    depths: dict[str, int] = field(default_factory=dict)

    def keep(self, term: Term) -> Term:
        """Return the column of a term; what is a column or a figure already is itself."""
        if isinstance(term, _PLAIN) or (isinstance(term, exp.Cast) and isinstance(term.this, exp.Literal)):
            return term
        if term not in self.kept:
            depth = 1 + max((self.depths.get(one.name, 0) for one in term.find_all(exp.Column)), default=0)
            name = f"{self.prefix}{len(self.kept)}"
            self.kept[term] = name
            self.depths[name] = depth
        return column(self.kept[term])

    def over(self, source: exp.Select, outputs: Mapping[str, Term]) -> exp.Select:
        """Return the query of some outputs over a source: a stage inside another, each with the columns that are needed.

        Args:
            source: the rows, and all columns that are read of them.
            outputs: terms by the names of their columns.
        """
        terms = {name: term for term, name in self.kept.items()}
        needed: dict[str, None] = {}
        waiting = [one.name for term in outputs.values() for one in term.find_all(exp.Column)]
        while waiting:
            name = waiting.pop()
            if name not in needed:
                needed[name] = None
                waiting += [one.name for one in terms[name].find_all(exp.Column)] if name in terms else []
        by_depth: dict[int, list[str]] = {}
        for name in terms:
            if name in needed:
                by_depth.setdefault(self.depths[name], []).append(name)
        # What each stage passes on: what one above it reads, and no more; engines look at every column of every stage.
        passed: list[dict[str, None]] = []
        read = dict.fromkeys(one.name for term in outputs.values() for one in term.find_all(exp.Column))
        for depth in sorted(by_depth, reverse=True):
            own = by_depth[depth]
            below = {name: None for name in read if name not in own}
            passed.append(below)
            read = {**below, **dict.fromkeys(one.name for name in own for one in terms[name].find_all(exp.Column))}
        query = source
        for depth, below in zip(sorted(by_depth), reversed(passed), strict=True):
            columns = [*map(column, below), *(alias(terms[name], name) for name in by_depth[depth])]
            query = selected(columns, query, f"{self.prefix}stage_{depth}")
        return selected([alias(term, name) for name, term in outputs.items()], query, f"{self.prefix}last")


def columns_read(terms: Iterable[Term]) -> dict[str, Term]:
    """Return the columns that terms are made of, by their names, and the partner."""
    outputs: dict[str, Term] = {PARTNER: column(PARTNER)}
    for term in terms:
        for one in term.find_all(exp.Column):
            outputs.setdefault(one.name, column(one.name))
    return outputs
