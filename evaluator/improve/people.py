"""Who is to attain which certification, so that lists have so many people more, at the least cost.

One certification can stand in several lists, and one person can attain several: what lists ask for together costs less
than what they cost one by one. People of whom the facts tell come first where a new person costs more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import prod
from typing import NamedTuple, TypeAlias

from dsl import core as c
from dsl.core.ranges import Truth
from evaluator.facts import Facts
from evaluator.improve.costs import Costs
from evaluator.improve.levers import Certified, Lever
from evaluator.records import valid_on

MOST_STEPS = 30_000
"""Work of one table of costs; of more lists at once, certifications are chosen one after the other."""
MOST_TABLES = 6
"""Tables of one search."""


class Grant(NamedTuple):
    """A person attains a certification; ``alike``: how many others would do as well."""

    person: str | None
    """None where nobody known is left: somebody new, told apart by ``number``."""
    number: int
    certification: str
    alike: int


class _Chosen(NamedTuple):
    """A person, and of which lists he or she becomes one: the last of those chosen."""

    before: _Chosen | None
    person: str | None
    gained: int


Gain: TypeAlias = tuple[int, Decimal, tuple[str, ...]]
"""Lists that are gained as bits, what that costs, the certifications that give them."""


@dataclass(frozen=True, slots=True)
class Table:
    """What each combination of people more costs at least, for some lists."""

    most: Mapping[Certified, int]
    """How many people more of each list it goes up to."""
    costs: Mapping[int, tuple[Decimal, _Chosen | None]]
    """By combination, counted up with the last list first."""
    gains: Mapping[int, Gain]

    @property
    def levers(self) -> tuple[Certified, ...]:
        """The lists, in order."""
        return tuple(self.most)

    def state(self, wanted: Mapping[Certified, int]) -> int:
        """Return how a combination stands in it."""
        state = 0
        for lever, limit in self.most.items():
            state = state * (limit + 1) + wanted.get(lever, 0)
        return state


class _Served(NamedTuple):
    """What it costs to serve lists, and who attains what: a name, or the number of somebody new."""

    cost: Decimal
    grants: tuple[tuple[str | None, int, str], ...]


class People:
    """The people of one partner on a day, and what it costs that they attain what lists ask for."""

    def __init__(
        self, facts: Facts, day: date, lists: Mapping[Certified, Sequence[c.CertificationList]], costs: Costs
    ) -> None:
        """Take what is counted.

        Args:
            facts: the partner's.
            day: the day on which people are counted.
            lists: the lists of each lever.
            costs: what a certification and a new person cost.
        """
        self.costs = costs
        self.most: dict[Certified, int] = {}
        self.trimmed = False
        """Whether more was asked for at once than is reckoned through."""
        self._counted = {
            lever: tuple(dict.fromkeys(one.certification for each in its for one in each.entries if day in one.days))
            for lever, its in lists.items()
        }
        self._held: dict[str, set[str]] = {}
        for row, name, is_valid, _ in valid_on(facts, day, False).rows:
            person = row.data.get("person")
            if person is not None:
                self._held.setdefault(person, set())
                if name is not None and is_valid is Truth.TRUE:
                    self._held[person].add(name)
        for row in facts.records("certifications").rows or ():
            if "person" in row.data:
                self._held.setdefault(row.data["person"], set())
        self._tables: list[Table] = []
        self._serves: dict[tuple[tuple[Certified, int], ...], _Served | None] = {}

    def expect(self, asked: Iterable[tuple[Certified, int]]) -> None:
        """Note how many people more may be asked for, so that a table is made once for all."""
        for lever, many in asked:
            self.most[lever] = max(self.most.get(lever, 0), many)

    def counted(self, lever: Certified) -> tuple[str, ...]:
        """Return the certifications that count for a lever on the day."""
        return self._counted[lever]

    def holders(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the people who hold one of some certifications."""
        return tuple(person for person, held in self._held.items() if not held.isdisjoint(names))

    def cheapest(self, lever: Certified) -> Decimal:
        """Return what a certification of a list costs at least; nothing where none may be attained."""
        told = [cost for name in self._counted[lever] if (cost := self.costs.of_certification(name)) is not None]
        return min(told, default=Decimal(0))

    def cost(self, asked: Mapping[Lever, Decimal]) -> Decimal | None:
        """Return what it costs at least that lists have so many people more; None where they cannot."""
        wanted = _wanted(asked)
        if not wanted:
            return Decimal(0)
        table = self._table(wanted)
        if table is None:
            served = self._served(wanted)
            return None if served is None else served.cost
        found = table.costs.get(table.state(wanted))
        return None if found is None else found[0]

    def grants(self, asked: Mapping[Lever, Decimal]) -> tuple[Grant, ...]:
        """Return who attains what, at the least cost.

        Raises:
            ValueError: it cannot be attained, as ``cost`` says.
        """
        wanted = _wanted(asked)
        if not wanted:
            return ()
        table = self._table(wanted)
        if table is None:
            served = self._served(wanted)
            if served is None:
                raise ValueError("this cannot be attained")
            levers = tuple(wanted)
            return tuple(Grant(person, new, name, self._alike(levers, name)) for person, new, name in served.grants)
        found = table.costs.get(table.state(wanted))
        if found is None:
            raise ValueError("this cannot be attained")
        picked: list[_Chosen] = []
        chosen = found[1]
        while chosen is not None:
            picked.append(chosen)
            chosen = chosen.before
        grants: list[Grant] = []
        new = 0
        for one in reversed(picked):
            new += one.person is None
            number = 0 if one.person is not None else new
            names = table.gains[one.gained][2]
            grants += [Grant(one.person, number, name, self._alike(table.levers, name)) for name in names]
        return tuple(grants)

    def _alike(self, levers: Sequence[Certified], name: str) -> int:
        mask = self._mask(levers, {name})
        cost = self.costs.of_certification(name)
        every = {one for lever in levers for one in self._counted[lever]} - {name}
        return sum(self._mask(levers, {one}) == mask and self.costs.of_certification(one) == cost for one in every)

    def _table(self, wanted: Mapping[Certified, int]) -> Table | None:
        """Return a table that has what is wanted; None where one would be too large."""
        for table in self._tables:
            if all(many <= table.most.get(lever, -1) for lever, many in wanted.items()):
                return table
        widest = {lever: max(many, self.most.get(lever, 0)) for lever, many in wanted.items()}
        for most in (widest, dict(wanted)):
            if _steps(most) <= MOST_STEPS and len(self._tables) < MOST_TABLES:
                table = self._made(most)
                self._tables.append(table)
                return table
        return None

    def _mask(self, levers: Sequence[Certified], held: Iterable[str]) -> int:
        names = set(held)
        return sum(1 << at for at, lever in enumerate(levers) if not names.isdisjoint(self._counted[lever]))

    def _kinds(self, levers: Sequence[Certified]) -> dict[int, tuple[Decimal, str]]:
        """Return for each set of lists that one certification is in the cheapest such one."""
        kinds: dict[int, tuple[Decimal, str]] = {}
        for lever in levers:
            for name in self._counted[lever]:
                cost = self.costs.of_certification(name)
                mask = self._mask(levers, {name})
                if cost is not None and (mask not in kinds or cost < kinds[mask][0]):
                    kinds[mask] = (cost, name)
        return kinds

    def _gains(self, levers: Sequence[Certified]) -> dict[int, Gain]:
        """Return what each set of lists costs to come into, by the certifications that do it for the least."""
        kinds = self._kinds(levers)
        gains: dict[int, Gain] = {0: (0, Decimal(0), ())}
        for wanted in range(1, 1 << len(levers)):
            best: Gain | None = None
            for mask, (cost, name) in kinds.items():
                before = gains.get(wanted & ~mask) if mask & wanted else None
                if before is not None:
                    key = (before[1] + cost, len(before[2]) + 1)
                    if best is None or key < (best[1], len(best[2])):
                        best = (wanted, before[1] + cost, (*before[2], name))
            if best is not None:
                gains[wanted] = best
        del gains[0]
        return gains

    def _made(self, most: Mapping[Certified, int]) -> Table:
        levers = tuple(most)
        limits = tuple(most[lever] for lever in levers)
        gains = self._gains(levers)
        steps = _with_more(limits, gains)
        found: dict[int, tuple[Decimal, _Chosen | None]] = {0: (Decimal(0), None)}
        new = self.costs.new_person
        many: dict[int, int] = {}
        for person in self._held:
            mask = self._mask(levers, self._held[person])
            many[mask] = many.get(mask, 0) + 1
            if many[mask] > sum(limits):
                continue
            after = dict(found)
            for gained, (_, cost, _) in gains.items():
                if not gained & mask:
                    to = steps[gained]
                    for state, (so_far, chosen) in found.items():
                        _relax(after, to[state], so_far + cost, chosen, person, gained)
            found = after
        if new is not None:
            for state in range(prod(limit + 1 for limit in limits)):  # in order: somebody more never leads back
                if state in found:
                    so_far, chosen = found[state]
                    for gained, (_, cost, _) in gains.items():
                        if steps[gained][state] != state:
                            _relax(found, steps[gained][state], so_far + cost + new, chosen, None, gained)
        return Table(dict(most), found, gains)

    def _served(self, wanted: Mapping[Certified, int]) -> _Served | None:
        """Serve lists by what gives most for its cost, one certification after the other: it may cost more than need be."""
        self.trimmed = True
        levers = tuple(wanted)
        key = tuple(wanted.items())
        if key not in self._serves:
            self._serves[key] = self._serve(levers, [wanted[lever] for lever in levers])
        return self._serves[key]

    def _serve(self, levers: Sequence[Certified], left: list[int]) -> _Served | None:
        kinds = self._kinds(levers)
        masks: dict[tuple[str | None, int], int] = {}
        many: dict[int, int] = {}
        for one, held in self._held.items():
            mask = self._mask(levers, held)
            many[mask] = many.get(mask, 0) + 1
            if many[mask] <= sum(left):  # of more people alike none is needed
                masks[one, 0] = mask
        grants: list[tuple[str | None, int, str]] = []
        cost, new = Decimal(0), 0
        while any(left):
            open_lists = sum(1 << at for at, many in enumerate(left) if many > 0)
            fresh = {} if self.costs.new_person is None else {(None, new + 1): 0}
            people = {mask: person for person, mask in reversed([*masks.items(), *fresh.items()])}
            best: tuple[tuple[Decimal, int], int, Decimal, str, tuple[str | None, int]] | None = None
            for counted, (price, name) in kinds.items():
                for mask, person in people.items():
                    gained = (counted & ~mask & open_lists).bit_count()
                    whole = price + (self.costs.new_person or Decimal(0) if person in fresh else Decimal(0))
                    if gained and (best is None or (whole / gained, -gained) < best[0]):
                        best = ((whole / gained, -gained), counted, whole, name, person)
            if best is None:
                return None
            _, counted, whole, name, person = best
            before = masks.get(person, 0)
            left = [many - (counted & ~before & open_lists) // (1 << at) % 2 for at, many in enumerate(left)]
            masks[person] = before | counted
            new += person in fresh
            cost += whole
            grants.append((*person, name))
        return _Served(cost, tuple(grants))


def _wanted(asked: Mapping[Lever, Decimal]) -> dict[Certified, int]:
    return {lever: int(many) for lever, many in asked.items() if isinstance(lever, Certified) and many > 0}


def _steps(most: Mapping[Certified, int]) -> int:
    """Return how much work a table is: its combinations, times the sets of lists that one person can come into."""
    return prod(many + 1 for many in most.values()) << len(most)


def _with_more(limits: Sequence[int], gains: Iterable[int]) -> Mapping[int, Sequence[int]]:
    """Return by sets of lists which combination each becomes with a person more in them; beyond the limits none is counted."""
    width = prod(limit + 1 for limit in limits)
    found: dict[int, Sequence[int]] = {0: range(width)}
    behind = width
    for at, limit in enumerate(limits):
        behind //= limit + 1
        found[1 << at] = [state + behind if state // behind % (limit + 1) < limit else state for state in range(width)]
    for gained in sorted({part & (1 << at) - 1 for part in gains for at in range(1, len(limits) + 1)}):
        if gained not in found:
            last = 1 << gained.bit_length() - 1
            one = found[last]
            found[gained] = [one[state] for state in found[gained ^ last]]
    return found


def _relax(
    found: dict[int, tuple[Decimal, _Chosen | None]],
    state: int,
    cost: Decimal,
    before: _Chosen | None,
    person: str | None,
    gained: int,
) -> None:
    known = found.get(state)
    if known is None or cost < known[0]:
        found[state] = (cost, _Chosen(before, person, gained))
