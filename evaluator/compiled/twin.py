"""The twin of one core: what was compiled of it, by node, rule and epoch; threads share it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from threading import RLock
from typing import Literal, TypeAlias

from dsl import core as c
from dsl.core.walk import each, named_in, own_days, own_figures
from dsl.core.written import Written
from evaluator.compiled.source import PythonSource, compiled
from evaluator.compiled.telling import CALLED, NotAtOnce
from evaluator.compiled.unboxed import Form, Unboxed, form_of
from evaluator.compiled.writing import Writing
from evaluator.reasons.plan import Plans, Within

Compiled: TypeAlias = Callable[..., Unboxed]
"""A function of a frame, and of the record at hand; None where none is. That tells progress: of what nothing gives.

That gives records: also of whether all parts are asked for."""
Gives: TypeAlias = Literal["value", "scored", "notes", "progress", "reasons", "text", "record"]
"""What a function gives of a node: what it is, alone or with its score, what that rests on, whether something of it is done,
what reasons are told from. Of a rule's requirement that is settled: whether it is met, with its reasons, or with these as
they are written; None of one that is open, False where nobody can write them at once."""

MOST_FUNCTIONS = 4_000
"""How many functions are kept; then they are compiled anew, so that days of all years take no room."""
OF_THE_DAY_ALONE: tuple[Gives, ...] = ("value", "scored", "progress")
"""What is the same as long as nothing changes that stands in a node; what is told of it also names what stands elsewhere."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A node that is read of a partner, the same wherever it stands in a rule."""

    node: c.Expr
    rule: c.Rule | None
    is_plain: bool
    """Whether it is the same in the check of an entry of the register as it is without one."""
    form: Form
    told_as: str | None = None
    """As what it is told where it is told at all: the name of a fact, or of a measure that may be supplied."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A node with a function of its own."""

    node: c.Expr
    rule: c.Rule | None
    declaration: c.RecordsDecl | None
    form: Form
    turns: tuple[date, ...]
    """The days on which something of it changes; what it asks for by number has its own."""


