"""What is passed over because nothing is rested on because of it: held against asking each time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cli.console import read_file
from dsl.load import load
from evaluator.engine import Engine, Query
from evaluator.facts import Facts
from evaluator.resting import Decided

ROOT = Path(__file__).parents[2]
PARTNERS = sorted((ROOT / "examples" / "partners").glob("*.yaml"))


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load([ROOT / "policies"]))


@pytest.mark.parametrize("path", PARTNERS, ids=lambda path: path.stem)
@pytest.mark.parametrize("day", [date(2022, 10, 20), date(2023, 6, 20), date(2026, 8, 15)], ids=str)
def test_a_node_that_says_nothing_is_one_of_which_nothing_is_noted(engine: Engine, path: Path, day: date) -> None:
    facts = read_file(path).value
    decided = Decided(engine.prepared.written, Facts(engine.core, facts, day))
    silent = 0

    for decision in engine.decide(Query(("*",), day, facts)).decisions:
        for top in decision.explanations:
            for part in top.walk():
                if decided.written.says_nothing(part.node):
                    silent += 1
                    assert list(decided._own(part, part.day or day)) == [], part.node

    assert silent > 1000
