"""A node that was written as SQL, with what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl import core as c
from dsl.core.ops.decided import Asked, WithRoles
from dsl.core.ops.metrics import every_metric
from dsl.core.ops.parts import Role
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import Sql, Value, Word, flag_of
from evaluator.columnar.terms import FALSE, TRUE, Term

if TYPE_CHECKING:
    from evaluator.columnar.days import Day
    from evaluator.columnar.missing import Own
    from evaluator.columnar.reasons import Reason
    from evaluator.columnar.windows import ToldBy


@dataclass(frozen=True, slots=True)
class Written(WithRoles):
    """A node that was written: its value, its parts, and where it says less than Ranges does."""

    node: c.Expr
    value: Value
    parts: tuple[Written, ...] = ()
    roles: tuple[Role, ...] = ()
    open: Term = FALSE
    """Where the row engine is asked instead; never unknown itself."""
    day: Day | None = None
    projected: bool = False
    present: Term = TRUE
    """Whether its parts are told of."""
    told: tuple[Reason, ...] = ()
    """The reasons of a part that is folded of other rows."""
    told_by: ToldBy | None = None
    """Of a window the day that it is told by."""
    lacks: Own | None = None
    """Of a window what is missing on its days, of the register what is missing of it."""
    every: tuple[Value, ...] = ()
    """What is asked of every metric of a score."""


class AskedParts(Asked[Written, Value]):
    """The parts of one node, with what is asked of every metric among them."""

    __slots__ = ("every",)

    def __init__(self, algebra: Sql, find: object) -> None:
        """Take the algebra of the definition, and what writes a node."""
        super().__init__(algebra, find)  # type: ignore[arg-type]
        self.every: list[Value] = []

    def metrics(self, _: c.Expr, every: c.EveryMetric) -> Value:
        """Return whether every metric that counts in the score has what is asked of it."""
        found: Value = every_metric(self._algebra, self.parts[self.roles.index("value")], every)
        self.every.append(found)
        return found


def taken(sql: Sql, top: Written) -> Sequence[Term]:
    """Return of each part of a node whether it may be taken: of what chooses, the others are not asked for."""
    found = [TRUE] * len(top.parts)
    if isinstance(top.node, c.Case):
        here: Term = TRUE
        test: Term = TRUE
        for index, role in enumerate(top.roles):
            if role == "condition":
                found[index] = here
                test = flag_of(top.parts[index].value).term
            else:
                found[index] = t.both(here, t.perhaps(test))
                here = sql.keep(t.both(here, t.negated(t.surely(test))))
                test = TRUE
    elif isinstance(top.node, c.Lookup):
        key = top.the("key").value
        if not isinstance(key, Word):
            raise AssertionError("a table is looked up by a word")
        cells = {id(row.cell): row.key for row in top.node.rows}
        words = [word for word in cells.values() if word is not None]
        for index, part in enumerate(top.parts):
            if top.roles[index] == "value":
                word = cells[id(part.node)]
                is_it = t.negated(t.among(key.term, words)) if word is None else t.equal(key.term, t.text(word))
                found[index] = sql.keep(t.perhaps(is_it))
    return found
