"""Comparing the twins with the interpreter: triples of a rule, a partner and a day. ``make twins`` runs many.

The compiled twin is asked on every day, and the columnar one on some: its query is written for many partners at once.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from dsl import core as c
from dsl.load import load_sources
from dsl.source import Source
from evaluator.compiled.question import Question
from evaluator.decision import Detail, in_one_line
from evaluator.engine import Engine, Query
from evaluator.facts import Facts
from evaluator.moment import Moment
from evaluator.prepared import Often
from review.scenarios.partners import Partners
from tests.properties.test_batch import DAYS, batch, differences, imported, partners
from tests.properties.test_ways import made
from tests.shipped import engine_of


@dataclass(slots=True)
class Counted:
    """How many triples were asked, and which the twin decided otherwise."""

    triples: int = 0
    different: list[str] = field(default_factory=list)
    in_columns: int = 0
    """Of the triples, those that were decided as a batch."""
    by_rows: int = 0
    """Of these, those that the query left to the row engine."""


def compare_answers(engine: Engine, reference: Engine, day: date, number: int, counted: Counted, *, seed: int) -> None:
    """Ask two engines for every rule's decision, with all its reasons and without, for a generated partner.

    And for one who tells little of the same: of those much is decided for all alike, and much is missing.
    """
    told = Partners(engine.core, as_of=day, seed=seed).partner(number)
    engine.prepared.often = Often(engine.core, after=0)
    for much, facts in (("all", told), ("little", little_of(told, seed))):
        for detail in DETAILS:
            query = Query(("*",), day, facts, detail=detail)
            one, other = (asked.decide(query).as_json()["decisions"] for asked in (engine, reference))
            for found, wanted in zip(one, other, strict=True):
                counted.triples += 1
                if json.dumps(found) != json.dumps(wanted):
                    of = f"{much} of partner {number} of seed {seed}"
                    counted.different.append(f"{wanted['rule']} ({detail}), {of}, {day}")
        counted.different += unlike_as_text(engine, reference, Query(("*",), day, facts, written=True))


def unlike_as_text(engine: Engine, reference: Engine, query: Query) -> list[str]:
    """Return what differs where an answer is written at once from what is written of the other engine's."""
    found, wanted = engine.decide(query), reference.decide(query).as_json()
    if found.as_text() == in_one_line(wanted):
        return [] if found.as_json() == wanted else ["what was written at once is read otherwise"]
    told = json.loads(found.as_text())
    differing = [
        other["rule"]
        for one, other in zip(told["decisions"], wanted["decisions"], strict=True)
        if in_one_line(one) != in_one_line(other)
    ]
    return [f"as text {', '.join(differing) or 'around the decisions'}, {query.as_of}"]


