"""What a partner tells, as variables of the solver: the same for both sides of a change.

The partner is one of whom everything is told. A fact is a variable by its name; what the register, the records or other
days say is one by the canonical key of the node and the day, so that what means the same has one value on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import chain

import z3

from dsl import core as c
from dsl.builtin import ENDLESS
from dsl.core.figures import anything
from dsl.core.ranges import Numbers
from dsl.core.references import made_of
from dsl.core.walk import each
from evaluator import limits
from review.prove.claims import Between
from review.prove.formulas import Formula, both, either, figure, negated
from review.prove.people import Counted, People
from review.prove.terms import UNNAMED, End, Flag, Ordered, Term, Words, point
from review.words.speaker import Speaker

LONGEST = 120
"""Letters of what stands between a claim and its proof, in words."""
LAST_DAY = date.max.toordinal()
FIRST, LAST = date(limits.FIRST_YEAR, 1, 1).toordinal(), date(limits.LAST_YEAR, 12, 31).toordinal()


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact or measure that is told, by its name, the day and whether it is projected."""

    name: str
    day: date
    projected: bool
    type: c.Type


@dataclass
class Told:
    """The variables, what bounds them, and what they stand for."""

    texts: tuple[str, ...]
    """Words that a rule names beside a text."""
    as_of: date | None = None
    """The day of the question: what is told of it is called alike on whatever day it is asked. None: all days are named."""
    bounds: list[Formula] = field(default_factory=list)
    facts: dict[str, tuple[Fact, Term]] = field(default_factory=dict)
    nodes: dict[str, tuple[c.Expr, Term]] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    """Of which day each node is."""
    opened: dict[str, tuple[str, c.Expr, date, c.Core]] = field(default_factory=dict)
    """What the solver knows no more of than its type: what that is, the node, its day, and whose core it is of."""
    people: People = field(default_factory=People)
    wishes: list[Formula] = field(default_factory=list)
    """What holds of a partner with whom every day is as today: wished for where one is looked for, never relied on."""
    told_days: list[Formula] = field(default_factory=list)
    """What holds of one who tells days in the past, on which it was as today: likewise."""
    met_today: list[Formula] = field(default_factory=list)
    """What holds of one who meets today what has to be met on a day of a window: likewise."""
    windows: dict[tuple[date, date], None] = field(default_factory=dict)
    """First and last days between which something is asked, as far as they are known."""

    def fact(self, name: str, type_: c.Type, day: date, *, projected: bool) -> Term:
        """Return what is told under a name."""
        # Two types are two facts: who fits one side may not fit the other.
        of_type = f"{type_} {type_.low} {type_.high}"
        key = f"{'projected ' if projected else ''}{name} {self.when(day)}: {of_type}"
        if key not in self.facts:
            term = self._exactly(key, type_)
            self.facts[key] = (Fact(name, day, projected, type_), term)
            if isinstance(term, Ordered) and term.is_day:
                inside = both(term.low.value >= figure(FIRST), term.low.value <= figure(LAST))
                # Only fields of the register and of certifications take "none": no fact is a day that never comes.
                is_endless = name.partition(".")[2] in ENDLESS
                never = term.low.value == figure(LAST_DAY)
                self.bounds.append(either(inside, never) if is_endless else inside)
        return self.facts[key][1]

    def when(self, day: date) -> str:
        """Return how a day is called in the name of what is told of it."""
        return "today" if day == self.as_of else f"on {day}"

    def counted(self, asked: Counted) -> Term:
        """Return how many people a figure counts, or how many lists they fill."""
        return point(z3.ToReal(self.people.count(asked, self.when(asked.day))))

    def open(self, key: str, node: c.Expr, day: date, what: str, core: c.Core, *, exact: bool) -> Term:
        """Return all that a node can be by its type: one value where it is read of the partner, else a range."""
        if key not in self.nodes:
            self.opened[key] = (what, node, day, core)
            type_ = _all_of(node)
            self.nodes[key] = (node, self._exactly(key, type_) if exact else self._range(key, type_))
            self.days[key] = day
        return self.nodes[key][1]

    def _exactly(self, key: str, type_: c.Type) -> Term:
        match type_.kind:
            case "flag":
                flag = z3.Bool(key)
                return Flag(flag, flag)
            case "choice" | "text":
                words = type_.choices or (*self.texts, UNNAMED)
                index = z3.Int(key)
                self.bounds += [index >= 0, index < len(words)]
                return Words(tuple((word, index == number) for number, word in enumerate(words)))
            case _:
                return point(self._number(key, type_), is_day=type_.kind == "date")

    def _range(self, key: str, type_: c.Type) -> Term:
        match type_.kind:
            case "flag":
                must, may = z3.Bool(f"{key} must"), z3.Bool(f"{key} may")
                self.bounds.append(either(negated(must), may))
                return Flag(must, may)
            case "choice" | "text":
                words = type_.choices or (*self.texts, UNNAMED)
                mays = [z3.Bool(f"{key} may {word}") for word in words]
                self.bounds.append(either(*mays))
                return Words(tuple(zip(words, mays, strict=True)))
            case _:
                low, high = self._number(f"{key} low", type_), self._number(f"{key} high", type_)
                ends = [End(one, z3.Bool(f"{key} open {side}")) for side, one in (("low", low), ("high", high))]
                self.bounds.append(low <= high)
                return Ordered(ends[0], ends[1], type_.kind == "date")

    def _number(self, key: str, type_: c.Type) -> Formula:
        whole = type_.kind in ("date", "count")
        value = z3.ToReal(z3.Int(key)) if whole else z3.Real(key)
        low = Decimal(1) if type_.kind == "date" else type_.low
        high = Decimal(LAST_DAY) if type_.kind == "date" else type_.high
        self.bounds += [value >= figure(low)] if low is not None else []
        self.bounds += [value <= figure(high)] if high is not None else []
        return value

    def between(self) -> tuple[Between, ...]:
        """Return what stands between a claim and its proof, in the words of the rules: nobody has to look it up."""
        told = (
            Between(what, _in_words(core, node, day), f"{node.origin.source.name}:{node.origin.line}")
            for what, node, day, core in self.opened.values()
        )
        return tuple(dict.fromkeys(told))

    def all_bounds(self) -> list[Formula]:
        """Return what holds of the variables of every partner."""
        return [*self.bounds, *self.people.bounds()]


