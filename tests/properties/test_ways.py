"""What is said, without trying values, of a missing flag or choice is what the interpreter finds that tries them.

Conditions are made at random over few flags and choices, so that one reaches a decision on several ways; of partners some
are told and some not. What a batch says of each in its query is held against the interpreter's answer.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine
from tests.properties.test_batch import DAYS, batch, differences, imported, rows

FLAGS = ("able", "bold", "calm", "deft")
CHOICES = {"size": ("small", "medium", "large"), "region": ("east", "west")}
HEAD = """
package ways "Ways"

source guide "Guide"

facts {
  able: flag "Able"
  bold: flag "Bold"
  calm: flag "Calm"
  deft: flag "Deft"
  size: one of small, medium, large "Size"
  region: one of east, west "Region"
  seats: count "Seats"
}
"""


def condition(random: Random, depth: int) -> str:
    """Return a condition over the facts."""
    match random.randrange(8) if depth else random.randrange(4):
        case 0:
            return random.choice(FLAGS)
        case 1:
            return f"not {random.choice(FLAGS)}"
        case 2:
            name = random.choice(tuple(CHOICES))
            return f"{random.choice(('', 'not '))}{name} = {random.choice(CHOICES[name])}"
        case 3:
            return f"seats >= {random.randrange(1, 4)}"
        case kind:
            parts = [condition(random, depth - 1) for _ in range(2 + random.randrange(2))]
            return f"({(' and ' if kind % 2 else ' or ').join(parts)})"


def requirement(random: Random) -> str:
    """Return what a rule asks."""
    clauses = [f"c{number}: {condition(random, 2)}" for number in range(1 + random.randrange(2))]
    parts = "  ".join(f"p{number}: {condition(random, 1)}" for number in range(3))
    if random.random() < 0.4:
        clauses.append(f"some: at least 2 of {{ {parts} }}")
    if random.random() < 0.4:
        mark = f"{random.randrange(2, 5)} when {condition(random, 1)}, otherwise {random.randrange(1, 4)}"
        clauses.append(f"mark: seats >= ({mark})")
    return "  ".join(clauses)


def made(seed: int, number: int) -> tuple[str, list[dict[str, Any]]]:
    """Return rules, and partners of whom some of it is told."""
    random = Random(seed)
    rules = [f"entitlement rule_{one} {{ requires {{ {requirement(random)} }} }}" for one in range(number)]
    told: list[dict[str, Any]] = []
    for one in range(3 * number):
        share = random.choice((0.1, 0.3, 0.6))
        facts: dict[str, Any] = {name: random.random() < 0.5 for name in FLAGS}
        facts |= {name: random.choice(options) for name, options in CHOICES.items()}
        facts["seats"] = random.randrange(5)
        kept = {name: value for name, value in facts.items() if random.random() > (share if name != "seats" else 0.1)}
        told.append({"partner": f"{one:04d}", "facts": kept})
    return "\n".join((HEAD, *rules)), told


def compared(seed: int, number: int, folder: Path) -> tuple[int, int]:
    """Return how many decisions are undetermined, and how many of all the query left to the row engine."""
    text, told = made(seed, number)
    loaded = load_sources([Source("ways.policy", text)])
    engine, day = Engine(loaded.document), DAYS[1]
    reference = Engine(loaded.document, engine.core, reference=True)

    summary = batch(engine, imported(engine, told, folder / "facts"), folder / "out", day)

    assert summary.lowered == number
    assert differences(reference, told, day, ("*",), folder / "out") == []
    return sum(row["decision"] == "undetermined" for row in rows(folder / "out")), summary.by_rows


def test_what_is_missing_is_said_as_it_is_found(tmp_path: Path) -> None:
    undetermined, left = compared(1, 12, tmp_path)

    # Of most the query says it: else the law would be one of the row engine alone.
    assert 0 < left < undetermined / 2


@pytest.mark.benchmarks
@pytest.mark.parametrize("seed", range(2, 42))
def test_what_is_missing_is_said_as_it_is_found_of_many(seed: int, tmp_path: Path) -> None:
    undetermined, _ = compared(seed, 24, tmp_path)

    assert undetermined > 0
