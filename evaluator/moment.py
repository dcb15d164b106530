"""When, and about what, a node is decided."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, Protocol

from dsl.core import Core, Expr, RecordsDecl, Rule
from evaluator.explanation import Explanation
from evaluator.facts import Facts, Row


class Moment(NamedTuple):
    """The day and basis of an evaluation, and the record, rule or register entry at hand."""

    day: date
    projected: bool = False
    row: Row | None = None
    """The record whose fields are read."""
    declaration: RecordsDecl | None = None
    """What that record declares."""
    rule: Rule | None = None
    """The rule being decided: whose anniversary is meant."""
    entry: Row | None = None
    """The register's entry whose check is decided."""
    due: date | None = None
    """The anniversary of that check."""


def key_of(node: Expr, at: Moment) -> tuple[object, ...]:
    """Return what tells an evaluation of a node of the core, outside of records, from others."""
    rule = at.rule.id if at.rule is not None else None
    entry = at.entry.pointer if at.entry is not None else None
    return id(node), at.day, at.projected, rule, entry, at.due


class Decides(Protocol):
    """What the register needs of an interpreter: to decide a node, or a rule's requirement, at a moment."""

    core: Core
    facts: Facts

    def evaluate(self, node: Expr, at: Moment) -> Explanation:
        """Decide one node."""

    def requirement(self, rule: Rule, at: Moment) -> Explanation:
        """Decide the requirement of a rule in the version of the day."""
