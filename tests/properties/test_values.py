"""What nodes give without why is what they give with why, also with a fact more told, on other days and as projected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dsl import core as c
from dsl.core.references import expressions
from dsl.core.walk import walk
from evaluator.compiled.question import Question
from evaluator.engine import Engine
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from review.scenarios.partners import Partners
from tests.shipped import engine_of

ROOT = Path(__file__).resolve().parents[2]
LAWS = ROOT / "tests" / "data" / "policies" / "laws"
POLICIES = [ROOT / "policies", *sorted(LAWS.glob("*.policy"))]
DAYS = (date(2021, 7, 1), date(2022, 10, 3), date(2023, 6, 20), date(2026, 8, 15))


@pytest.fixture(scope="module", params=POLICIES, ids=lambda path: path.stem)
def engine(request: pytest.FixtureRequest) -> Engine:
    return engine_of(request.param)


def nodes(core: c.Core, day: date) -> Iterator[tuple[c.Rule, c.Expr]]:
    """Yield what is decided of each rule on a day."""
    for rule in core.rules.values():
        version = rule.version_on(day)
        if version is not None:
            asked = (version.requirement, version.amount, version.stage, *(one.requirement for one in version.options))
            yield from ((rule, node) for node in asked if node is not None)


@pytest.mark.parametrize("day", DAYS)
def test_with_a_fact_more_told_only_what_it_reaches_is_decided_again(engine: Engine, day: date) -> None:
    core = engine.core
    tried = 0
    for number in range(1, 3):
        facts = Partners(core, as_of=day, seed=13).partner(number)
        whole = facts.get("facts", {})
        names = [name for name in whole if name in core.facts and core.facts[name].type.kind in ("flag", "choice")]
        for name in names[:4]:
            less = {**facts, "facts": {one: value for one, value in whole.items() if one != name}}
            before = Question(engine.prepared.asked, Facts(core, less, day))
            for rule, node in nodes(core, day):
                before.value(node, Moment(day, rule=rule))
            asked = before.with_told(Facts(core, facts, day), {name})
            anew = Interpreter(core, Facts(core, facts, day))
            for rule, node in nodes(core, day):
                at = Moment(day, rule=rule)
                assert asked.value(node, at) == anew.evaluate(node, at).range, (rule.id, name)
            tried += 1
    assert tried > 0 or not any(fact.type.kind in ("flag", "choice") for fact in core.facts.values())


def test_one_name_is_another_value_on_another_day_and_as_projected(engine: Engine) -> None:
    core = engine.core
    names = sorted({node for rule in core.rules.values() for node in named_in(rule)}, key=lambda node: node.name)
    told = Partners(core, as_of=DAYS[2], seed=17).partner(1)
    one = Interpreter(core, Facts(core, told, DAYS[2]))
    asked = Question(engine.prepared.asked, Facts(core, told, DAYS[2]))
    rules = list(core.rules.values())
    for day in DAYS:
        for projected in (False, True):
            for number, node in enumerate(names):
                at = Moment(day, projected, rule=rules[number % len(rules)])
                assert asked.value(node, at) == one.evaluate(node, at).range, node.name


def named_in(rule: c.Rule) -> Iterator[c.Named]:
    """Yield the names that stand in a rule."""
    for version in rule.versions:
        for node in expressions(version):
            yield from (found for found in walk(node) if isinstance(found, c.Named))
