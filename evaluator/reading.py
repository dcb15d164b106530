"""What is read of a partner, apart from what it means: facts, people, records, the register.

``Reads`` is all that the interpreter asks of whoever holds a partner's facts. ``PartnerReading`` reads the document that
a service sent; a table of columns can answer the same.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol, TypeAlias, assert_never

from dsl import core as c
from dsl.core import calendar, ranges
from dsl.core.algebra import dates_of
from dsl.core.figures import anything
from dsl.core.ranges import Range
from dsl.core.record_plans import RecordPlans
from evaluator import records
from evaluator.deadline import look_at_the_clock
from evaluator.explanation import Explanation, Gap
from evaluator.facts import Facts, Row
from evaluator.moment import Decides, Moment, key_of
from evaluator.register.held import Register
from evaluator.selection import Selections

Read: TypeAlias = (
    c.Fact
    | c.Field
    | c.People
    | c.DifferentPeople
    | c.Aggregate
    | c.Grouped
    | c.Holds
    | c.Paid
    | c.Lapsed
    | c.InRenewal
    | c.Anniversary
    | c.AskedThisYear
)
"""The nodes that are read of a partner. All others are made of their parts, or stand for what is decided elsewhere."""


class Reads(Protocol):
    """Reads one partner's facts as they are known on one day."""

    as_of: date
    """The day of the question."""

    def read(self, node: Read, at: Moment) -> Explanation:
        """Return what a node is, as far as it is told, and what is missing to know it."""

    def supplied(self, node: c.Named, at: Moment) -> tuple[Range, tuple[Gap, ...]] | None:
        """Return what is told for a measure ready-made, with what is missing for the day; None: nothing is."""

    def wanted(self, node: c.Named, at: Moment) -> tuple[Gap, ...]:
        """Return what a measure is missing that nobody told ready-made."""


