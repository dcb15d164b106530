"""How many people hold certifications of lists: one pass over a partner's certifications, for all figures that are asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import combinations

from sqlglot import exp

from dsl import core as c
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import End, Ordered, Sql, Value, constant, ordered_of
from evaluator.columnar.layout import PARTNER, PROJECTED
from evaluator.columnar.source import Source, sql_table
from evaluator.columnar.terms import FALSE, TRUE, Cannot, Term
from evaluator.limits import MAX_ROWS

TABLE = "records/certifications"
_MOST_LISTS = 6
"""Lists that are filled with different people: of more there are too many choices to count each."""


@dataclass
class _Asked:
    """What is asked of the certifications as told, or as projected."""

    of_person: dict[Term, str] = field(default_factory=dict)
    """Of each person, whether it holds a list: aggregates by the names of their columns."""
    of_partner: dict[Term, str] = field(default_factory=dict)
    """Of each partner, figures over its persons."""


class PeopleTable:
    """The figures about people that are asked for."""

    def __init__(self, core: c.Core, source: Source) -> None:
        self.core = core
        self.source = source
        self._asked: dict[bool, _Asked] = {}

    def count(self, node: c.People, day: date, projected: bool, sql: Sql) -> Value:
        """Return how many different people hold, on a day, a certification of enough of the lists."""
        if day > self.source.as_of:
            raise Cannot("people on a day that lies ahead")
        told = self.source.told("certifications", projected)
        partial = self.source.partial("certifications", projected)
        low, high = self._figures(node, day, projected)
        zero = t.number(0)
        least = sql.keep(t.chosen([(told, t.fallen_back(low, zero))], zero))
        whole = t.both(told, t.negated(partial))
        most = sql.keep(t.chosen([(whole, t.fallen_back(high, zero))]))
        first = End(least, True)
        known = t.is_true(whole)
        last = first if known and least == most else End(most, known)
        return Ordered(first, last, 0, 0, MAX_ROWS)

    def different(self, node: c.DifferentPeople, day: date, projected: bool, sql: Sql) -> Value:
        """Return how many of the lists can be filled with a different person each, where all about them is known.

        For some of the lists there are no more different people than hold one of them, and the others can be filled at
        most: the least of this over all choices of lists is the size of a maximum matching (the theorem of Hall, as
        König and Ore have it for what is lacking).
        """
        size = len(node.lists)
        if size > _MOST_LISTS:
            raise Cannot(f"different people for more than {_MOST_LISTS} lists")
        bounds: list[Value] = [constant(Decimal(size))]
        for number in range(1, size + 1):
            for lists in combinations(node.lists, number):
                asked = c.People(lists=lists, least=1, type=node.type, origin=node.origin)
                bounds.append(sql.add(self.count(asked, day, projected, sql), constant(Decimal(size - number))))
        found = ordered_of(sql.smallest(bounds))
        if not found.is_point:
            sql.open.append(sql.keep(t.negated(t.surely(t.equal(found.low.term, found.high.term)))))
        return found

    def _figures(self, node: c.People, day: date, projected: bool) -> tuple[Term, Term]:
        if self.source.is_empty(TABLE, projected):
            return t.number(0), t.number(0)
        asked = self._asked.setdefault(projected, _Asked())
        wanted = [self._told_as(one, day) for one in node.lists]
        counted = frozenset().union(*wanted)
        if not counted:
            return t.number(0), t.number(0)
        name, person = t.column("f_certification"), t.column("f_person")
        valid = t.both(
            t.compared(exp.LTE, t.column("f_earned"), t.day(day)),
            t.compared(exp.LTE, t.day(day), t.column("f_expires")),
        )
        sure, may = t.surely(valid), t.perhaps(valid)
        holds = [
            self._of_person(asked, t.both(sure, t.surely(t.among(name, names)))) if names else FALSE for names in wanted
        ]
        is_somebody = t.told(person)
        low = self._of_partner(asked, t.both(is_somebody, _enough(holds, node.least)), exp.Sum)
        full = [
            self.source.is_full(TABLE, f"f_{one}", projected)
            for one in ("certification", "person", "earned", "expires")
        ]
        if all(full):
            return low, low
        perhaps = [
            self._of_person(asked, t.both(may, t.perhaps(t.among(name, names)))) if names else FALSE for names in wanted
        ]
        # A record without a person is one of the others, or one more; each is counted.
        stray = t.both(t.untold(person), may, t.perhaps(t.among(name, counted)))
        column = self._aggregate(asked, exp.Sum(this=t.chosen([(stray, t.number(1))], t.number(0))))
        strays = self._aggregate_of(asked, exp.Sum(this=column))
        high = self._of_partner(asked, t.both(is_somebody, _enough(perhaps, node.least)), exp.Sum)
        if node.least == 1:
            one = self._of_partner(asked, t.both(t.untold(person), t.either(*holds)), exp.Max)
            low = t.chosen([(t.both(t.equal(low, t.number(0)), t.equal(one, t.number(1))), t.number(1))], low)
        return low, exp.Add(this=t.closed(high), expression=t.closed(strays))

    def _told_as(self, listing: c.CertificationList, day: date) -> frozenset[str]:
        """Return how the certifications of a list that count on a day may be told."""
        names = {entry.certification for entry in listing.entries if day in entry.days}
        every = names | set(self.core.certifications)
        return frozenset(told for told in every if self.core.certifications.get(told, told) in names)

    def _of_person(self, asked: _Asked, term: Term) -> Term:
        """Return whether a person has a record that something is true of; never unknown."""
        return t.equal(self._aggregate(asked, exp.Max(this=t.chosen([(term, t.number(1))], t.number(0)))), t.number(1))

    def _aggregate(self, asked: _Asked, term: Term) -> Term:
        return t.column(asked.of_person.setdefault(term, f"h{len(asked.of_person)}"))

    def _aggregate_of(self, asked: _Asked, term: Term) -> Term:
        projected = next(key for key, value in self._asked.items() if value is asked)
        return self.source.column(
            f"people_{int(projected)}", asked.of_partner.setdefault(term, f"n{len(asked.of_partner)}")
        )

    def _of_partner(self, asked: _Asked, term: Term, how: type[exp.Expression]) -> Term:
        """Return an aggregate over persons of whether something is true of them."""
        return self._aggregate_of(asked, how(this=t.chosen([(term, t.number(1))], t.number(0))))

    def join(self) -> None:
        """Join what is asked to the partners."""
        for projected, asked in self._asked.items():
            table = sql_table(f"{PROJECTED if projected else ''}{TABLE}")
            person = t.column("f_person")
            of_person = [t.alias(term, name) for term, name in asked.of_person.items()]
            inner = t.selected([t.column(PARTNER), person, *of_person], table)
            inner = inner.group_by(t.column(PARTNER), t.column("f_person"), copy=False)
            of_partner = [t.alias(term, name) for term, name in asked.of_partner.items()]
            outer = t.selected([t.column(PARTNER), *of_partner], inner, "of_persons")
            self.source.join(f"people_{int(projected)}", outer.group_by(t.column(PARTNER), copy=False))


def _enough(holds: Iterable[Term], least: int) -> Term:
    """Return whether at least so many of the terms are true, none of which is ever unknown."""
    held = list(holds)
    if least > len(held):
        return FALSE
    if least <= 0:
        return TRUE
    if least == 1:
        return t.either(*held)
    return t.both(*held) if least == len(held) else t.at_least(t.counted(held), t.number(least))