def little_of(told: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return a few of the facts and lists that are told."""
    pick = Random(seed)
    sections = {name: list(told.get(name, {}).items()) for name in ("facts", "records")}
    return {name: dict(pick.sample(items, min(2, len(items)))) for name, items in sections.items()}


def compare_day(engine: Engine, day: date, partners: Iterable[int], counted: Counted, *, seed: int) -> None:
    """Ask both about every rule in force on a day, for generated partners."""
    core = engine.core
    generated = Partners(core, as_of=day, seed=seed)
    for number in partners:
        told = generated.partner(number)
        one = engine.prepared.interpreter(Facts(core, told, day))
        other = Question(engine.prepared.asked, Facts(core, told, day))
        for rule in core.rules.values():
            at = Moment(day, rule=rule)
            counted.triples += 1
            for name, node in decided_of(rule, day):
                wanted = one.evaluate(node, at)
                if other.value(node, at) != wanted.range:
                    counted.different.append(f"{rule.id} {name}, partner {number} of seed {seed}, {day}")
                if other.record(node, at, deep=True) != wanted:
                    counted.different.append(f"why {rule.id} {name}, partner {number} of seed {seed}, {day}")
            if other.is_met(rule, day) != one.requirement(rule, at).range:
                counted.different.append(f"{rule.id}, partner {number} of seed {seed}, {day}")
            if rule.is_award:
                standings = [reads.register.standing(rule.award, rule.level, at) for reads in (one, other)]
                known = [standing._replace(check=None, gaps=()) for standing in standings]
                if known[0] != known[1] or bool(standings[0].gaps) != bool(standings[1].gaps):
                    counted.different.append(f"{rule.id} standing, partner {number} of seed {seed}, {day}")


def compare_batch(engine: Engine, day: date, counted: Counted, *, seed: int, told: list[dict[str, Any]]) -> None:
    """Decide partners as a batch, and by the interpreter."""
    reference = Engine(engine.document, engine.core, reference=True)
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        summary = batch(engine, imported(engine, told, Path(folder) / "facts"), out, day)
        found = differences(reference, told, day, ("*",), out)
    counted.triples += summary.decisions
    counted.in_columns += summary.decisions
    counted.by_rows += summary.by_rows
    counted.different += [f"batch: {one}, seed {seed}, {day}" for one in found]


def decided_of(rule: c.Rule, day: date) -> Iterator[tuple[str, c.Expr]]:
    """Yield what is decided of a rule on a day, each with what it is called."""
    version = rule.version_on(day)
    if version is None:
        return
    asked = {"requirement": version.requirement, "amount": version.amount, "stage": version.stage}
    asked |= {f"option {one.code}": one.requirement for one in version.options if day in one.days}
    for setting in ("due at", "renewable", "renews to"):
        for index, one in enumerate(version.settings.get(setting, ())):
            if day in one.days:
                values = one.value if isinstance(one.value, tuple) else (one.value,)
                asked |= {f"{setting} {index} {place}": value for place, value in enumerate(values)}
    for effect in (*version.effects, *(effect for one in version.options for effect in one.effects)):
        if day in effect.days:
            asked |= {
                f"{effect.verb} when {effect.names}": effect.when,
                f"{effect.verb} up to {effect.names}": effect.up_to,
            }
    yield from ((name, node) for name, node in asked.items() if node is not None)


DETAILS: tuple[Detail, ...] = ("full", "none")
POLICIES = (
    "policies",
    *(f"tests/data/policies/laws/{name}.policy" for name in ("figures", "groups", "register", "scores")),
)
PARTNERS_A_DAY = 2
BATCH = {"policies": (10, 5)}
RULES_OF_WAYS = 24
"""Made rules of a round, over flags and choices of which some are missing."""
BATCH_OF_LAWS = (2, 20)
"""Of so many days one is decided as a batch, for so many partners of each manner of telling."""


def main() -> None:
    """Compare on days of all years, anniversaries of versions among them, until enough triples were asked."""
    arguments = argparse.ArgumentParser(description="Compare the compiled and the columnar twin with the interpreter.")
    arguments.add_argument("--triples", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    random = Random(asked.seed)
    engines = {one: engine_of(Path(one)) for one in POLICIES}
    counted = Counted()
    seed = asked.seed
    rounds = 0
    while counted.triples < asked.triples:
        rounds += 1
        for name, engine in engines.items():
            day = date(2020, 1, 1) + timedelta(days=random.randrange(3000))
            if engine.core.change_days and random.random() < 0.5:
                day = random.choice(engine.core.change_days) + timedelta(days=random.choice((-1, 0, 1)))
            compare_day(engine, day, range(1, PARTNERS_A_DAY + 1), counted, seed=seed)
            reference = Engine(engine.document, engine.core, reference=True)
            compare_answers(engine, reference, day, PARTNERS_A_DAY + 1, counted, seed=seed)
            days, each = BATCH.get(name, BATCH_OF_LAWS)
            if rounds % days == 1 % days:
                compare_batch(engine, day, counted, seed=seed, told=partners(engine, day, seed, each))
            seed += 1
        text, told = made(seed, RULES_OF_WAYS)
        of_ways = Engine(load_sources([Source("ways.policy", text)]).document)
        compare_batch(of_ways, DAYS[1], counted, seed=seed, told=told)
    for one in counted.different[:20]:
        sys.stdout.write(f"{one}\n")
    share = 100 * counted.by_rows / max(counted.in_columns, 1)
    sys.stdout.write(f"{counted.in_columns:,} of them as a batch, which left {share:.1f} % to the row engine\n")
    sys.stdout.write(f"{counted.triples:,} triples of rule, partner and day, {len(counted.different)} different\n")
    sys.exit(bool(counted.different))


if __name__ == "__main__":
    main()
