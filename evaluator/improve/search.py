"""The search on one day: the cheapest plan, and for each thing in it the cheapest one without."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any, TypeAlias

from dsl import core as c
from dsl.core.reached import of_list
from evaluator.decisions.one_day import OneDay
from evaluator.engine import Engine
from evaluator.facts import Facts
from evaluator.improve.aims import ONE, ZERO, Aim, Enough, Limit, Sum, Titled, pulls
from evaluator.improve.costs import Costs
from evaluator.improve.levers import Attained, Bought, Certified, Different, Figure, Level, Lever, Rows, Word
from evaluator.improve.people import People
from evaluator.improve.plans import Added, Earned, Paid, Piece, Raised, Told, TooManyDecisions, Trying, Won
from evaluator.improve.reading import Reading
from evaluator.improve.ways import MOST_WORK, Shared, Step, Way, Ways, Weighing

Json = Any

MOST_TRIED = 24
"""Plans that are decided for one search: those behind are dearer."""
MOST_COSTED = 300
"""Ways of which it is reckoned what all that they ask for costs together."""
MOST_SEARCHES = 16
"""Searches for alternatives, each without some levers."""
MOST_ROUNDS = 6
"""How often facts that are not told are filled with nothing, and the rule read again."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes that make a rule eligible, none of which can be left out."""

    day: date
    pieces: tuple[Piece, ...]
    cost: Decimal
    """Of the pieces; waiting for the day is beside it."""

    @property
    def levers(self) -> frozenset[Lever]:
        """What is moved: two plans that move the same are of one kind."""
        return frozenset(lever for piece in self.pieces for lever in levers_of(piece))


_Weighed: TypeAlias = tuple[Decimal, int, Shared, Way]
"""What a way is reckoned to cost, of how many steps it is, the levers of its table, and the way."""


def levers_of(piece: Piece) -> tuple[Lever, ...]:
    """Return what a piece moves: a certification may count for several lists."""
    return piece.serves if isinstance(piece, Earned) else (piece.lever,)


@dataclass(frozen=True, slots=True)
class Filled:
    """Facts with nothing for what is not told, and the names of that."""

    facts: Mapping[str, Json]
    untold: Mapping[str, Json]
    absent: tuple[str, ...]


def reading_of(
    engine: Engine, rule: c.Rule, facts: Mapping[str, Json], day: date, costs: Costs
) -> tuple[Reading, Aim, Filled]:
    """Read a rule as aims; what is not told and would have to be known is taken as nothing."""
    untold: dict[str, Json] = {}
    absent: dict[str, None] = {}
    if "awards" not in facts.get("records", {}):
        absent["awards"] = None
    before: OneDay | None = None
    more: set[str] = set()  # told otherwise than in the round before: what that does not reach is as it was
    for left in reversed(range(MOST_ROUNDS)):
        told = {
            **facts,
            "facts": {**facts.get("facts", {}), **untold},
            "records": {**facts.get("records", {}), **{name: [] for name in absent}},
        }
        known = Facts(engine.core, told, day)
        one = OneDay(engine.prepared, known, trying=True) if before is None else before.told(known, more, trying=True)
        reading = Reading(engine, known, one.interpreter, day, costs)
        aim = reading.rule(rule)
        if left == 0 or not (reading.untold or reading.absent):
            return reading, aim, Filled(told, untold, tuple(absent))
        before, more = one, {*reading.untold, *map(of_list, reading.absent)}
        untold.update(reading.untold)
        absent.update(reading.absent)
    raise AssertionError("the last round returns")


