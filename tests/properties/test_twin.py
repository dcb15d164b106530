"""What is compiled of a rule decides as the interpreter does, for every rule, epoch and partner."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dsl.core.ops import DEFINITIONS
from dsl.core.walk import walk
from dsl.load import load_checked
from evaluator.compiled.source import Read
from evaluator.compiled.twin import Twin
from evaluator.engine import Engine
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from review.scenarios.partners import Partners

ROOT = Path(__file__).resolve().parents[2]
LAWS = ROOT / "tests" / "data" / "policies" / "laws"
POLICIES = [ROOT / "policies", *sorted(LAWS.glob("*.policy"))]
DAYS = (date(2022, 10, 3), date(2023, 6, 20), date(2026, 8, 15))


@pytest.fixture(scope="module", params=POLICIES, ids=lambda path: path.stem)
def engine(request: pytest.FixtureRequest) -> Engine:
    loaded = load_checked([request.param])
    return Engine(loaded.document, loaded.core)


def reading(interpreter: Interpreter, at: Moment) -> Read:
    """Return what reads a partner at a moment."""
    return lambda part: interpreter.evaluate(part, at).range


@pytest.mark.parametrize("day", DAYS)
def test_the_twin_decides_as_the_interpreter(engine: Engine, day: date) -> None:
    twin = Twin(engine.core)
    asked = 0
    for number in range(1, 5):
        told = Partners(engine.core, as_of=day, seed=7).partner(number)
        one, other = (Interpreter(engine.core, Facts(engine.core, told, day)) for _ in range(2))
        for rule in engine.core.rules.values():
            version = rule.version_on(day)
            if version is None:
                continue
            at = Moment(day, rule=rule)
            for node in (version.requirement, version.amount, version.stage):
                if node is not None:
                    asked += 1
                    compiled = twin.of(node, day)(reading(other, at))
                    assert compiled == one.evaluate(node, at).range, rule.id
    assert asked > 0


def test_the_policies_of_the_laws_and_the_programme_use_every_definition() -> None:
    used: set[type] = set()
    for path in POLICIES:
        for rule in load_checked([path]).core.rules.values():
            for version in rule.versions:
                for node in (version.requirement, version.amount, version.stage):
                    used |= {type(found) for found in (walk(node) if node is not None else ())}
    for path in POLICIES:
        for named in load_checked([path]).core.named.values():
            used |= {type(found) for found in walk(named.value)}

    assert set(DEFINITIONS) <= used
