"""What the figures of a core ask of records, taken apart: read off the figures alone, once for a core."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dsl import core as c
from dsl.core.moves import Movement, Place
from dsl.core.remembered import Remembered
from dsl.core.walk import walk


@dataclass(frozen=True, slots=True)
class Asked:
    """An expression that is asked of records, the same wherever it is written."""

    number: int
    node: c.Expr
    fields: tuple[str, ...]
    """Fields that are read, also through computed ones: records alike in these are alike in the expression."""
    moves: bool
    """Whether it can be another one on another day."""


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """What a figure asks of each record."""

    node: c.OfRecords
    where: Asked | None
    conditions: tuple[Asked, ...]
    """The parts of the condition, each of which must hold."""
    value: Asked | None
    alike: tuple[Asked, ...]
    amount: Asked | None

    @property
    def moves(self) -> bool:
        """Whether a record can be in it on one day and not on another, or count for another value; its months apart."""
        asked = (self.where, self.value, self.amount, *self.alike)
        return self.amount is not None or any(one.moves for one in asked if one is not None)


class RecordPlans:
    """The plans of the figures of one core, made once: read off the figures alone."""

    def __init__(self, movement: Movement) -> None:
        self.movement = movement
        self._asked: dict[tuple[object, ...], Asked] = {}
        self._plans: dict[int, RecordPlan] = {}
        self._listed: Remembered[tuple[int, date], tuple[c.OfPeople, tuple[frozenset[str], ...]]] = Remembered()

    def listed(self, node: c.OfPeople, day: date) -> tuple[frozenset[str], ...]:
        """Return what each list of a figure about people names on a day."""
        found = self._listed.get((id(node), day))
        if found is None:
            entries = (listing.entries for listing in node.lists)
            names = tuple([frozenset(one.certification for one in listed if day in one.days) for listed in entries])
            found = self._listed.keep((id(node), day), (node, names))
        return found[1]

    def of(self, node: c.OfRecords) -> RecordPlan:
        """Return what a figure asks of each record."""
        found = self._plans.get(id(node))
        if found is None or found.node is not node:
            # With its node: an identity is one node's only as long as that is there.
            found = self._plans[id(node)] = self._plan(node)
        return found

    def _plan(self, node: c.OfRecords) -> RecordPlan:
        def asked(part: c.Expr) -> Asked:
            key = (node.records, part, _places(part))
            if key not in self._asked:
                moves = self.movement.of(part, Place(records=node.records))
                read = {one.name for one in walk(part) if isinstance(one, c.Field) and one.formula is None}
                does_move = bool(moves.days or moves.movers or moves.rises)
                self._asked[key] = Asked(len(self._asked), part, tuple(sorted(read)), does_move)
            return self._asked[key]

        value, total = (node.value, node.total) if isinstance(node, c.Aggregate) else (None, None)
        alike = node.by if isinstance(node, c.Grouped) else node.alike if isinstance(node, c.Aggregate) else ()
        return RecordPlan(
            node,
            asked(node.where) if node.where is not None else None,
            tuple(map(asked, _conditions(node.where))) if node.where is not None else (),
            asked(value) if value is not None else None,
            tuple(map(asked, alike)),
            asked(total.left) if total is not None else None,
        )


def _conditions(where: c.Expr) -> Iterable[c.Expr]:
    """Yield what must hold: the parts of an `and`, and of those inside it."""
    if isinstance(where, c.AllOf) and not any(isinstance(part, c.Requirement) for part in where.parts):
        for part in where.parts:
            yield from _conditions(part)
    else:
        yield where


def _places(part: c.Expr) -> tuple[object, ...]:
    """Return the places of the nodes that can tell of their own, as an unknown figure does: equal ones of two are two."""
    quiet = c.Field | c.Compare | c.AllOf | c.AnyOf | c.Not | c.Arithmetic | c.Today | c.Edge | c.Shift
    nodes = (one for one in walk(part) if not isinstance(one, quiet))
    told = (one.origin for one in nodes if not isinstance(one, c.Literal) or one.value is None)
    return tuple((origin.source.name, origin.start, origin.end) for origin in told)
