"""What moves a node from day to day: read off what each kind of node declares, once for a core.

A kind says in ``moves_with`` what it looks at beside its parts, and its fields say how the nodes in them are asked. So
the parts of a condition that can change are known before any facts are; ``evaluator.stretches`` turns them into days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from dsl import core as c
from dsl.core.remembered import Remembered
from dsl.core.walk import asked


@dataclass(frozen=True, slots=True)
class Place:
    """From where a node is asked: what an evaluation on the way to it changes of its moment."""

    projected: bool = False
    records: str | None = None
    """The list each record of which it is decided for."""
    rule: str | None = None
    """The rule that is decided, where it is not the one of the moment."""
    of_entry: bool = True
    """Whether it can still be about the entry of the register that is checked; a measure is about the partner."""


@dataclass(frozen=True, slots=True)
class Mover:
    """A node that can change beside its parts, and how to find the days on which it does."""

    node: c.Expr
    place: Place
    how: c.How
    """By what it reads; by the order of two dates; by the day that another is decided on; or on any day."""


@dataclass(frozen=True, slots=True)
class Moves:
    """What can change a node: days written in the policy, and movers, inner ones first."""

    days: frozenset[date] = frozenset()
    movers: tuple[Mover, ...] = ()
    rises: bool = False
    """Whether the value is a date that may be another every day, a later one the later the day."""


class Movement:
    """Tells what moves the nodes of one core; what names stand for is looked at once."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self._named: dict[tuple[str, str, Place], Moves] = {}
        self._known: Remembered[tuple[int, Place], tuple[c.Expr, Moves]] = Remembered()

    def of(self, node: c.Expr, place: Place) -> Moves:
        """Return what can change a node; found once for each place."""
        key = (id(node), place)
        known = self._known.get(key)
        if known is None:
            known = self._known.keep(key, (node, self._of(node, place)))
        return known[1]

    def _of(self, node: c.Expr, place: Place) -> Moves:
        days: set[date] = set()
        movers: _Movers = {}
        rises = "every day" in node.moves_with
        decided_elsewhere: set[c.How] = set()
        for how, part in asked(node):
            if isinstance(part, c.Days):
                days.update(day for day in (part.start, part.end) if day is not None)
                continue
            if how == "on another day":
                continue
            inner = self._part(node, how, part, place)
            days |= inner.days
            _add(movers, inner.movers)
            if inner.rises and how in ("in order", "to say which day"):
                decided_elsewhere.add(how)
            else:
                rises |= inner.rises
        _add(movers, (Mover(node, place, word) for word in node.moves_with if word != "every day"))
        _add(movers, (Mover(node, place, how) for how in decided_elsewhere))
        if rises and node.type.kind != "date":
            _add(movers, [Mover(node, place, "every day")])
            rises = False
        return Moves(frozenset(days), tuple(movers.values()), rises)

    def _part(self, node: c.Expr, how: c.How, part: c.Expr | str, place: Place) -> Moves:
        if isinstance(part, str):
            return self._of_name(how, part, place)
        if how == "as projected":
            return self.of(part, replace(place, projected=True))
        if how == "of each record" and isinstance(node, c.OfRecords):
            return self.of(part, replace(place, records=node.records))
        return self.of(part, place)

    def _of_name(self, how: c.How, name: str, place: Place) -> Moves:
        """Return what moves a figure, measure or rule: the record at hand is left behind."""
        if how == "named":
            inner = Place(place.projected, of_entry=False, rule="")
        else:
            inner = Place(place.projected, of_entry=place.of_entry, rule=name)
        key = (how, name, inner)
        if key not in self._named:
            self._named[key] = self._of_value(how, name, inner)
        return self._named[key]

    def _of_value(self, how: c.How, name: str, place: Place) -> Moves:
        if how == "named":
            return self.of(self.core.named[name].value, place)
        days: set[date] = set()
        movers: _Movers = {}
        for version in self.core.rules[name].versions:
            days |= version.bounds()
            if version.requirement is not None:
                inner = self.of(version.requirement, place)
                days |= inner.days
                _add(movers, inner.movers)
        return Moves(frozenset(days), tuple(movers.values()))


_Movers = dict[tuple[object, ...], Mover]


def _add(movers: _Movers, more: Iterable[Mover]) -> None:
    """Add movers; those that read the same of the partner are one."""
    for mover in more:
        node = mover.node
        match mover.how:
            case "records" if isinstance(node, c.OfRecords):
                read: object = (node.records, node.over)
            case "certifications" if isinstance(node, c.OfPeople):
                read = tuple(listing.name for listing in node.lists)
            case "facts" if isinstance(node, c.Fact | c.Named):
                read = node.name
            case _:
                # Such a node is small, or found by what it compares: it is one only with itself.
                read = id(node)
        movers.setdefault((mover.how, mover.place, read), mover)