def counted(node: c.OfPeople, day: date, *, projected: bool) -> Counted:
    """Return the figure about people that a node is on a day."""
    lists = tuple(frozenset(one.certification for one in listing.entries if day in one.days) for listing in node.lists)
    return Counted(lists, node.least if isinstance(node, c.People) else 0, day, projected)


def _in_words(core: c.Core, node: c.Expr, day: date) -> str:
    told = Speaker(core, day).say(node)
    return told if len(told) <= LONGEST else f"{told[: told.rindex(' ', 0, LONGEST)]} …"


def _all_of(node: c.Expr) -> c.Type:
    """Return the type of a node with the bounds of all that it can be: what is reckoned may leave its type's own."""
    if isinstance(node, c.Aggregate) and node.type.is_numeric:
        # Of no records a figure is 0, wherever the bounds of a field lie.
        found = anything(node)
        if isinstance(found, Numbers):
            return replace(node.type, low=found.low, high=found.high)
    is_count = isinstance(node, c.Grouped) and node.function == "count"
    if is_count or isinstance(node, c.Fact | c.OfPeople | c.Aggregate):
        return node.type
    return replace(node.type, low=None, high=None)


def texts_of(cores: Iterable[c.Core]) -> tuple[str, ...]:
    """Return the words that rules name beside a text: figures, keys of tables, declared values."""
    found: set[str] = set()
    for core in cores:
        of_rules = chain.from_iterable(made_of(core, rule) for rule in core.rules.values())
        for node in chain(of_rules, each(named.value for named in core.named.values())):
            if isinstance(node, c.Literal) and isinstance(node.value, str):
                found.add(node.value)
            if isinstance(node, c.Lookup):
                found.update(row.key for row in node.rows if row.key is not None)
    return tuple(sorted(found))
