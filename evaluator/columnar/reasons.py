"""The reasons of what was written: the requirements in it, each with whether it is told of, and whether it is not met."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from dsl import core as c
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import Flag, Sql, Value, ordered_of
from evaluator.columnar.days import Day, exactly
from evaluator.columnar.terms import FALSE, TRUE, Cannot, Term
from evaluator.columnar.written import taken
from evaluator.reasons.sides import Sides, sides

if TYPE_CHECKING:
    from evaluator.columnar.written import Written

Key: TypeAlias = tuple[str, date | Term | None, bool]
"""What tells a reason from every other of its decision: its code, its day, which is a column where each partner has its own,
and whether it is of projected facts."""
Reason: TypeAlias = tuple[Key, Term, Term]
"""A reason: whether it is told of, and whether it is not met; neither is ever unknown."""
Told: TypeAlias = dict[Key, tuple[Term, Term]]
"""Reasons by their keys."""


class Reasons:
    """Finds the reasons of what was written on a day."""

    def __init__(self, sql: Sql, as_of: date) -> None:
        """Take what keeps columns, and the day of the question."""
        self._sql = sql
        self._stages = sql.stages
        self._today = exactly(as_of)

    def told(self, top: Written) -> Told:
        """Return the reasons of a node by their keys, in their order."""
        found: dict[Key, list[tuple[Term, Term]]] = {}
        for key, present, unmet in self.below(top, TRUE, False):
            found.setdefault(key, []).append((present, unmet))
        keep = self._stages.keep
        return {
            key: (keep(t.either(*(present for present, _ in places))), keep(t.chosen(places, FALSE)))
            for key, places in found.items()
        }

    def below(self, top: Written, present: Term, projected: bool) -> Iterator[Reason]:
        """Yield the requirements of a node, itself one or in what it is made of, in the order of readers."""
        if isinstance(top.node, c.Requirement):
            day = self._on(top.day)
            if day is None and isinstance(top.value, Flag):
                day = self._sides(top.the("value")).day
            is_number = not isinstance(top.value, Flag) and top.node.type.kind != "points"
            # Part of an amount or of a number is so much: nothing is asked of it.
            yield (top.node.code, day, projected), present, FALSE if is_number else is_unmet(top.value)
            yield from self.parts(top.the("value"), present, projected)
            return
        yield from self.parts(top, present, projected)

    def _on(self, day: Day | None) -> date | Term | None:
        """Return the day of a reason, where it is not that of the question."""
        if day is None or day == self._today:
            return None
        return day.at if day.is_exact else day.term

    def _sides(self, top: Written) -> Sides[Value]:
        """Return the sides of a condition of today: a window tells the day that it is told by where it has a figure."""

        def below(part: Written) -> Sides[Value]:
            if isinstance(part.node, c.AsProjected):
                return self._sides(part.the("value"))
            by = part.told_by
            told = Sides[Value](part.value)
            if by is None or isinstance(part.node, c.OnDate):
                return told
            asked = self._of_its_day(by.condition)
            counts = not isinstance(asked.observed, Flag) and asked.required is not None
            return told._replace(day=by.day) if counts else told  # type: ignore[arg-type]

        return sides(self._sql, top, below)

    def _of_its_day(self, asked: Written) -> Sides[Value]:
        """Return the sides of what is asked on a day of a window."""

        def below(part: Written) -> Sides[Value]:
            value = part.one("value")
            is_window = isinstance(part.node, c.Sometime)
            return Sides(part.value) if value is None or is_window else self._of_its_day(value)

        return sides(self._sql, asked, below)

    def parts(self, top: Written, present: Term, projected: bool) -> Iterator[Reason]:
        """Yield the requirements in what a node is made of."""
        if isinstance(top.node, c.Requirement):
            yield from self.below(top, present, projected)
            return
        projected = projected or isinstance(top.node, c.AsProjected)
        keep = self._stages.keep
        inner = keep(t.both(present, top.present))
        for part, may in self._in_order(top):
            if not t.is_false(may) and (part.parts or isinstance(part.node, c.Requirement)):
                yield from self.parts(part, keep(t.both(inner, may)), projected)
        for (code, on, far), told, unmet in top.told:
            yield (code, on, far or projected), keep(t.both(inner, told)), unmet

    def _in_order(self, top: Written) -> Iterator[tuple[Written, Term]]:
        """Yield the parts of a node as readers are told of them, conditions first, each with whether it is told of."""
        if isinstance(top.node, c.Lookup) and any(_has_requirement(part) for part in top.of("value")):
            raise Cannot("a requirement in a row of a table")
        may = taken(self._sql, top)
        order = sorted(range(len(top.parts)), key=lambda index: top.roles[index] != "condition")
        for index in order:
            yield top.parts[index], may[index]


def _has_requirement(top: Written) -> bool:
    return bool(top.told) or isinstance(top.node, c.Requirement) or any(map(_has_requirement, top.parts))


def is_unmet(value: Value) -> Term:
    """Return whether a requirement is surely not met, or earned nothing; never unknown."""
    if isinstance(value, Flag):
        return t.surely(t.negated(value.term))
    points = ordered_of(value)
    zero = t.number(0)
    if points.exact is not None:
        return TRUE if points.exact == 0 else FALSE
    if points.is_point:
        return t.surely(t.equal(points.low.term, zero))
    return t.surely(t.both(t.equal(points.low.term, zero), t.equal(points.high.term, zero)))
