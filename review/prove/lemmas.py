"""What is known of figures over records without their rows: of one condition that implies another it has no more.

A number or sum over the records of a list is one variable to the solver. Two of them over the same list and months are
in order where every record that meets the one condition meets the other: that is asked of a single record of which
every field is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import permutations, product

import z3

from dsl import core as c
from dsl.core.figures import anything
from dsl.core.ranges import Numbers
from review.diff.direction import DOWN, UP, Directions
from review.prove.encode import Encoder
from review.prove.formulas import FALSE, Formula, at_least, both, either, negated
from review.prove.records import Conditions
from review.prove.terms import Flag, Ordered, Term
from review.prove.told import Told

TIME = 1_000
"""Milliseconds that the solver may think about one record."""


@dataclass(frozen=True, slots=True)
class _Over:
    """A figure over records."""

    term: Ordered
    node: c.Aggregate
    encoder: Encoder
    day: date
    rule: str
    where: str


@dataclass(slots=True)
class Lemmas:
    """Finds which figures are in order; remembers which condition implies which."""

    conditions: Conditions
    ways: Directions
    """From one side to the other."""
    _implied: dict[tuple[object, ...], bool] = field(default_factory=dict)

    def of(self, told: Told, before: Encoder, after: Encoder) -> Iterator[Formula]:
        """Yield what holds of the variables of figures over records, and of what is asked on other days."""
        groups: dict[tuple[object, ...], dict[str, _Over]] = {}
        for encoder in (before, after):
            for key, (node, day, projected, rule) in encoder.opened.items():
                term = told.nodes[key][1]
                if not isinstance(node, c.Aggregate) or not isinstance(term, Ordered) or term.exact is None:
                    continue
                if not _grows_with_its_records(node):
                    continue
                parts = (*([node.value] if node.value is not None else []), *node.alike)
                keys = tuple(encoder.keys.key(part, day) for part in parts)
                what = (node.records, node.function, node.distinct, keys, node.over, day, projected, rule)
                where = "" if node.where is None else encoder.keys.key(node.where, day)
                groups.setdefault(what, {})[where] = _Over(term, node, encoder, day, rule, where)
        for group in groups.values():
            for one, other in permutations(group.values(), 2):
                if self._implies(one, other):
                    yield one.term.low.value <= other.term.low.value
        yield from _of_sides(told, before, after, self.ways)

    def _implies(self, one: _Over, other: _Over) -> bool:
        key = (one.node.records, one.where, other.where, one.day, one.encoder.reckoned)
        if key not in self._implied:
            self._implied[key] = self._asked(one, other)
        return self._implied[key]

    def _asked(self, one: _Over, other: _Over) -> bool:
        inside, outside = (self.conditions.of(over.node, over.encoder, over.day, over.rule) for over in (one, other))
        if inside is None or outside is None:
            return False
        against = both(inside.may, negated(outside.must))
        if against.eq(FALSE):
            return True
        solver = z3.SimpleSolver()
        solver.set("timeout", TIME)
        solver.add(*self.conditions.told(one.node, one.encoder, one.day).all_bounds(), against)
        return bool(solver.check() == z3.unsat)


def _of_sides(told: Told, before: Encoder, after: Encoder, ways: Directions) -> Iterator[Formula]:
    """Yield which of what is not laid open is no less on one side: figures over groups, and what is asked on other days."""
    mine, its = (list(_compared(told, encoder)) for encoder in (before, after))
    for (one, its_place, was), (other, place, now) in product(mine, its):
        if type(one) is not type(other) or its_place != place or was is now:
            continue
        steps = ways.of(one, other, place[0])
        if steps <= UP:
            yield from _is_no_less(was, now)
        if steps <= DOWN:
            yield from _is_no_less(now, was)


def _compared(told: Told, encoder: Encoder) -> Iterator[tuple[c.Expr, tuple[date, bool, str], Term]]:
    for key, (node, day, projected, rule) in encoder.opened.items():
        # Of another day than that of the question a window may look further.
        if isinstance(node, c.Grouped | c.Sometime | c.OnDate) and day == encoder.as_of:
            yield node, (day, projected, rule), told.nodes[key][1]


def _is_no_less(least: Term, most: Term) -> Iterator[Formula]:
    """Yield that one term is nowhere less than another: in what it must be, and in what it may."""
    if isinstance(least, Flag) and isinstance(most, Flag):
        yield from (either(negated(one), other) for one, other in ((least.must, most.must), (least.may, most.may)))
    elif isinstance(least, Ordered) and isinstance(most, Ordered):
        low, high = least.low, most.high
        yield either(low.open, both(negated(most.low.open), at_least(most.low.value, low.value)))
        yield either(high.open, both(negated(least.high.open), at_least(high.value, least.high.value)))


def _grows_with_its_records(node: c.Aggregate) -> bool:
    """Whether more records are never less: a number of them, or a sum of what is not negative."""
    if node.total is not None or node.of_anniversary is not None:
        return False
    if node.function == "count":
        return True
    found = anything(node)
    return node.function == "sum" and isinstance(found, Numbers) and found.low is not None and found.low >= 0