class PartnerReading:
    """Reads the facts that a service sent; what many figures look at is read once."""

    def __init__(self, interpreter: Decides, facts: Facts, register: Register, plans: RecordPlans) -> None:
        """Take what decides the expressions that are asked of records, and the dates that the register goes by."""
        self.interpreter = interpreter
        self.facts = facts
        self.as_of = facts.as_of
        self.register = register
        self.selections = Selections(facts, plans)
        self._plans = plans
        self._people: dict[tuple[tuple[str, ...], int, date, bool], Explanation] = {}
        self._untold: dict[tuple[str, date], tuple[Gap]] = {}
        self._formulas: dict[tuple[str, str, date, str | None, str | None, date | None], Explanation] = {}
        self._by_months: dict[tuple[object, ...], Explanation] = {}

    def read(self, node: Read, at: Moment) -> Explanation:
        """Return what a node is, as far as it is told, and what is missing to know it."""
        if not isinstance(node, c.Field):  # of which each record has some
            look_at_the_clock()
        match node:
            case c.Holds() | c.Paid():
                return self.register.holds(node, at)
            case c.Field():
                return self._field(node, at)
            case c.Fact(name=name, title=title, type=type_):
                range_, gaps = self.facts.value(name, type_, title, at.day, at.projected)
                return Explanation(node, range_, (), gaps)
            case c.Aggregate() | c.Grouped():
                return self._of_records(node, at)
            case c.People():
                key = (tuple(listing.name for listing in node.lists), node.least, at.day, at.projected)
                if key not in self._people:
                    self._people[key] = records.people(
                        node, self.facts, at.day, at.projected, records.valid_on(self.facts, at.day, at.projected),
                        self._plans.listed(node, at.day),
                    )  # fmt: skip
                found = self._people[key]
                return Explanation(node, found.range, (), found.gaps)
            case c.DifferentPeople():
                return records.different_people(
                    node, self.facts, at.day, at.projected, records.valid_on(self.facts, at.day, at.projected),
                    self._plans.listed(node, at.day),
                )  # fmt: skip
            case c.Anniversary():
                return self.register.anniversary(node, at)
            case c.AskedThisYear(even=even):
                return self.register.asked_this_year(node, even, at)
            case c.Lapsed():
                return self.register.lapsed(node, at)
            case c.InRenewal():
                return self.register.in_renewal(node, at)
            case _:
                assert_never(node)

    def supplied(self, node: c.Named, at: Moment) -> tuple[Range, tuple[Gap, ...]] | None:
        """Return what is told for a measure ready-made, with what is missing for the day; None: nothing is."""
        if not node.supplied or not self.facts.is_told(node.name, at.projected):
            return None
        return self.facts.value(node.name, node.type, node.title, at.day, at.projected)

    def wanted(self, node: c.Named, at: Moment) -> tuple[Gap, ...]:
        """Return what a measure is missing that nobody told ready-made."""
        return self.facts.value(node.name, node.type, node.title, at.day, at.projected)[1]

    def _field(self, node: c.Field, at: Moment) -> Explanation:
        if at.row is None or at.declaration is None:
            raise AssertionError("a field is read in a record")
        if node.formula is not None:
            # Many figures look at one record: it is reckoned once a day, from wherever it is asked.
            rule = at.rule.id if at.rule is not None else None
            entry = at.entry.pointer if at.entry is not None else None
            key = (at.row.pointer, node.name, at.day, rule, entry, at.due)
            if key not in self._formulas:
                self._formulas[key] = self.interpreter.evaluate(node.formula, at)
            part = self._formulas[key]
            return Explanation(node, part.range, (part,))
        range_, gaps = self.facts.field(at.row, node.name, at.declaration)
        return Explanation(node, range_, (), gaps)

    def _of_records(self, node: c.Aggregate | c.Grouped, at: Moment) -> Explanation:
        told = self.facts.records(node.records, at.projected)
        parts: tuple[Explanation, ...] = ()
        anniversary: date | None = None
        if node.over is not None and node.over.anniversary_year:
            # From the last anniversary on: a year before the next one.
            upcoming = self.register.anniversary(c.Anniversary(which="any", type=c.DATE, origin=node.origin), at)
            exact = dates_of(upcoming.range).exact
            if exact == ranges.NEVER:
                what = "without an anniversary there is no anniversary year"
                gap = Gap("figure", node.origin.place, what, node.type, code="no_year")
                return Explanation(node, anything(node), (upcoming,), gaps=(gap,))
            if exact is None:
                return Explanation(node, anything(node), (upcoming,))
            anniversary, parts = calendar.add_years(exact, -1), (upcoming,)
        if told.rows is None and isinstance(node, c.Aggregate):
            key = (told.pointer, at.day)
            if key not in self._untold:
                self._untold[key] = (records.untold(told, at.day, self.as_of),)
            day = at.day if at.day != self.as_of else None
            return Explanation(node, anything(node), parts, self._untold[key], day=day)
        window = records.window_of(node, at.day, anniversary)

        def in_record(expr: c.Expr, row: Row) -> Explanation:
            inner = Moment(at.day, at.projected, row, told.declaration, at.rule, at.entry, at.due)
            return self.interpreter.evaluate(expr, inner)

        day = at.day if at.day != self.as_of else None
        if isinstance(node, c.Grouped):

            def of_group(expr: c.Expr, row: Row) -> Explanation:
                look_at_the_clock()
                return self.interpreter.evaluate(expr, at._replace(row=row, declaration=told.declaration))

            whole = records.grouped(node, told, at, window, self.selections, in_record, of_group)
            return Explanation(node, whole.range, parts, whole.gaps, whole.chosen, day)
        found: Explanation | None = None
        of_months: tuple[object, ...] | None = None
        if window is not None and told.declaration.dated_by is None and not self._plans.of(node).moves:
            # Of the same months it is the same figure, on whichever day.
            group = at.row.pointer if node.of_group and at.row is not None else None
            of_months = (*key_of(node, at._replace(day=self.as_of)), window, group)
            found = self._by_months.get(of_months)
        if found is None:
            found = records.aggregate(node, told, at, window, self.selections, in_record)
            if of_months is not None:
                self._by_months[of_months] = found
        return Explanation(node, found.range, parts, found.gaps, day=day)
