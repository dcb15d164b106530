"""Conditions of the records of a list, written over the fields of a single one: each once, whoever asks.

A figure over records is one variable to the solver, which knows of no rows. What a record has to say so that it is counted
is written here: for what one condition implies of another (``lemmas``), and for rows that are made (``rows``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from dsl import core as c
from review.prove.encode import Encoder
from review.prove.formulas import TRUE
from review.prove.terms import Flag, Term
from review.prove.told import Told

_Of: TypeAlias = tuple[str, date, frozenset[str] | None]
"""A list, the day of the question, and the measures that are reckoned."""


class OfRecord(Encoder):
    """Writes conditions of a record: its fields are variables."""

    def __init__(self, of: Encoder, told: Told, records: str) -> None:
        """Take whose nodes they are, and the list."""
        super().__init__(of.core, of.keys, told, of.as_of, reckoned=of.reckoned)
        self.records = records

    def _read(self, node: c.Sourced, day: date, projected: bool, rule: str) -> Term:
        if not isinstance(node, c.Field):
            return super()._read(node, day, projected, rule)
        if node.formula is not None:
            return self.on(node.formula, day, projected, rule).value
        return self.told.fact(f"{self.records}.{node.name}", node.type, day, projected=False)


@dataclass(slots=True)
class Conditions:
    """Writes conditions of records, and remembers them."""

    texts: tuple[str, ...]
    """Words that a rule names beside a text."""
    _told: dict[_Of, Told] = field(default_factory=dict)
    _flags: dict[tuple[object, ...], Flag | None] = field(default_factory=dict)

    def told(self, node: c.Aggregate, of: Encoder, day: date) -> Told:
        """Return the fields of a record of the list that a figure is reckoned from."""
        return self._told.setdefault((node.records, day, of.reckoned), Told(self.texts))

    def of(self, node: c.Aggregate, of: Encoder, day: date, rule: str) -> Flag | None:
        """Return whether a record is one that a figure is reckoned from; None where that cannot be written."""
        key = (node.records, day, of.reckoned, self.key(node, of, day), rule)
        if key not in self._flags:
            self._flags[key] = self._written(node, of, day, rule)
        return self._flags[key]

    @staticmethod
    def key(node: c.Aggregate, of: Encoder, day: date) -> str:
        """Return what is the same of figures that are reckoned from the same records."""
        return "" if node.where is None else of.keys.key(node.where, day)

    def _written(self, node: c.Aggregate, of: Encoder, day: date, rule: str) -> Flag | None:
        if node.where is None:
            return Flag(TRUE, TRUE)
        found = OfRecord(of, self.told(node, of, day), node.records).on(node.where, day, False, rule).value
        return found if isinstance(found, Flag) else None