class Search:
    """Looks for plans for one rule on one day."""

    def __init__(self, trying: Trying, reading: Reading, aim: Aim, day: date, most_changes: int | None = None) -> None:
        self.trying = trying
        self.reading = reading
        self.aim = aim
        self.day = day
        self.most_changes = most_changes
        self.people = People(reading.facts, day, reading.lists, reading.costs)
        self._widest: dict[Lever, Decimal] = {}
        self.asked_by: dict[Lever, dict[str, str]] = {}
        """By lever the requirements that it moves, innermost, with their titles."""
        for pull, inside in pulls(aim):
            if pull.options:
                most = max(option.level for option in pull.options)
                self._widest[pull.lever] = max(most, self._widest.get(pull.lever, ZERO))
            if inside:
                self.asked_by.setdefault(pull.lever, {})[inside[-1].code] = inside[-1].title
        self.people.expect((lever, int(most)) for lever, most in self._widest.items() if isinstance(lever, Certified))
        self.weighing = Weighing(aim, self._cost)
        self.hidden = False
        """Whether a plan that was reckoned to do was decided not to: a cheaper one than those told may hide there."""
        self.too_many = False
        """Whether plans were left out that have more changes than are wanted."""
        self.out_of_decisions = False
        self.fewer = False
        """Whether not all alternatives were searched for."""

    # ---- plans

    def plans(self, most: int) -> Iterator[Plan]:
        """Yield plans, cheapest first, that differ in what they move."""
        order = count()
        waiting: list[tuple[Decimal, int, frozenset[Lever], Plan | list[_Weighed]]] = []
        searched: set[frozenset[Lever]] = set()

        def look(without: frozenset[Lever]) -> None:
            if without in searched:
                return
            if len(searched) >= MOST_SEARCHES or self.weighing.work > MOST_WORK:
                self.fewer = True
                return
            searched.add(without)
            weighed = self._weighed(without)
            if weighed:
                heapq.heappush(waiting, (weighed[0][0], next(order), without, weighed))

        look(frozenset())
        told: list[frozenset[Lever]] = []
        while waiting:
            _, number, without, found = heapq.heappop(waiting)
            if not isinstance(found, Plan):
                # It is decided only when none is left that is reckoned to cost less.
                try:
                    plan = self._decided(found)
                except TooManyDecisions:
                    self.out_of_decisions = True
                    return
                if plan is not None:
                    heapq.heappush(waiting, (plan.cost, number, without, plan))
                continue
            if not any(kind <= found.levers for kind in told):
                told.append(found.levers)
                yield found
                if len(told) == most:
                    self.fewer = False
                    return
            for lever in sorted(found.levers, key=repr):
                look(without | {lever})

    def _weighed(self, without: frozenset[Lever]) -> list[_Weighed]:
        """Return the ways that use none of some levers, cheapest first by what they are reckoned to cost."""
        weighed: list[_Weighed] = []
        for shared, ways in self._likeliest(self.weighing.ways(self.aim, without)):
            cost = self._cost_of_shared(shared)
            if cost is not None:
                weighed += [(way.cost + cost, len(way.steps), shared, way) for way in ways if way.value >= ONE]
        weighed.sort(key=lambda one: one[:3])
        return weighed

    def _decided(self, weighed: Sequence[_Weighed]) -> Plan | None:
        """Return the cheapest plan of some ways, decided to do; None where none is found.

        Raises:
            TooManyDecisions: no more may be made.
        """
        tried = 0
        for _, _, shared, way in weighed:
            pieces = self._pieces(shared, way)
            if pieces is None:
                continue
            if tried >= MOST_TRIED:
                self.hidden = True
                break
            tried += 1
            if not self.trying.is_met(pieces, self.day):
                self.hidden = True
                continue
            pieces = self.trying.shrunk(pieces, self.day)
            if self.most_changes is not None and len(pieces) > self.most_changes:
                self.too_many = True
                continue
            return Plan(self.day, self.trying.in_order(pieces, self.day), self.trying.cost(pieces))
        return None

    def _likeliest(self, ways: Ways) -> list[tuple[Shared, list[Way]]]:
        """Return the ways whose cost is reckoned together: where there are many, those that cost least by themselves."""
        done = [(shared, met) for shared, own in ways.items() if (met := [way for way in own if way.value >= ONE])]
        if len(done) <= MOST_COSTED:
            # What asks for most lists first: what a table has for them it has for fewer.
            return sorted(done, key=lambda one: -sum(level > 0 for level in one[0]))
        self.weighing.trimmed = True

        return heapq.nsmallest(MOST_COSTED, done, key=lambda one: one[1][-1].cost + self.weighing.by_itself(one[0]))

    # ---- from ways to pieces

    def _cost(self, lever: Lever, level: Level) -> Decimal:
        """Return what a lever at a level costs by itself; people are reckoned together."""
        costs = self.reading.costs
        about = self.reading.about[lever]
        match lever:
            case Figure(name=name):
                return level * (costs.of_fact(name, about.type or c.COUNT) or ZERO)
            case Word(name=name):
                return costs.of_fact(name, about.type or c.FLAG) or ZERO
            case Certified():
                return level * self.people.cheapest(lever)
            case Different():
                return level * ((costs.certification or ZERO) + (costs.new_person or ZERO))
            case Attained(rule=rule):
                return costs.of_award(self.reading.engine.core.rules[rule].award) or ZERO
            case Bought():
                return self.trying.cost_of(self._buying(lever))
            case Rows(records=records):
                return level * (costs.of_record(records) or ZERO)

    def _cost_of_shared(self, shared: Shared) -> Decimal | None:
        asked = {lever: level for lever, level in zip(self.weighing.shared, shared, strict=True) if level > 0}
        people = self.people.cost(asked)
        others = (self._cost(*one) for one in asked.items() if not isinstance(one[0], Certified))
        return None if people is None else people + sum(others, ZERO)

    def _pieces(self, shared: Shared, way: Way) -> tuple[Piece, ...] | None:
        """Return the changes of a way; None where two of them contradict each other or cannot be."""
        asked = {lever: level for lever, level in zip(self.weighing.shared, shared, strict=True) if level > 0}
        pieces: list[Piece] = []
        told: dict[str, Json] = {}
        for lever, level in (*way.steps, *(Step(*one) for one in asked.items())):
            match lever:
                case Figure(name=name):
                    now = self.reading.now[lever]
                    pieces.append(Raised(lever, now, now + level))
                case Word(name=name, value=value):
                    if told.setdefault(name, value) != value:
                        return None
                    pieces.append(Told(lever))
                case Different():
                    different = self._different(lever, int(level))
                    if different is None:
                        return None
                    pieces += different
                case Attained(rule=rule):
                    own = self.reading.engine.core.rules[rule]
                    pieces.append(Won(lever, rule, own.award, own.level))
                case Rows(records=records, fields=fields, apart=apart):
                    for number in range(1, int(level) + 1):
                        named = () if apart is None else ((apart, f"new {number}"),)
                        pieces.append(Added(lever, records, (*fields, *named), number))
                case Bought():
                    pieces.append(self._buying(lever))
                case Certified():
                    pass
        lists = [lever for lever in asked if isinstance(lever, Certified)]
        for grant in self.people.grants(asked):
            serves = tuple(lever for lever in lists if grant.certification in self.people.counted(lever))
            pieces.append(Earned(serves, grant.certification, grant.person, grant.number, grant.alike))
        return tuple(dict.fromkeys(pieces))

    def _buying(self, lever: Bought) -> Paid:
        fee, amount, currency = self.reading.fees[lever]
        return Paid(lever, fee, amount, currency)

    def _different(self, lever: Different, more: int) -> list[Piece] | None:
        """Return new people for lists that nobody known fills beside the others."""
        pieces: list[Piece] = []
        for listing in self.reading.different[lever]:
            names = [one.certification for one in listing.entries if self.day in one.days]
            names = [name for name in names if self.reading.costs.of_certification(name) is not None]
            if len(pieces) < more and names and not self.people.holders(names):
                pieces.append(Earned((lever,), names[0], None, 100 + len(pieces), len(names) - 1))
        return pieces if len(pieces) == more else None

    # ---- where it fails

    def limits(self) -> tuple[Limit, ...]:
        """Return what was not looked at, so that a plan or a cheaper one may hide there."""
        found = list(self.aim.limits)
        if self.hidden:
            found.append(Limit("cheaper_tried"))
        if self.weighing.trimmed:
            found.append(Limit("combinations"))
        if self.people.trimmed:
            found.append(Limit("many_lists"))
        if self.too_many:
            found.append(Limit("max_changes", names=(str(self.most_changes),)))
        if self.fewer:
            found.append(Limit("alternatives"))
        if self.out_of_decisions:
            found.append(Limit("max_decisions", names=(str(self.trying.most),)))
        return tuple(dict.fromkeys(found))

    def asked_by_piece(self, piece: Piece) -> dict[str, str]:
        """Return the requirements that a piece serves, by their codes, with their titles."""
        return {code: title for lever in levers_of(piece) for code, title in self.asked_by.get(lever, {}).items()}

    def in_the_way(self) -> tuple[Titled, ...]:
        """Return the requirements that no change that is looked at meets."""
        return tuple(dict.fromkeys(self._blocking(self.aim)))

    def _blocking(self, aim: Aim) -> Iterator[Titled]:
        if self._can_be_met(aim):
            return
        if isinstance(aim, Titled):
            inner = list(self._blocking(aim.of))
            yield from inner or [aim]
        elif isinstance(aim, Enough) and isinstance(aim.of, Sum) and aim.least == len(aim.of.of) and aim.of.cap is None:
            for part in aim.of.of:
                yield from self._blocking(part)
        elif isinstance(aim, Sum) and len(aim.of) == 1:
            yield from self._blocking(aim.of[0])

    def _can_be_met(self, aim: Aim) -> bool:
        found = self._likeliest(self.weighing.ways(aim))
        return any(self._cost_of_shared(shared) is not None for shared, _ in found)
