"""What is passed over because nothing is to be found in it: held against looking each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cli.console import read_file
from dsl import core as c
from dsl.core.references import expressions
from dsl.core.walk import walk
from dsl.core.written import Written
from evaluator.engine import Engine, Query
from evaluator.explanation import Explanation
from evaluator.facts import Facts
from evaluator.kept import Kept
from evaluator.resting import Decided
from tests.shipped import engine_of

ROOT = Path(__file__).parents[2]
PARTNERS = sorted((ROOT / "examples" / "partners").glob("*.yaml"))


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_of()


@pytest.mark.parametrize("path", PARTNERS, ids=lambda path: path.stem)
@pytest.mark.parametrize("day", [date(2022, 10, 20), date(2023, 6, 20), date(2026, 8, 15)], ids=str)
def test_a_node_that_says_nothing_and_one_that_asks_nothing_are_what_they_are_taken_for(
    engine: Engine, path: Path, day: date
) -> None:
    """Of the one nothing is noted; in the other no requirement and no score is found where none is looked for."""
    facts = read_file(path).value
    prepared = engine.prepared
    asks = prepared.reasons.asks
    decided = Decided(prepared.written, Facts(engine.core, facts, day), Kept(), {})
    silent = passed = 0

    for decision in engine.decide(Query(("*",), day, facts, explained=True)).decisions:
        for top in decision.explanations:
            for part in top.walk():
                if decided.written.says_nothing(part.node):
                    silent += 1
                    assert list(decided._own(part, part.day or day)) == [], part.node
                passed += not asks(part.node)
                assert asks(part.node) or not any(isinstance(one.node, c.Requirement) for one in part.walk())
                assert prepared.scored.within(part.node) or not scores(part)

    assert silent > 1000
    assert passed > 1000


@pytest.mark.parametrize("path", PARTNERS, ids=lambda path: path.stem)
@pytest.mark.parametrize("day", [date(2022, 10, 20), date(2023, 6, 20), date(2026, 8, 15)], ids=str)
def test_below_a_node_that_is_passed_over_nothing_is_noted(
    engine: Engine, path: Path, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = read_file(path).value
    written = engine.prepared.written
    silent = {id(node): node for node in nodes(engine) if written.is_silent(node)}
    monkeypatch.setattr(Written, "is_silent", lambda *_: False)
    decided = Decided(written, Facts(engine.core, facts, day), Kept(), {})
    passed = 0

    for decision in engine.decide(Query(("*",), day, facts, explained=True)).decisions:
        for top in decision.explanations:
            for part in top.walk():
                if id(part.node) in silent:
                    passed += 1
                    assert decided.notes(part, part.day or day) == (), part.node

    assert passed > 1000


def scores(part: Explanation) -> bool:
    """Whether a part of a rule has a score of the rule's own."""
    if part.node.tells_elsewhere:
        return False
    return isinstance(part.node, c.PassScore) or any(map(scores, part.parts))


def nodes(engine: Engine) -> Iterator[c.Expr]:
    """Yield every node of the rules and named values of a core."""
    for rule in engine.core.rules.values():
        for version in rule.versions:
            for top in expressions(version):
                yield from walk(top)
    for named in engine.core.named.values():
        yield from walk(named.value)
