"""What is folded with nothing told holds every value, whatever is told."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from dsl import core as c
from dsl.core.bounds import Bounding
from dsl.core.ops import definition_of
from dsl.core.points import most_points
from dsl.core.ranges import Dates, Numbers, Range, Truth, Words, is_settled
from dsl.core.references import expressions
from dsl.core.walk import by_role, walk
from evaluator.engine import Engine
from evaluator.explanation import Explanation, below
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from review.scenarios.partners import Partners
from tests.shipped import engine_of

ROOT = Path(__file__).resolve().parents[2]
POLICIES = [
    "policies",
    *sorted(f"tests/data/policies/laws/{file.name}" for file in (ROOT / "tests/data/policies/laws").glob("*.policy")),
]
DAYS = (date(2022, 10, 3), date(2023, 6, 20), date(2026, 8, 15))


@pytest.fixture(scope="module", params=POLICIES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return engine_of(ROOT / request.param)


def holds(outer: Range, inner: Range) -> bool:
    """Whether a settled value lies in a range."""
    match outer, inner:
        case Truth(), Truth():
            return outer in (Truth.UNKNOWN, inner)
        case Numbers(low=low, high=high), Numbers(low=value):
            return value is not None and (low is None or low <= value) and (high is None or value <= high)
        case Dates(low=first, high=last), Dates(low=day):
            return day is not None and (first is None or first <= day) and (last is None or day <= last)
        case Words(options=options), Words(options=word):
            return options is None or (word is not None and word <= options)
        case _:
            return True


def of_the_day(found: Explanation) -> tuple[Explanation, ...]:
    """Parts that are decided on the day of the whole, not in a record or on another day."""
    return () if found.node.tells_elsewhere else found.parts


@pytest.mark.parametrize("day", DAYS)
def test_bounds_hold_every_value(engine: Engine, day: date) -> None:
    bounding = Bounding(engine.core)
    on = c.Days(day, day + timedelta(days=1))
    seen = 0
    partners = Partners(engine.core, as_of=day, seed=3)
    for number in range(1, 6):
        told = partners.partner(number)
        interpreter = Interpreter(engine.core, Facts(engine.core, told, day))
        for rule in engine.core.rules.values():
            if rule.version_on(day) is None:
                continue
            for found in below(interpreter.requirement(rule, Moment(day, rule=rule)), of_the_day):
                if is_settled(found.range):
                    seen += 1
                    assert holds(bounding.of(found.node, on), found.range), found.node
    assert seen > 0


def test_definitions_ask_for_parts_by_the_roles_that_are_declared(engine: Engine) -> None:
    bounding = Bounding(engine.core)
    asked = 0
    for rule in engine.core.rules.values():
        for node in (node for version in rule.versions for part in expressions(version) for node in walk(part)):
            if definition_of(type(node)) is not None:
                for day in DAYS:
                    found = bounding.on(node, c.Days(day, day + timedelta(days=1)))
                    for part, role in zip(found.parts, found.roles, strict=True):
                        asked += 1
                        assert any(part.node is one for one in by_role(node, role)), (node, role)
    assert asked > 0


def test_the_most_points_of_a_part_are_its_bound(engine: Engine) -> None:
    bounding = Bounding(engine.core)
    parts = scores = 0
    for rule in engine.core.rules.values():
        for version in rule.versions:
            day = version.days.start or DAYS[0]
            for node in walk(version.requirement, day) if version.requirement is not None else ():
                most = most_points(node, day) if node.type.kind == "points" else None
                if isinstance(node, c.Requirement) and most is not None:
                    parts += 1
                    bound = bounding.of(node, c.Days(day, day + timedelta(days=1)))
                    assert isinstance(bound, Numbers)
                    assert bound.high == most, node.code
                scores += isinstance(node, c.PassScore)
    assert parts > 0 or scores == 0