class Twin:
    """Compiles nodes when they are asked for first; between two change days nothing dated changes."""

    def __init__(self, core: c.Core, written: Written, plans: Plans, scored: Callable[[c.Expr], bool]) -> None:
        """Take the core, what its nodes rest on as they are written, the plans of its reasons, and what tells where scores stand."""
        self.core = core
        self.written = written
        self.plans = plans
        self.asks = plans.asks
        self.scored = scored
        self._lock = RLock()
        self.leaves: list[Leaf] = []
        self.units: list[Unit] = []
        self._leaf_numbers: dict[tuple[object, ...], int] = {}
        self._unit_numbers: dict[tuple[int, str | None, str | None], int] = {}
        self._of_names: dict[str, frozenset[date]] = {}
        """The days on which something of a name changes."""
        self._functions: dict[tuple[int, int, Gives], Compiled] = {}
        self._kept: dict[tuple[int, int, Gives], Compiled] = {}
        """The same by the stretch of the node's own days: most nodes are written alike in many epochs."""

    def epoch(self, day: date) -> int:
        """Return which of the epochs of the core a day is in."""
        return bisect_right(self.core.change_days, day)

    # ---- numbers: with its node each, as an identity is one object's only as long as that is there

    def leaf(self, node: c.Expr, rule: c.Rule | None) -> int:
        """Return the number of a node that is read, in a rule."""
        key = _key(node, rule)
        found = self._leaf_numbers.get(key)
        if found is None:
            with self._lock:
                found = self._leaf_numbers.get(key)
                if found is None:
                    told_as = node.name if isinstance(node, c.Fact) else _supplied(node)
                    self.leaves.append(Leaf(node, rule, isinstance(node, _PLAIN), form_of(node.type), told_as))
                    found = self._leaf_numbers[key] = len(self.leaves) - 1
        return found

    def unit(self, node: c.Expr, rule: c.Rule | None, declaration: c.RecordsDecl | None = None) -> int:
        """Return the number of a node with a function of its own, in a rule and a list of records."""
        key = (id(node), rule.id if rule is not None else None, declaration.name if declaration is not None else None)
        found = self._unit_numbers.get(key)
        if found is None:
            with self._lock:
                found = self._unit_numbers.get(key)
                if found is None:
                    self.units.append(
                        Unit(node, rule, declaration, form_of(node.type), tuple(sorted(set(self._turns(node)))))
                    )
                    found = self._unit_numbers[key] = len(self.units) - 1
        return found

    def _turns(self, node: c.Expr) -> Iterator[date]:
        """Yield the days on which something begins or ends that stands in a node, and all days that it states.

        A name that follows from the policies alone is written as what it stands for: its days are among them.
        """
        for one in each([node]):
            yield from (day for days in own_days(one) for day in (days.start, days.end) if day is not None)
            yield from (figure for figure in own_figures(one) if isinstance(figure, date))
            if isinstance(one, c.Named):
                if one.name not in self._of_names:
                    self._of_names[one.name] = frozenset(self._turns(self.core.named[one.name].value))
                yield from self._of_names[one.name]

    # ---- functions

    def function(self, number: int, epoch: int, day: date, gives: Gives = "value") -> Compiled:
        """Return the function of a unit for an epoch, of which the day is one."""
        found = self._functions.get((number, epoch, gives))
        if found is None:
            with self._lock:
                if len(self._functions) >= MOST_FUNCTIONS:
                    self._functions.clear()
                    self._kept.clear()
                key = (number, self.stretch(number, day, gives), gives)
                found = self._kept.get(key)
                if found is None:
                    found = self._kept[key] = self._compiled(number, day, gives)[0]
                self._functions[number, epoch, gives] = found
        return found

    def stretch(self, number: int, day: date, gives: Gives) -> int:
        """Return in which of the stretches of a unit a day is: on two days of one, one function gives it."""
        return bisect_right(self.units[number].turns, day) if gives in OF_THE_DAY_ALONE else -self.epoch(day)

    def text(self, node: c.Expr, rule: c.Rule | None, day: date, gives: Gives = "value") -> str:
        """Return the source of the function that decides a node on a day, or says more of it, for readers."""
        with self._lock:
            return self._compiled(self.unit(node, rule), day, gives)[1]

    def _compiled(self, number: int, day: date, gives: Gives) -> tuple[Compiled, str]:
        unit = self.units[number]
        writing = Writing(self, unit.rule, unit.declaration, day, noting=gives in ("notes", "reasons", "text"))
        writing.source.write("m = f.memo")
        takes: tuple[str, ...] = ("f", "row")
        if gives == "progress":
            writing.source.write("row = None")
            takes = ("f", "nothing")
            result = writing.progress(unit.node).result
        elif gives == "scored":
            result = writing.scored(unit.node)
        elif gives == "record":
            result = writing.record(unit.node)
            takes = ("f", "row", "deep")
        elif gives in ("reasons", "text"):
            writing.source.write("row = None")
            takes = ("f",)
            within = self._within(unit, day)
            try:
                result = (writing.reasons if gives == "reasons" else writing.text)(unit.node, within)
                writing.source.lines.insert(0, writing.without_notes)
            except NotAtOnce:
                writing.source, result = PythonSource(), "False"
        else:
            written = writing.on(unit.node)
            result = written.value.result
            if gives == "notes":
                writing.source.lines.insert(0, writing.without_notes)
                result = writing.merged(written.notes)
        of = unit.rule.id if unit.rule is not None else self.core.package
        place = unit.node.origin.place or of
        head = (
            f"{of}, as written in {place}, on {day} and as long as nothing dated changes",
            *(f"f.leaf({number}) is {_told(node)}" for number, node in writing.leaves.items()),
        )
        return compiled(writing.source, result, head, f"<{of}>", takes, CALLED if gives == "text" else {})

    def _within(self, unit: Unit, day: date) -> Within:
        version = self.core.version_on(unit.rule, day) if unit.rule is not None else None
        if version is None or version.requirement is not unit.node:
            raise AssertionError("reasons are written of what a rule requires")
        return self.plans.within(version.days, version.basis.cites)


_ALIKE: Mapping[type[c.Node], tuple[str, ...]] = {
    c.Fact: ("name",),
    c.Named: ("name",),
    c.Holds: ("award", "level"),
    c.Lapsed: ("award", "level"),
    c.Paid: ("award",),
    c.InRenewal: ("award",),
    c.Qualifies: ("rule",),
    c.People: ("lists", "least"),
}
"""What tells nodes from each other that are read: of any other kind each is read by itself, and for the rule it is in."""
_PLAIN = (c.Fact, c.Named, c.People, c.DifferentPeople, c.Holds, c.Paid, c.Lapsed, c.InRenewal)


def _supplied(node: c.Expr) -> str | None:
    """Return the name of a measure that may be told ready-made."""
    return node.name if isinstance(node, c.Named) and node.supplied else None


def is_read_once(node: c.Expr) -> bool:
    """Whether a node that is read is the same wherever it stands."""
    return type(node) in _ALIKE


def _told(node: c.Expr) -> str:
    """Return what is read, for readers of a function."""
    named = [name for _, name in named_in(node)]
    return " ".join((type(node).__name__, *named, f"({node.origin.place})" if node.origin.place else "")).strip()


def _key(node: c.Expr, rule: c.Rule | None) -> tuple[object, ...]:
    alike = _ALIKE.get(type(node))
    if alike is None:
        return id(node), rule.id if rule is not None else None
    return type(node), *(getattr(node, name) for name in alike)
