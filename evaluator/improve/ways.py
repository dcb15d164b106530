"""The ways to raise an aim: for each value that can be reached the cheapest changes, put together from part to part.

A lever that stands in one place only has a cost of its own, so that of two ways worth the same the cheaper is enough.
Levers that stand in several places, and people, who may count for several lists at once, are shared: what they cost is
only known of all that is asked of them together. Ways are therefore kept apart by what they ask of shared levers.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, TypeAlias, assert_never

from evaluator.improve.aims import (
    ONE,
    ZERO,
    Aim,
    Asked,
    Best,
    Enough,
    Fixed,
    Guarded,
    Mapped,
    Passed,
    Pull,
    Sum,
    Titled,
    places,
)
from evaluator.improve.levers import Certified, Level, Lever

MOST_WAYS = 1_500
"""Ways of one aim that are kept; of more the cheapest of each value, by what levers cost by themselves."""
MOST_PAIRS = 15_000
"""Pairs of ways of two aims that are put together."""
LEAST_KEPT = 60
"""Ways of either that are kept for it in any case."""
MOST_WORK = 150_000
"""Pairs that are put together for one rule and day before fewer are; for alternatives none are then."""
LEAST_PAIRS = 1_200
"""Pairs of two aims behind that."""


class Step(NamedTuple):
    """A lever at a level."""

    lever: Lever
    level: Level


Shared: TypeAlias = tuple[Decimal, ...]
"""What is asked of each shared lever; 0 where nothing is."""


class Way(NamedTuple):
    """What is reached, what its own levers cost, and which these are."""

    value: Decimal
    cost: Decimal
    steps: tuple[Step, ...]


Ways: TypeAlias = dict[Shared, list[Way]]
"""Ways by what they ask of shared levers: of each the best value first, each next one worth less and cheaper."""
NOTHING_DONE = Way(ZERO, ZERO, ())


class Weighing:
    """Finds the ways to raise aims that share levers."""

    def __init__(self, aim: Aim, cost_of: Callable[[Lever, Level], Decimal]) -> None:
        """Look which levers are shared below an aim.

        Args:
            aim: the whole: its parts can be asked about.
            cost_of: what a lever at a level costs by itself; of people what they cost where no other list counts them.
        """
        self.cost_of = cost_of
        self.shared = tuple(lever for lever, many in places(aim).items() if many > 1 or isinstance(lever, Certified))
        self._at = {lever: index for index, lever in enumerate(self.shared)}
        self._alone: tuple[dict[Decimal, Decimal], ...] = tuple({} for _ in self.shared)
        self._zero: Shared = (ZERO,) * len(self.shared)
        self._found: dict[tuple[int, tuple[Asked, ...], Decimal | None, frozenset[Lever], Decimal | None], Ways] = {}
        self._kept: list[Aim] = []
        """The aims that are known by their identity: it is one object's only as long as that is there."""
        self.trimmed = False
        """Whether there were more ways than are kept."""
        self.work = 0
        """How many pairs of ways were put together."""

    def ways(
        self,
        aim: Aim,
        without: frozenset[Lever] = frozenset(),
        need: Decimal | None = None,
        each: tuple[Asked, ...] = (),
        floor: Decimal | None = None,
    ) -> Ways:
        """Return the ways to raise an aim, doing nothing among them where that is worth something.

        Args:
            aim: what is raised.
            without: levers that are not used.
            need: a value above which more is not looked at.
            each: what is asked of every metric that counts.
            floor: a value below which a way is of no use; some that are may be left out.
        """
        key = (id(aim), each, need, without & aim.levers, floor)
        if key not in self._found:
            self._kept.append(aim)
            self._found[key] = self._kept_ways(self._ways(aim, key[3], need, each, floor))
        return self._found[key]

    def _ways(
        self, aim: Aim, without: frozenset[Lever], need: Decimal | None, each: tuple[Asked, ...], floor: Decimal | None
    ) -> Ways:
        match aim:
            case Fixed(now=now):
                return self._base(now, need)
            case Pull():
                return self._pulled(aim, without, need)
            case Mapped(of=of, to=to):
                found = self.ways(of, without)
                return _map(found, lambda way: _least(to(way.value), need))
            case Titled(of=of, scored=scored):
                if not scored or not each:
                    return self.ways(of, without, need, each, floor)
                # A metric is asked by its own points, not by those of what it is made of.
                enough = {
                    shared: [way for way in ways if all(one.is_met(way.value) for one in each)]
                    for shared, ways in self.ways(of, without, _most(need, each)).items()
                }
                return {shared: ways for shared, ways in enough.items() if ways}
            case Sum(of=of, cap=cap):
                parts = [self.ways(part, without, need, each) for part in of]
                return self._together(parts, _least_of(cap, need), floor)
            case Best(of=of):
                return self._best(of, without, need, each, floor)
            case Guarded(condition=condition, value=value):
                behind = self._both(self.ways(condition, without, ONE), self.ways(value, without, need, each))
                return behind if each else _merged([self._base(ZERO, need), behind])
            case Enough(of=of, least=least):
                return self._reached(self.ways(of, without, least, (), least), least)
            case Passed(of=of, mark=mark, each=asked):
                return self._passed(of, without, mark, asked)
            case _:
                assert_never(aim)

    def _base(self, value: Decimal, need: Decimal | None) -> Ways:
        return {self._zero: [Way(_least(value, need), ZERO, ())]}

    def _pulled(self, pull: Pull, without: frozenset[Lever], need: Decimal | None) -> Ways:
        found = self._base(pull.now, need)
        if pull.lever in without or (need is not None and pull.now >= need):
            return found
        at = self._at.get(pull.lever)
        for option in pull.options:
            step = Step(pull.lever, option.level)
            value = _least(option.value, need)
            if at is None:
                found[self._zero].append(Way(value, self.cost_of(*step), (step,)))
            else:
                shared = (*self._zero[:at], option.level, *self._zero[at + 1 :])
                found[shared] = [Way(value, ZERO, ())]
            if need is not None and option.value >= need:
                break
        return found

    def _together(self, parts: Sequence[Ways], most: Decimal | None, floor: Decimal | None) -> Ways:
        """Take a way of each part; those that ask nothing of shared levers come first, as they are fewest then."""
        found: Ways = {self._zero: [NOTHING_DONE]}
        waiting = sorted(parts, key=len)
        # What the parts behind can add at most: a way that is too far below the floor with all of it is of no use.
        behind = [max((own[0].value for own in part.values()), default=ZERO) for part in waiting]
        for at, every in enumerate(waiting):
            after: Ways = {}
            least = None if floor is None else floor - sum(behind[at + 1 :], ZERO)
            found, part = self._to_pair(found, every)
            for before, own in found.items():
                for shared, more in part.items():
                    joined = [
                        Way(_least(a.value + b.value, most), a.cost + b.cost, a.steps + b.steps)
                        for a in own
                        for b in more
                        if least is None or a.value + b.value >= least
                    ]
                    if joined:
                        after.setdefault(_joined(before, shared), []).extend(joined)
            found = self._kept_ways(after)
        return found

    def _to_pair(self, one: Ways, other: Ways) -> tuple[Ways, Ways]:
        """Return ways of two aims, fewer of them where there are more pairs than are looked at."""
        # Where much was put together already, the rest is done with less of each.
        pairs, kept = (MOST_PAIRS, LEAST_KEPT) if self.work < MOST_WORK else (LEAST_PAIRS, LEAST_PAIRS // LEAST_KEPT)
        left, right = _many(one), _many(other)
        self.work += min(left * right, pairs)
        if left * right <= pairs:
            return one, other
        most = max(kept, pairs // min(left, right))
        one, other = self._fewer(one, most), self._fewer(other, most)
        left, right = _many(one), _many(other)
        if left * right <= pairs:
            return one, other
        most = max(kept, pairs // max(left, right))
        return (self._fewer(one, most), other) if left <= right else (one, self._fewer(other, most))

    def _best(
        self,
        of: Sequence[Aim],
        without: frozenset[Lever],
        need: Decimal | None,
        each: tuple[Asked, ...],
        floor: Decimal | None,
    ) -> Ways:
        if not each:
            return _merged([self.ways(part, without, need, (), floor) for part in of])
        # Only the metrics of the part that counts are asked, so it has to be worth no less than the others are.
        found: list[Ways] = []
        for part in of:
            others = max((other.now for other in of if other is not part), default=ZERO)
            asked = None if need is None else max(need, others)
            lowest = others if floor is None else max(floor, others)
            found.append(_only(self.ways(part, without, asked, each, lowest), others))
        return _map(_merged(found), lambda way: _least(way.value, need))

    def _both(self, conditions: Ways, values: Ways) -> Ways:
        found: Ways = {}
        conditions, values = self._to_pair(_only(conditions, ONE), values)
        for before, own in conditions.items():
            for met in own:
                if met.value >= ONE:
                    for shared, more in values.items():
                        into = found.setdefault(_joined(before, shared), [])
                        into.extend(Way(b.value, met.cost + b.cost, met.steps + b.steps) for b in more)
        return found

    def _reached(self, ways: Ways, least: Decimal) -> Ways:
        """Return the ways of a condition: worth 1 where enough is reached, and to do nothing is worth 0."""
        met = _map(_only(ways, least), lambda _: ONE)
        return _merged([self._base(ZERO, None), _undominated(met)])

    def _passed(self, of: Aim, without: frozenset[Lever], mark: Decimal, asked: tuple[Asked, ...]) -> Ways:
        return self._reached(self.ways(of, without, mark, asked, mark), mark)

    def by_itself(self, shared: Shared) -> Decimal:
        """Return what shared levers cost one by one: at least what they cost together, but for new people."""
        total = ZERO
        for at, level in enumerate(shared):
            if level > 0:
                known = self._alone[at]
                if level not in known:
                    known[level] = self.cost_of(self.shared[at], level)
                total += known[level]
        return total

    def _kept_ways(self, ways: Ways) -> Ways:
        for shared, own in ways.items():
            if len(own) > 1:
                ways[shared] = _pareto(own)
        return self._fewer(ways, MOST_WAYS)

    def _fewer(self, ways: Ways, most: int) -> Ways:
        """Return so many ways at most: of each value the cheapest, by what levers cost by themselves."""
        if _many(ways) <= most:
            return ways
        self.trimmed = True
        by_value: dict[Decimal, list[tuple[Decimal, int, Shared, Way]]] = {}
        for at, (shared, own) in enumerate(ways.items()):
            by_itself = self.by_itself(shared)
            for way in own:
                by_value.setdefault(way.value, []).append((by_itself + way.cost, at, shared, way))
        kept: Ways = {}
        highest = max(by_value)
        for value, values in by_value.items():
            # The highest is what is mostly wanted in the end.
            share = most // 2 if value == highest else most // (2 * len(by_value))
            for _, _, shared, way in heapq.nsmallest(max(1, share), values, key=lambda one: one[:2]):
                kept.setdefault(shared, []).append(way)
        return {shared: _pareto(own) for shared, own in kept.items()}


def _many(ways: Ways) -> int:
    return sum(map(len, ways.values()))


def _pareto(ways: list[Way]) -> list[Way]:
    """Keep of ways those that nothing cheaper is worth as much as: the best value first."""
    ways.sort(key=lambda way: (-way.value, way.cost, len(way.steps)))
    kept: list[Way] = []
    for way in ways:
        if not kept or way.cost < kept[-1].cost:
            kept.append(way)
    return kept


def _undominated(ways: Ways) -> Ways:
    """Leave out ways of a condition that ask more of shared levers than another one, and cost no less."""
    if len(ways) > 400:
        return ways
    ordered = sorted(
        ((own[-1].cost, sum(shared), shared, own) for shared, own in ways.items()), key=lambda one: one[:2]
    )
    numbers, above = _packed([shared for _, _, shared, _ in ordered])
    kept: list[int] = []
    found: Ways = {}
    for number, (_, _, shared, own) in zip(numbers, ordered, strict=True):
        most = number | above
        for other in kept:
            if (most - other) & above == above:
                break
        else:
            kept.append(number)
            found[shared] = own
    return found


def _packed(every: Sequence[Shared]) -> tuple[list[int], int]:
    """Return what is asked of all levers as one number each, and the bits above the places in it.

    One asks for no more than another where it can be taken from it in every place: where none of the bits above is borrowed.
    """
    numbers, above, at = [0] * len(every), 0, 0
    for levels in zip(*every, strict=True):
        ranks = {level: rank for rank, level in enumerate(sorted(set(levels)))}
        if len(ranks) > 1:
            numbers = [number | ranks[level] << at for number, level in zip(numbers, levels, strict=True)]
            at += len(ranks).bit_length()
            above |= 1 << at
            at += 1
    return numbers, above


def _only(ways: Ways, least: Decimal) -> Ways:
    found = {shared: [way for way in own if way.value >= least] for shared, own in ways.items()}
    return {shared: own for shared, own in found.items() if own}


def _map(ways: Ways, to: Callable[[Way], Decimal]) -> Ways:
    return {shared: [Way(to(way), way.cost, way.steps) for way in own] for shared, own in ways.items()}


def _merged(all_ways: Iterable[Mapping[Shared, Sequence[Way]]]) -> Ways:
    found: Ways = {}
    for ways in all_ways:
        for shared, own in ways.items():
            found.setdefault(shared, []).extend(own)
    return found


def _joined(one: Shared, other: Shared) -> Shared:
    if not any(other):
        return one
    if not any(one):
        return other
    return tuple(a if a >= b else b for a, b in zip(one, other, strict=True))


def _least(value: Decimal, most: Decimal | None) -> Decimal:
    return value if most is None or value <= most else most


def _least_of(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _most(need: Decimal | None, each: tuple[Asked, ...]) -> Decimal | None:
    """Return a value above which no more of a metric is looked at: what is asked of each has to be seen as well."""
    return None if need is None else max(need, *(one.least + ONE for one in each))
