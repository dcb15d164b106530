"""People and what they are certified in, as numbers of persons of each type.

A certification counts for some of the lists that the rules ask for; a person has the lists of what it holds. So there
are as many types of persons as unions of these sets, and every figure about people is a sum over types: exactly what
the rules can tell apart. Lists that have no certification and no figure in common are apart, and so are their persons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

import z3

from review.prove.formulas import Formula

List = frozenset[str]
"""The certifications of a list that count on the day."""
Person = frozenset[List]
"""The lists that a type of person is counted in."""
MOST_TYPES = 400
"""Types of persons up to which lists that hang together are taken apart; beyond, a figure is any number."""
MOST_LISTS = 7
"""Lists that different people can fill up to which that is reckoned by their subsets."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure about people: of at least so many of some lists; ``least`` 0: the lists that different people fill."""

    lists: tuple[List, ...]
    least: int
    day: date
    projected: bool


@dataclass
class People:
    """The figures about people that are asked for, and the types of persons that they are made of."""

    figures: dict[Counted, Formula] = field(default_factory=dict)
    types: dict[tuple[date, bool, Person], Formula] = field(default_factory=dict)

    def count(self, asked: Counted, when: str) -> Formula:
        """Return the variable of a figure, whose day is called so: named by what it counts, so that it is one for all who ask."""
        if asked not in self.figures:
            projected = " projected" if asked.projected else ""
            self.figures[asked] = z3.Int(f"people {when}{projected}, {asked.least} of {[*map(sorted, asked.lists)]}")
        return self.figures[asked]

    def bounds(self) -> list[Formula]:
        """Return what the figures are: known once all are asked for."""
        self.types.clear()
        found: list[Formula] = []
        for day, projected in dict.fromkeys((one.day, one.projected) for one in self.figures):
            asked = [one for one in self.figures if (one.day, one.projected) == (day, projected)]
            for group in _groups(asked):
                persons = _persons({one for figure in group for one in figure.lists})
                for figure in group:
                    found += [self.figures[figure] >= 0]
                    if figure.least == 0:
                        found += [self.figures[figure] <= len(figure.lists)]
                if persons is None:
                    continue
                numbers = {
                    one: z3.Int(f"persons {index} of {len(self.types)} on {day} {projected}")
                    for index, one in enumerate(persons)
                }
                self.types.update({(day, projected, one): number for one, number in numbers.items()})
                found += [number >= 0 for number in numbers.values()]
                found += [self.figures[figure] == _figure(figure, numbers) for figure in group if _is_reckoned(figure)]
        return found

    def certificates(self, person: Person) -> tuple[str, ...]:
        """Return certifications that make somebody a person of a type: one for all lists where there is one."""
        lists = {one for _, _, other in self.types for one in other}
        every = sorted({name for listing in person for name in listing})
        fit = {name: frozenset(one for one in lists if name in one) for name in every}
        told: list[str] = []
        covered: Person = frozenset()
        for name in sorted(fit, key=lambda one: (-len(fit[one]), one)):
            if fit[name] <= person and not fit[name] <= covered:
                told.append(name)
                covered |= fit[name]
        return tuple(told)


def _is_reckoned(figure: Counted) -> bool:
    return figure.least > 0 or len(figure.lists) <= MOST_LISTS


def _groups(figures: Sequence[Counted]) -> Iterator[list[Counted]]:
    """Yield the figures whose lists hang together: by a certification, or by being counted together."""
    waiting = list(figures)
    while waiting:
        group = [waiting.pop()]
        names = set().union(*group[0].lists)
        while True:
            more = [one for one in waiting if not names.isdisjoint(set().union(*one.lists))]
            if not more:
                break
            group += more
            waiting = [one for one in waiting if one not in more]
            names.update(*(listing for one in more for listing in one.lists))
        yield group


def _persons(lists: Iterable[List]) -> list[Person] | None:
    """Return the types of persons that can be: unions of what single certifications count for; None: too many."""
    every = [one for one in lists if one]
    single: dict[Person, None] = {}
    for name in sorted(set().union(*every)) if every else ():
        single[frozenset(one for one in every if name in one)] = None
    found = dict(single)
    for one in single:
        for other in list(found):
            found.setdefault(one | other)
            if len(found) > MOST_TYPES:
                return None
    return sorted(found, key=lambda person: (len(person), sorted(map(sorted, person))))


def _figure(figure: Counted, numbers: Mapping[Person, Formula]) -> Formula:
    if figure.least > 0:
        counted = [number for person, number in numbers.items() if _in(person, figure.lists) >= figure.least]
        return z3.Sum(counted) if counted else z3.IntVal(0)
    # As many lists as can be filled: of every set of lists what its people cannot fill stays empty (Hall, 1935).
    size = len(figure.lists)
    filled: Formula = z3.IntVal(size)
    for chosen in (some for count in range(1, size + 1) for some in combinations(range(size), count)):
        hit = [number for person, number in numbers.items() if any(figure.lists[index] in person for index in chosen)]
        least = size - len(chosen) + (z3.Sum(hit) if hit else z3.IntVal(0))
        filled = z3.If(least < filled, least, filled)
    return filled


def _in(person: Person, lists: Sequence[List]) -> int:
    return sum(listing in person for listing in lists)
