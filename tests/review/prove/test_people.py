"""Types of persons count as the register of certifications does: of at least so many lists, and by different people."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
import z3

from evaluator.records import _matching
from review.prove.people import Counted, People

DAY = date(2025, 6, 1)
NAMES = [f"certification {number}" for number in range(7)]


def held_of(rows: Sequence[dict[str, Any]]) -> list[set[str]]:
    people: dict[str, set[str]] = {}
    for row in rows:
        people.setdefault(row["person"], set()).add(row["certification"])
    return list(people.values())


def counted(asked: Counted, people: Sequence[set[str]]) -> int:
    """Count as ``evaluator.records`` does."""
    holds = [[not listing.isdisjoint(held) for listing in asked.lists] for held in people]
    if asked.least == 0:
        return _matching(holds, len(asked.lists))
    return sum(sum(one) >= asked.least for one in holds)


def drawn(draw: random.Random) -> Iterator[Counted]:
    lists = [frozenset(draw.sample(NAMES, draw.randint(0, 3))) for _ in range(draw.randint(1, 4))]
    for least in (0, 1, 2, 3):
        yield Counted(tuple(draw.choices(lists, k=draw.randint(1, 4))), least, DAY, False)


@pytest.mark.parametrize("seed", range(60))
def test_figures_are_those_of_the_people_and_of_the_rows_made_again(seed: int) -> None:
    draw = random.Random(seed)
    asked = list(drawn(draw))
    rows = [
        {"person": f"person {person}", "certification": name}
        for person in range(draw.randint(0, 5))
        for name in draw.sample(NAMES, draw.randint(1, 3))
    ]
    people = People()
    variables = [people.count(one, "today") for one in asked]
    solver = z3.SimpleSolver()
    solver.add(*people.bounds())

    # Everyone is a person of a type in each group of lists that hang together: all figures at once can be so.
    expected = [counted(one, held_of(rows)) for one in asked]
    figures = [variable == number for variable, number in zip(variables, expected, strict=True)]
    assert solver.check(*figures) == z3.sat, (asked, rows, expected)
    model = solver.model()

    # And the persons that the solver thinks of, told as certifications, have the figures.
    made: list[set[str]] = []
    for (_, _, person), variable in people.types.items():
        number = model.eval(variable, model_completion=True).as_long()
        made += [set(people.certificates(person))] * number
    assert [counted(one, made) for one in asked] == expected, (asked, made)


@pytest.mark.parametrize("seed", range(60))
def test_given_the_persons_a_figure_can_be_nothing_else(seed: int) -> None:
    draw = random.Random(1000 + seed)
    asked = list(drawn(draw))
    people = People()
    variables = [people.count(one, "today") for one in asked]
    solver = z3.SimpleSolver()
    solver.add(*people.bounds())
    numbers = {key: draw.randint(0, 2) for key in people.types}
    solver.add(*(people.types[key] == number for key, number in numbers.items()))
    made = [set(people.certificates(person)) for (_, _, person), count in numbers.items() for _ in range(count)]

    assert solver.check() == z3.sat
    found = [solver.model().eval(variable, model_completion=True).as_long() for variable in variables]
    assert found == [counted(one, made) for one in asked], (asked, made)
