"""Stretches of days over which a node stays what it is: what a window looks at instead of every day.

Which parts can change is declared (``dsl.core.moves``); here are the days on which they do, from what is told of the
partner: dates in facts and records, the months that records are of, the register's entries and their checks. A date
that moves with the day meets another one on a day that is searched for by halves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from dsl import core as c
from dsl.builtin import CERTIFICATIONS
from dsl.core.calendar import day_after
from dsl.core.moves import Movement, Mover, Place
from dsl.core.ranges import Dates, compare
from dsl.core.walk import asked, walk
from evaluator.deadline import look_at_the_clock
from evaluator.facts import Row
from evaluator.moment import Decides, Moment, key_of
from evaluator.register.held import Register

ONE = timedelta(days=1)
Stretch = tuple[date, date]
"""First and last day."""


class Stretches:
    """Finds the days on which nodes of one core can change for one partner."""

    def __init__(self, interpreter: Decides, register: Register, movement: Movement) -> None:
        self.interpreter = interpreter
        self.facts = interpreter.facts
        self.register = register
        self.movement = movement
        self._fields: dict[int, tuple[c.Expr, tuple[str, ...]]] = {}
        self._dates: dict[tuple[object, ...], tuple[c.Expr, Dates]] = {}
        self._found: dict[tuple[object, ...], tuple[c.Expr, list[Stretch]]] = {}
        self._by_mover: dict[tuple[object, ...], tuple[c.Expr, list[tuple[Mover, frozenset[date]]]]] = {}
        self._before: tuple[Stretches, Callable[[c.Expr], bool]] | None = None

    def follow(self, before: Stretches, is_reached: Callable[[c.Expr], bool]) -> None:
        """Take those over the same facts without some that are told now, and what says which nodes these can reach.

        What they do not reach turns on the same days, which are found once for all that is tried.
        """
        self._before = (before, is_reached)

    def of(self, node: c.Expr, at: Moment, first: date, last: date) -> list[Stretch]:
        """Return the stretches of a window, the latest one first; once for all who look at it."""
        if at.row is not None:
            return self._of(node, at, first, last)
        key = (*key_of(node, at), first, last)
        found = self._found.get(key)
        if found is None:
            # With its node: an identity is one object's only as long as that is there.
            found = self._found[key] = (node, self._of(node, at, first, last))
        return found[1]

    def _of(self, node: c.Expr, at: Moment, first: date, last: date) -> list[Stretch]:
        if first > last:
            return []
        starts = [first, *sorted(self.turns(node, at, first, last))]
        ends = [*(start - ONE for start in starts[1:]), last]
        return list(zip(starts, ends, strict=True))[::-1]

    def turns(self, node: c.Expr, at: Moment, first: date, last: date) -> set[date]:
        """Return the days after the first one on which a node may not be what it was the day before."""
        records = at.declaration.name if at.row is not None and at.declaration is not None else None
        moves = self.movement.of(node, Place(at.projected, records))
        found = {day for day in moves.days if first < day <= last}
        if at.row is not None:
            return found.union(*(self._inside(mover, at, first, last) for mover in moves.movers))
        return found.union(*(days for _, days in self._turns_by_mover(node, moves.movers, at, first, last)))

    def _turns_by_mover(
        self, node: c.Expr, movers: tuple[Mover, ...], at: Moment, first: date, last: date
    ) -> list[tuple[Mover, frozenset[date]]]:
        """Return the days of each mover of a node, found once for all that is tried."""
        key = (*key_of(node, at), first, last)
        known = self._by_mover.get(key)
        if known is None:
            if self._before is None:
                found = [(mover, self._inside(mover, at, first, last)) for mover in movers]
            else:
                before, is_reached = self._before
                found = [
                    (mover, self._inside(mover, at, first, last) if is_reached(mover.node) else days)
                    for mover, days in before._turns_by_mover(node, movers, at, first, last)
                ]
            known = self._by_mover[key] = (node, found)
        return known[1]

    def _inside(self, mover: Mover, at: Moment, first: date, last: date) -> frozenset[date]:
        return frozenset(day for day in self._turns_of(mover, at, first, last) if first < day <= last)

    def _turns_of(self, mover: Mover, at: Moment, first: date, last: date) -> Iterable[date]:
        node, projected = mover.node, mover.place.projected
        match mover.how:
            case "every day":
                return _days(first, last)
            case "facts" if isinstance(node, c.Fact | c.Named):
                return self.facts.days_of(node.name, projected)
            case "certifications" if isinstance(node, c.OfPeople):
                return self._of_people(node.lists, projected)
            case "records" if isinstance(node, c.OfRecords):
                return self._of_records(node, mover.place, at, first, last)
            case "register":
                return self.register.days(node, projected, first, last)
            case "in order" | "to say which day":
                return self._of_moving_dates(mover, at, first, last)
            case _:
                raise AssertionError(f"nobody reads off {type(node).__name__} on which days {mover.how} change it")

    # ---- what is told

    def _of_people(self, lists: Iterable[c.CertificationList], projected: bool) -> Iterator[date]:
        """Yield the days on which somebody's certification begins or ends to count."""
        yield _after(self.facts.as_of)
        entries: dict[str, list[c.Counted]] = {}
        for listing in lists:
            for entry in listing.entries:
                entries.setdefault(entry.certification, []).append(entry)
        nameless = False
        told: set[str] = set()
        for row in self.facts.records(CERTIFICATIONS.name, projected).rows or ():
            name = row.data.get("certification")
            if name is not None and name not in entries:
                continue
            nameless |= name is None
            told.update(() if name is None else (name,))
            yield from (day for day in (_day(row, "earned"), _after(_day(row, "expires"))) if day is not None)
        for name in entries if nameless else told:
            for entry in entries[name]:
                yield from (day for day in (entry.days.start, entry.days.end) if day is not None)

    def _of_records(
        self, node: c.Aggregate | c.Grouped, place: Place, at: Moment, first: date, last: date
    ) -> Iterator[date]:
        """Yield the days on which a record, or a month that nobody told of, comes into the figure or leaves it."""
        told = self.facts.records(node.records, place.projected)
        if not self.facts.is_dated(told):
            yield from (self.facts.as_of, _after(self.facts.as_of))
        if told.declaration.dated_by is not None:
            yield _after(self.facts.as_of)
            yield from self.facts.days_in(told, told.declaration.dated_by)
        if node.over is None:
            return
        months, back = node.over.months, node.over.back
        if node.over.anniversary_year:
            # It ends with the last month; it begins anew with each anniversary.
            yield from self.register.days(node, place.projected, first, last)
            months, back = 0, 0
        marks = self.facts.months_in(told)
        starts = {month + back + 1 for month in marks} | {month + back + months + 1 for month in marks}
        if told.covers is not None:
            starts |= {told.covers[0] + back + months, told.covers[1] + back + 2}
        for month in starts:
            if 12 <= month < 12 * date.max.year:
                yield date(month // 12, month % 12 + 1, 1)

    # ---- dates that move with the day

    def _of_moving_dates(self, mover: Mover, at: Moment, first: date, last: date) -> set[date]:
        """Return the days on which dates that rise with the day meet others, or days on which something else changes."""
        found: set[date] = set()
        dates = [part for how, part in asked(mover.node) if how == mover.how]
        for moment in self._moments(mover, at):
            stops = sorted(set().union(*(self.turns(part, moment, first, last) for part in dates)))
            for start, end in zip([first, *stops], [*(stop - ONE for stop in stops), last], strict=True):
                if mover.how == "in order":
                    found |= self._crossings(dates[0], dates[1], moment, start, end)
                else:
                    found |= self._reached(mover.node, dates, moment, start, end)
            found.update(stops)
        return found

    def _moments(self, mover: Mover, at: Moment) -> Iterator[Moment]:
        """Yield the moment from which a node is asked; one for each record where it is asked of records."""
        place = mover.place
        moment = at._replace(projected=place.projected)
        if place.rule is not None:
            moment = moment._replace(rule=self.interpreter.core.rules.get(place.rule), row=None, declaration=None)
        if not place.of_entry:
            moment = moment._replace(entry=None, due=None)
        if place.records is None or moment.row is not None:
            yield moment
            return
        told = self.facts.records(place.records, place.projected)
        alike: set[tuple[object, ...]] = set()
        for row in told.rows or ():
            # Records of which it reads the same turn on the same days.
            read = self._read_of(mover.node, row)
            if read not in alike:
                alike.add(read)
                yield moment._replace(row=row, declaration=told.declaration)

    def _reached(self, node: c.Expr, dates: list[c.Expr], moment: Moment, first: date, last: date) -> set[date]:
        """Return the days on which a moving day comes to one on which what is decided there changes."""
        ends = [(self._date(part, moment, first), self._date(part, moment, last)) for part in dates]
        bounds = [(low.exact, high.exact) for low, high in ends]
        if any(low is None or high is None for low, high in bounds):
            settled = all(low == high for low, high in ends)
            return set() if settled else set(_days(first, last))
        known = [(low, high) for low, high in bounds if low is not None and high is not None]
        lowest, highest = min(low for low, _ in known), max(high for _, high in known)
        there = {_after(self.facts.as_of)}
        for how, part in asked(node):
            if how == "on another day":
                there |= self.turns(part, moment, lowest, highest)
        found: set[date] = set()
        for part, (low, high) in zip(dates, known, strict=True):
            for day in there:
                if low < day <= high:
                    found.add(self._first(part, moment, day, first, last))
        if len(dates) == 2:
            found |= self._crossings(dates[1], dates[0], moment, first, last)
        return found

    def _first(self, node: c.Expr, moment: Moment, goal: date, first: date, last: date) -> date:
        """Return the first day on which a rising date comes to a goal: not yet on the first day, surely on the last."""
        low, high = first.toordinal(), last.toordinal()
        while high - low > 1:
            look_at_the_clock()
            middle = (low + high) // 2
            there = self._date(node, moment, date.fromordinal(middle)).exact or date.min
            low, high = (low, middle) if there >= goal else (middle, high)
        return date.fromordinal(high)

    def _crossings(self, left: c.Expr, right: c.Expr, moment: Moment, first: date, last: date) -> set[date]:
        """Return the days on which the order of two dates changes, neither of which falls from day to day.

        Where both ends of a stretch show that nothing between can change it is left alone, else it is halved.
        """
        found: set[date] = set()
        if all(self._is_today(side, moment, first, last) for side in (left, right)):
            return found  # from their ends alone two days that rise together could not be told from two that cross
        waiting = [(first, last)]
        while waiting:
            look_at_the_clock()
            start, end = waiting.pop()
            if start == end:
                continue
            one, other = self._date(left, moment, start), self._date(left, moment, end)
            two, another = self._date(right, moment, start), self._date(right, moment, end)
            if all(_constant(op, one, other, two, another) for op in (">=", ">")):
                continue
            if end - start == ONE:
                found.add(end)
                continue
            middle = start + (end - start) // 2
            waiting += [(start, middle), (middle, end)]
        return found

    def _is_today(self, node: c.Expr, moment: Moment, first: date, last: date) -> bool:
        """Whether a date is the day of the question on every day of a stretch; attained, asked of no entry, is as well."""
        if isinstance(node, c.Named):
            named = self.interpreter.core.named[node.name]
            return not named.supplied and self._is_today(named.value, moment._replace(entry=None), first, last)
        if isinstance(node, c.Dated):
            now = [one for one in node.versions if first in one.days]
            return bool(now) and last in now[0].days and self._is_today(now[0].value, moment, first, last)
        if isinstance(node, c.Anniversary):
            return node.which == "attained" and moment.entry is None
        return isinstance(node, c.Today)

    def _date(self, node: c.Expr, moment: Moment, day: date) -> Dates:
        """Return a date as it is on a day; of records that tell the same it is reckoned once."""
        row = () if moment.row is None else self._read_of(node, moment.row)
        entry = moment.entry.pointer if moment.entry is not None else None
        rule = moment.rule.id if moment.rule is not None else None
        key = (id(node), day, moment.projected, row, rule, entry, moment.due)
        known = self._dates.get(key)
        if known is None:
            found = self.interpreter.evaluate(node, moment._replace(day=day)).range
            if not isinstance(found, Dates):
                raise AssertionError("what rises with the day is a date")
            known = self._dates[key] = (node, found)
        return known[1]

    def _read_of(self, node: c.Expr, row: Row) -> tuple[object, ...]:
        """Return what a node reads of a record; none is told of as None, which no record may hold."""
        if id(node) not in self._fields:
            names = sorted({part.name for part in walk(node) if isinstance(part, c.Field)})
            self._fields[id(node)] = (node, tuple(names))
        return tuple([row.data.get(name) for name in self._fields[id(node)][1]])


def _constant(op: str, left: Dates, left_end: Dates, right: Dates, right_end: Dates) -> bool:
    """Whether ``left op right`` is the same all the way from one day to another, neither side falling."""
    least = compare(op, Dates(left.low, left.high), Dates(right_end.low, right_end.high))  # type: ignore[arg-type]
    most = compare(op, Dates(left_end.low, left_end.high), Dates(right.low, right.high))  # type: ignore[arg-type]
    return least is most


def _days(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal() + 1, last.toordinal() + 1))


def _day(row: Row, field: str) -> date | None:
    raw = row.data.get(field)
    return date.fromisoformat(raw) if isinstance(raw, str) and raw != "none" else None


def _after(day: date | None) -> date:
    return date.max if day is None else day_after(day)
